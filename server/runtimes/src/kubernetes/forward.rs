//! HTTP servers of a cluster that this program is outside of: a port of this machine for each, forwarded through the
//! API server. Only this machine can reach it, and no port of a node has to be opened.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use k8s_openapi::api::core::v1::Pod;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::cluster::{Opened, ask};
use super::life::running_pod;
use crate::error::{Error, Result};

/// Each is a connection to the API server; a client that opens more waits.
const MOST_CONNECTIONS: usize = 256;

/// The listeners that are open. Dropping it closes them; a stop of the program need not wait for them, since they serve
/// only the program itself.
#[derive(Debug, Default)]
pub(super) struct Forwards {
    open: Mutex<HashMap<Uuid, Forward>>,
    tasks: TaskTracker,
}

#[derive(Debug)]
struct Forward {
    address: SocketAddr,
    port: u16,
    _open: DropGuard,
}

impl Forwards {
    /// The same address for as long as this program runs and the server is not stopped.
    pub(super) async fn address(&self, opened: &Opened, id: Uuid, port: u16) -> Result<SocketAddr> {
        if let Some(address) = self.open_one(id, port) {
            return Ok(address);
        }
        let failed = |source| Error::Io {
            action: "open a port of this machine for the server".to_owned(),
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let ended = CancellationToken::new();
        let to = Arc::new(Target {
            opened: opened.clone(),
            id,
            port,
            last_pod: Mutex::default(),
        });
        let listening = listen(listener, to, ended.clone(), self.tasks.clone());
        self.tasks.spawn(listening);
        let forward = Forward {
            address,
            port,
            _open: ended.drop_guard(),
        };
        self.lock().insert(id, forward);
        Ok(address)
    }

    pub(super) fn close(&self, id: Uuid) {
        self.lock().remove(&id);
    }

    fn open_one(&self, id: Uuid, port: u16) -> Option<SocketAddr> {
        let open = self.lock();
        let forward = open.get(&id).filter(|forward| forward.port == port);
        forward.map(|forward| forward.address)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Forward>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Target {
    opened: Opened,
    id: Uuid,
    port: u16,
    last_pod: Mutex<Option<String>>,
}

async fn listen(
    listener: TcpListener,
    to: Arc<Target>,
    ended: CancellationToken,
    tasks: TaskTracker,
) {
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let accepting = async {
        while let Ok(permit) = Arc::clone(&free).acquire_owned().await {
            // Fails when this program has no file descriptors left, or the client is gone again already.
            let Ok((connection, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            let (to, ended) = (Arc::clone(&to), ended.clone());
            tasks.spawn(async move {
                let forwarding = Box::pin(forward(&to, connection));
                let forwarded = ended.run_until_cancelled(forwarding).await;
                if let Some(Err(error)) = forwarded {
                    tracing::debug!(server = %to.id, %error, "a forwarded connection has ended");
                }
                drop(permit);
            });
        }
    };
    ended.run_until_cancelled(accepting).await;
}

/// The client sees a connection that is closed if the server cannot be reached: it is for it to try again.
async fn forward(to: &Target, mut connection: TcpStream) -> Result<()> {
    let mut forwarder = to.connect().await?;
    let failed = |source| Error::Io {
        action: "forward a connection to the server".to_owned(),
        source,
    };
    let _ = connection.set_nodelay(true);
    let (Some(mut stream), Some(refusal)) = (
        forwarder.take_stream(to.port),
        forwarder.take_error(to.port),
    ) else {
        return Ok(());
    };
    let copied = tokio::select! {
        copied = copy_bidirectional(&mut connection, &mut stream) => copied.map(|_| ()).map_err(failed),
        Some(cause) = refusal => Err(Error::Refused {
            action: "forward a connection to the server".to_owned(),
            cause,
        }),
    };
    forwarder.abort();
    copied
}

impl Target {
    /// The pod is looked up only when the last one no longer answers.
    async fn connect(&self) -> Result<kube::api::Portforwarder> {
        if let Some(pod) = self.last() {
            match self.to(&pod).await {
                Ok(forwarder) => return Ok(forwarder),
                Err(error) => tracing::debug!(server = %self.id, %error, "looking for another pod"),
            }
        }
        let pod = running_pod(&self.opened.observe(self.id).await?, self.id)?;
        let forwarder = self.to(&pod).await?;
        *self.last_pod.lock().unwrap_or_else(PoisonError::into_inner) = Some(pod);
        Ok(forwarder)
    }

    fn last(&self) -> Option<String> {
        let last = self.last_pod.lock();
        last.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn to(&self, pod: &str) -> Result<kube::api::Portforwarder> {
        let pods = self.opened.api::<Pod>();
        ask(
            "forward a port to the server",
            pods.portforward(pod, &[self.port]),
        )
        .await
    }
}
