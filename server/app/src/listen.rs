//! Sockets: bound before anything else starts, served with limits, drained on stop.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::StartError;

/// A client that takes longer than this for its headers is not one: it only holds a socket.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long open requests may take to finish after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(10);
const BACKLOG: u32 = 1024;

/// `variable` is what to set if the port can't be had.
pub(crate) fn bind(
    address: IpAddr,
    port: u16,
    variable: &'static str,
) -> Result<TcpListener, StartError> {
    let socket = SocketAddr::new(address, port);
    let listen = || {
        let listener = if address.is_ipv4() {
            tokio::net::TcpSocket::new_v4()
        } else {
            tokio::net::TcpSocket::new_v6()
        }?;
        // A port in TIME_WAIT is free; on Windows the option would mean something else.
        #[cfg(unix)]
        listener.set_reuseaddr(true)?;
        listener.bind(socket)?;
        listener.listen(BACKLOG)
    };
    listen().map_err(|cause| StartError::Port {
        address,
        port,
        variable,
        cause,
    })
}

/// Accepts until `stop`, then lets open requests finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                tasks.spawn(connection(stream, peer, router.clone(), &graceful));
            }
            Err(error) => {
                // Out of file descriptors, mostly: connections that end make room.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests took too long to finish and were cut off");
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Streams are small pieces that must not wait for each other.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30));
    let connection = builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    let connection = graceful.watch(connection);
    async move {
        if let Err(error) = connection.await {
            // A client that went away; the planes record what that meant.
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
