//! `completion/complete`: asked of the server whose prompt or resource it is about.

use std::borrow::Cow;
use std::sync::Arc;

use mcp::era::method;
use mcp::object::Object;
use tokio_util::sync::CancellationToken;

use super::{Exchange, prompts, resources};
use crate::answer::Running;
use crate::error::Failure;
use crate::recording::Recording;
use crate::upstream::{Params, forward};

pub(super) async fn complete(
    exchange: &Arc<Exchange>,
    params: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let about = params.object("ref").unwrap_or_default();
    let (member, given) = match (about.text("name"), about.text("uri")) {
        (Some(name), _) => ("name", name),
        (None, Some(uri)) => ("uri", uri),
        (None, None) => {
            return Err(Failure::InvalidParams(
                "`ref` names neither a prompt nor a resource.".to_owned(),
            ));
        }
    };
    recording.tool(&given, params.get("argument"));
    let (server, known) = match member {
        "name" => prompts::find(exchange, &given).await?,
        _ => resources::owner(exchange, &given).await?,
    };
    recording.server(&server);
    let mut about = about.clone();
    about.set_value(member, &known);
    let mut upstream = params.clone();
    upstream.set("ref", Cow::Owned(about.to_raw()));
    let upstream = Params::new(upstream.to_raw());
    Ok(forward(
        exchange,
        server,
        method::COMPLETE,
        upstream,
        cancel,
    ))
}
