//! Where an HTTP server of the engine is reached from here.
//!
//! From the machine itself by the port that is published on its loopback address. From a container, which has a loopback
//! address of its own, over a network that both containers are in.

use std::collections::HashMap;

use bollard::errors::Error as EngineError;
use bollard::models::{
    ContainerInspectResponse, EndpointSettings, NetworkConnectRequest, NetworkCreateRequest,
};
use bollard::query_parameters::{InspectContainerOptions, InspectNetworkOptions};
use url::Url;
use uuid::Uuid;

use super::engine::Connected;
use super::own::Own;
use super::{Shared, names, transport};
use crate::error::{Error, Result};
use crate::spec::Transport;

pub(super) async fn endpoint(
    shared: &Shared,
    engine: &Connected,
    id: Uuid,
    container: &ContainerInspectResponse,
) -> Result<Url> {
    let Some(Transport::Http { port, path }) = transport(container) else {
        return Err(Error::Unsupported {
            runtime: "Docker",
            what: format!("reach the server {id} over HTTP: it speaks over its standard streams"),
        });
    };
    let address = match &engine.own {
        Some(own) if !own.on_host_network => {
            let host = Box::pin(on_shared_network(shared, engine, own, container)).await?;
            host.map(|host| format!("{host}:{port}"))
        }
        own => {
            let is_remote = engine.remote_host.as_ref().filter(|_| own.is_none());
            is_remote.map_or(Ok(()), |host| Err(out_of_reach(host)))?;
            published(container, port).map(|port| format!("127.0.0.1:{port}"))
        }
    };
    let url = address.and_then(|address| Url::parse(&format!("http://{address}{path}")).ok());
    url.ok_or_else(|| Error::NotRunning {
        id,
        detail: format!("the engine has no address for its port {port}"),
    })
}

fn out_of_reach(host: &str) -> Error {
    Error::Unsupported {
        runtime: "Docker",
        what: format!(
            "reach an HTTP server on the engine at {host}: it is published on that machine's loopback address \
             only. Use a server that speaks over its standard streams, or run this program on that machine"
        ),
    }
}

fn published(container: &ContainerInspectResponse, port: u16) -> Option<&str> {
    let ports = container.network_settings.as_ref()?.ports.as_ref()?;
    let bindings = ports.get(&format!("{port}/tcp"))?.as_ref()?;
    bindings.first()?.host_port.as_deref()
}

/// Where both are in one already, as by default, nothing is changed. Else both join one that leads nowhere else.
async fn on_shared_network(
    shared: &Shared,
    engine: &Connected,
    own: &Own,
    container: &ContainerInspectResponse,
) -> Result<Option<String>> {
    let here = inspect(shared, engine, &own.id).await?;
    if let Some(address) = common(&here, container) {
        return Ok(Some(address));
    }
    let network = names::network(&shared.instance);
    make(shared, engine, &network).await?;
    let there = container.id.as_deref().unwrap_or_default();
    for (id, is_in) in [(own.id.as_str(), &here), (there, container)] {
        if !networks(is_in).is_some_and(|of| of.contains_key(&network)) {
            join(shared, engine, &network, id).await?;
        }
    }
    let here = inspect(shared, engine, &own.id).await?;
    Ok(common(&here, &inspect(shared, engine, there).await?))
}

/// Older engines make a second one of the same name without a word: so it is looked for first, by one call at a time.
async fn make(shared: &Shared, engine: &Connected, network: &str) -> Result<()> {
    let _turn = shared.network.lock().await;
    let options = None::<InspectNetworkOptions>;
    match engine.client.inspect_network(network, options).await {
        Err(EngineError::DockerResponseServerError {
            status_code: 404, ..
        }) => {}
        found => {
            let found = shared.answer("look at the network of HTTP servers", found);
            return found.await.map(drop);
        }
    }
    let request = NetworkCreateRequest {
        name: network.to_owned(),
        // It has a way to its members and to nobody else.
        internal: Some(true),
        labels: Some(names::labels_of_network(&shared.instance)),
        ..NetworkCreateRequest::default()
    };
    let made = engine.client.create_network(request).await;
    let made = shared.answer("make a network for HTTP servers", made);
    made.await.map(drop)
}

async fn join(shared: &Shared, engine: &Connected, network: &str, container: &str) -> Result<()> {
    let request = NetworkConnectRequest {
        container: container.to_owned(),
        endpoint_config: None,
    };
    match engine.client.connect_network(network, request).await {
        // Another call was faster.
        Err(EngineError::DockerResponseServerError { message, .. })
            if message.contains("already exists in network") =>
        {
            Ok(())
        }
        joined => {
            shared
                .answer("join the network of HTTP servers", joined)
                .await
        }
    }
}

async fn inspect(
    shared: &Shared,
    engine: &Connected,
    container: &str,
) -> Result<ContainerInspectResponse> {
    let options = None::<InspectContainerOptions>;
    let inspected = engine.client.inspect_container(container, options).await;
    shared.answer("look at the container", inspected).await
}

/// The other's address in a network that both are in, as it stands in a URL.
fn common(here: &ContainerInspectResponse, there: &ContainerInspectResponse) -> Option<String> {
    let here = networks(here)?;
    let shared = networks(there)?.iter();
    let mut shared = shared.filter(|(name, _)| here.contains_key(*name));
    shared.find_map(|(_, endpoint)| address(endpoint))
}

fn networks(container: &ContainerInspectResponse) -> Option<&HashMap<String, EndpointSettings>> {
    container.network_settings.as_ref()?.networks.as_ref()
}

/// Empty without one, such as in a network of the machine itself.
fn address(endpoint: &EndpointSettings) -> Option<String> {
    let given = |address: &Option<String>| address.clone().filter(|address| !address.is_empty());
    let v6 = || given(&endpoint.global_ipv6_address).map(|address| format!("[{address}]"));
    given(&endpoint.ip_address).or_else(v6)
}

#[cfg(test)]
mod tests;
