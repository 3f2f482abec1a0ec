//! How client and server find out what they both speak: first `server/discover`, then `initialize`.
//!
//! Source: specification 2026-07-28, basic/versioning, "Backward Compatibility".

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::timeout;

use super::connection::Connection;
use super::parameters::Implementation;
use super::{CallOptions, Server};
use crate::era::{Era, ProtocolVersion, meta, method};
use crate::error::Error;
use crate::jsonrpc::{self, RpcError, code};
use crate::object::{Object, raw};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Initialize<'a> {
    protocol_version: &'a str,
    capabilities: &'a RawValue,
    client_info: Implementation<'a>,
}

/// `data` of an error about versions.
#[derive(Deserialize)]
struct Supported {
    supported: Vec<String>,
}

pub(super) async fn negotiate(connection: &Arc<Connection>) -> Result<(), Error> {
    let limit = connection.options.connect_timeout;
    match timeout(limit, either_era(connection)).await {
        Ok(negotiated) => negotiated,
        Err(_) => Err(Error::TimedOut {
            method: method::INITIALIZE.to_owned(),
            after: limit,
        }),
    }
}

async fn either_era(connection: &Arc<Connection>) -> Result<(), Error> {
    let legacy = newest_legacy(connection);
    if connection.options.speaks(ProtocolVersion::LATEST)
        && discover(connection, legacy.is_some()).await?
    {
        return Ok(());
    }
    match legacy {
        Some(version) => Box::pin(initialize(connection, version)).await,
        None => Err(Error::Negotiation {
            cause: format!(
                "it does not speak {}, and nothing else is to be tried",
                ProtocolVersion::LATEST
            ),
        }),
    }
}

fn newest_legacy(connection: &Connection) -> Option<ProtocolVersion> {
    ProtocolVersion::ALL
        .into_iter()
        .rev()
        .find(|version| version.era() == Era::Legacy && connection.options.speaks(*version))
}

/// Whether the server speaks the stateless era.
async fn discover(connection: &Arc<Connection>, may_fall_back: bool) -> Result<bool, Error> {
    connection.set_server(Server::unknown(ProtocolVersion::LATEST));
    let options = CallOptions {
        timeout: Some(probe_timeout(connection, may_fall_back)),
        ..CallOptions::default()
    };
    let mut answer = connection.call(method::DISCOVER, None, &options).await;
    if let Err(Error::Rpc(error)) = &answer
        && error.code == code::UNSUPPORTED_PROTOCOL_VERSION
        && supported(error).contains(&ProtocolVersion::LATEST)
    {
        // One of several replicas, of which not all are equally new.
        answer = connection.call(method::DISCOVER, None, &options).await;
    }
    match answer {
        Ok(hello) => Ok(accept_discovery(connection, &hello)),
        Err(Error::Rpc(error)) => refused(&error, may_fall_back),
        Err(Error::Http { .. } | Error::Protocol { .. } | Error::TimedOut { .. })
            if may_fall_back =>
        {
            Ok(false)
        }
        Err(other) => Err(other),
    }
}

fn probe_timeout(connection: &Connection, may_fall_back: bool) -> Duration {
    let options = &connection.options;
    if may_fall_back {
        options.probe_timeout.min(options.connect_timeout / 2)
    } else {
        options.connect_timeout
    }
}

fn accept_discovery(connection: &Connection, hello: &RawValue) -> bool {
    let Some(object) = Object::parse(hello) else {
        return false;
    };
    let supported: Vec<String> = object.read("supportedVersions").unwrap_or_default();
    if !supported
        .iter()
        .any(|version| version == ProtocolVersion::LATEST.as_str())
    {
        return false;
    }
    let in_meta = object.object("_meta");
    let in_meta = in_meta
        .as_ref()
        .and_then(|meta| meta.get(meta::SERVER_INFO));
    connection.set_server(Server {
        version: ProtocolVersion::LATEST,
        capabilities: member_or_empty(&object, "capabilities"),
        info: object.get("serverInfo").or(in_meta).map(ToOwned::to_owned),
        instructions: object.text("instructions"),
        hello: hello.to_owned(),
    });
    true
}

/// An error that only a server of the stateless era gives is no reason to fall back, unless it names an older version.
fn refused(error: &RpcError, may_fall_back: bool) -> Result<bool, Error> {
    let is_modern = matches!(
        error.code,
        code::HEADER_MISMATCH | code::MISSING_CLIENT_CAPABILITY
    );
    if error.code == code::UNSUPPORTED_PROTOCOL_VERSION {
        let supported = supported(error);
        let has_legacy = supported.iter().any(|version| version.era() == Era::Legacy);
        if may_fall_back && (has_legacy || supported.is_empty()) {
            return Ok(false);
        }
        let names: Vec<_> = supported.iter().map(|version| version.as_str()).collect();
        return Err(Error::Negotiation {
            cause: format!(
                "{}; of those known here it names: {}",
                error.message,
                names.join(", ")
            ),
        });
    }
    if is_modern || !may_fall_back {
        return Err(Error::Rpc(error.clone()));
    }
    Ok(false)
}

/// The versions in an error about versions, as far as they are known here.
fn supported(error: &RpcError) -> Vec<ProtocolVersion> {
    let data = error.data.as_deref().map(RawValue::get);
    let data: Option<Supported> = data.and_then(|data| serde_json::from_str(data).ok());
    let names = data.map(|data| data.supported).unwrap_or_default();
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

/// Opens a session. Also called when the server has forgotten the one there was.
pub(super) async fn initialize(
    connection: &Arc<Connection>,
    offered: ProtocolVersion,
) -> Result<(), Error> {
    connection.set_server(Server::unknown(offered));
    let params = raw(&Initialize {
        protocol_version: offered.as_str(),
        capabilities: &connection.options.capabilities,
        client_info: Implementation {
            name: &connection.options.client_name,
            version: &connection.options.client_version,
        },
    });
    let options = CallOptions {
        timeout: Some(connection.options.connect_timeout),
        ..CallOptions::default()
    };
    let hello = connection
        .call(method::INITIALIZE, Some(params), &options)
        .await?;
    let server = welcome(connection, &hello)?;
    connection.set_server(server);
    connection
        .send(jsonrpc::notification(method::INITIALIZED, None))
        .await
}

fn welcome(connection: &Connection, hello: &RawValue) -> Result<Server, Error> {
    let object = Object::parse(hello)
        .ok_or_else(|| Error::protocol("the result of `initialize` is no object"))?;
    let named = object.text("protocolVersion").unwrap_or_default();
    let version = named.parse::<ProtocolVersion>();
    let version = version.map_err(|error| Error::Negotiation {
        cause: error.to_string(),
    })?;
    if version.era() != Era::Legacy || !connection.options.speaks(version) {
        return Err(Error::Negotiation {
            cause: format!("it insists on {version}"),
        });
    }
    Ok(Server {
        version,
        capabilities: member_or_empty(&object, "capabilities"),
        info: object.get("serverInfo").map(ToOwned::to_owned),
        instructions: object.text("instructions"),
        hello: hello.to_owned(),
    })
}

fn member_or_empty(object: &Object<'_>, name: &str) -> Box<RawValue> {
    match object.get(name) {
        Some(value) => value.to_owned(),
        None => Object::new().to_raw(),
    }
}
