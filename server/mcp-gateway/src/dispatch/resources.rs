//! Resources and their templates: of all servers of the agent, under the uris that their servers gave them.
//!
//! A uri is what tool results point to, so it stays as it is. Where two servers use the same one, the second server's gets
//! the server's name in front.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use domain::snapshot::Server;
use futures_util::future::join_all;
use mcp::era::{Era, method};
use mcp::object::{Object, raw};
use serde_json::json;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::Exchange;
use super::prompts::{in_era, servers};
use crate::answer::{Outcome, Running};
use crate::catalog::Source;
use crate::error::Failure;
use crate::limits;
use crate::recording::Recording;
use crate::upstream::{Params, connect, forward, items};

/// In front of a uri that several servers use, with the server's name between.
const PREFIX: &str = "archestra+";

pub(super) async fn list(exchange: &Exchange, method: &'static str) -> Outcome {
    let (key, member) = match method {
        method::RESOURCES_TEMPLATES_LIST => ("uriTemplate", "resourceTemplates"),
        _ => ("uri", "resources"),
    };
    let servers = servers(exchange);
    let lists = servers
        .iter()
        .map(|(_, server)| items(exchange, server, method));
    let lists = join_all(lists).await;
    let mut seen = HashSet::new();
    let mut merged: Vec<Box<RawValue>> = Vec::new();
    for ((source, _), items) in servers.iter().zip(&lists) {
        for item in items.iter() {
            let Some(mut resource) = Object::parse(item) else {
                continue;
            };
            let Some(uri) = resource.text(key) else {
                continue;
            };
            if seen.insert(uri.clone()) {
                merged.push(item.clone());
                continue;
            }
            resource.set(key, Cow::Owned(raw(&format!("{}{uri}", scheme(source)))));
            merged.push(resource.to_raw());
        }
    }
    let mut result = Object::new();
    result.set_value(member, &merged);
    Ok(in_era(exchange, result.to_raw()))
}

pub(super) async fn read(
    exchange: &Arc<Exchange>,
    params: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let uri = params.text("uri");
    let uri = uri.ok_or_else(|| Failure::InvalidParams("`uri` is missing.".to_owned()))?;
    recording.tool(&uri, None);
    let (server, known) = owner(exchange, &uri).await?;
    recording.server(&server);
    let upstream = Params::with(params, "uri", &known);
    let running = forward(
        exchange,
        Arc::clone(&server),
        method::RESOURCES_READ,
        upstream,
        cancel,
    );
    Ok(limits::counted(exchange, &server, None, running))
}

pub(super) async fn subscribe(
    exchange: &Exchange,
    params: Option<&RawValue>,
    begin: bool,
) -> Outcome {
    let given = Object::parse_or_empty(params);
    let uri = given.text("uri");
    let uri = uri.ok_or_else(|| Failure::InvalidParams("`uri` is missing.".to_owned()))?;
    let session = exchange.client.session.as_ref();
    let session = session.ok_or_else(|| Failure::SessionNeeded("A subscription".to_owned()))?;
    let (server, known) = owner(exchange, &uri).await?;
    let client = connect(exchange, &server).await?;
    if client.server().version.era() == Era::Legacy {
        let method = if begin {
            method::RESOURCES_SUBSCRIBE
        } else {
            method::RESOURCES_UNSUBSCRIBE
        };
        // Others may be subscribed to it still, so the server is only told of beginnings.
        if begin {
            let params = raw(&json!({ "uri": known }));
            let asked = client
                .request(method, Some(params), mcp::client::CallOptions::default())
                .await;
            asked.map_err(|error| Failure::Upstream {
                server: server.catalog_name.clone(),
                error,
            })?;
        }
    }
    let now = exchange.gateway.platform.clock.monotonic();
    if begin {
        exchange.gateway.sessions.subscribe(session.id, now, known);
    } else {
        exchange
            .gateway
            .sessions
            .unsubscribe(session.id, now, &known);
    }
    Ok(raw(&json!({})))
}

/// The server that has a resource, and the uri under which it has it.
pub(crate) async fn owner(
    exchange: &Exchange,
    uri: &str,
) -> Result<(Arc<Server>, String), Failure> {
    let servers = servers(exchange);
    for (source, server) in &servers {
        if let Some(known) = uri.strip_prefix(&scheme(source)) {
            return Ok((Arc::clone(server), known.to_owned()));
        }
    }
    for (method, key) in [
        (method::RESOURCES_LIST, "uri"),
        (method::RESOURCES_TEMPLATES_LIST, "uriTemplate"),
    ] {
        let lists = servers
            .iter()
            .map(|(_, server)| items(exchange, server, method));
        let lists = join_all(lists).await;
        for ((_, server), items) in servers.iter().zip(&lists) {
            let has = items.iter().any(|item| {
                let listed = Object::parse(item).and_then(|item| item.text(key));
                listed.is_some_and(|listed| {
                    listed == uri || key == "uriTemplate" && matches(&listed, uri)
                })
            });
            if has {
                return Ok((Arc::clone(server), uri.to_owned()));
            }
        }
    }
    // Servers need not list what they have; with one server there is no doubt who is meant.
    match servers.as_slice() {
        [(_, only)] => Ok((Arc::clone(only), uri.to_owned())),
        _ => Err(Failure::UnknownResource(uri.to_owned())),
    }
}

fn scheme(source: &Source) -> String {
    let name = source.prefix.trim_end_matches(crate::catalog::SEPARATOR);
    let name: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    format!("{PREFIX}{name}+")
}

/// Whether a uri is one of a template's: its fixed parts occur in their order, the first at the start, the last at the end.
fn matches(template: &str, uri: &str) -> bool {
    let mut parts = template
        .split('{')
        .enumerate()
        .map(|(index, part)| match index {
            0 => part,
            _ => part.split_once('}').map_or("", |(_, fixed)| fixed),
        });
    let Some(mut rest) = parts.next().and_then(|start| uri.strip_prefix(start)) else {
        return false;
    };
    let fixed: Vec<&str> = parts.collect();
    let Some((last, middle)) = fixed.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_template_matches_what_it_can_be_filled_to() {
        assert!(matches(
            "test://template/{id}/data",
            "test://template/7/data"
        ));
        assert!(matches("file:///{+path}", "file:///a/b"));
        assert!(matches("a://{x}/b/{y}", "a://1/b/2"));
        assert!(!matches("a://{x}/b/{y}", "a://1/c/2"));
        assert!(!matches("test://template/{id}/data", "test://other/7/data"));
        assert!(!matches("test://fixed", "test://fixed/more"));
    }
}
