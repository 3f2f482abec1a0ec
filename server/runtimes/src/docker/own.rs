//! The container that this program itself runs in, where the engine in use is the one that runs it.

use bollard::Docker as Client;
use bollard::errors::Error as EngineError;
use bollard::query_parameters::InspectContainerOptions;

/// What an engine lays over these files of each of its containers comes from a folder that is named after the container.
const LAID_OVER: [&str; 3] = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];
const ID_LENGTH: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) id: String,
    /// It shares the machine's network, with the ports that are published on loopback.
    pub(super) on_host_network: bool,
}

/// Nothing outside of a container, and in one that another engine runs: this one knows no such id.
pub(super) async fn find(client: &Client) -> Option<Own> {
    let mounts = tokio::fs::read_to_string("/proc/self/mountinfo").await;
    let id = container_of(&mounts.ok()?)?;
    let options = None::<InspectContainerOptions>;
    match client.inspect_container(&id, options).await {
        Ok(container) => {
            let host = container.host_config.unwrap_or_default();
            Some(Own {
                id,
                on_host_network: host.network_mode.as_deref() == Some("host"),
            })
        }
        Err(EngineError::DockerResponseServerError {
            status_code: 404, ..
        }) => None,
        Err(error) => {
            tracing::warn!(%error, "the engine does not say whether it runs this program, too");
            None
        }
    }
}

/// The id in the source of a mount that every engine makes: the fourth field of a line of proc(5)'s `mountinfo` is the
/// source, the fifth the place.
fn container_of(mounts: &str) -> Option<String> {
    let lines = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(3);
        let (source, place) = (fields.next()?, fields.next()?);
        LAID_OVER.contains(&place).then_some(source)
    });
    let mut parts = lines.flat_map(|source| source.split('/'));
    let id = parts.find(|part| {
        part.len() == ID_LENGTH && part.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    id.map(str::to_owned)
}

#[cfg(test)]
mod tests;
