//! Sockets: bound before anything else starts, served with limits, drained on stop.

mod unyielding;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::{HeaderValue, Version, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use unyielding::unyielding;

use crate::StartError;

/// A client that takes longer than this for its headers is not one: it only holds a socket.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// One that has sent no request at all by then is not waited for either. hyper's own limit begins with the first bytes
/// that tell which version of HTTP is spoken, and HTTP/2 has none.
const FIRST_REQUEST: Duration = Duration::from_secs(16);
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

/// Accepts until `stop`, then lets open requests finish. None is left when it returns. From `drain` on no connection is
/// kept for another request, so that nobody meets its end.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    drain: CancellationToken,
    stop: CancellationToken,
) {
    let graceful = GracefulShutdown::new();
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    let serve_one = |(stream, peer)| {
        let connection = connection(stream, peer, router.clone(), drain.clone(), &graceful);
        connections.spawn(cut.clone().run_until_cancelled_owned(connection));
    };
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(accepted) => serve_one(accepted),
            Err(error) => {
                // Out of file descriptors, mostly: connections that end make room.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // Whoever has connected already is still served; closing the port would reset them.
    while let Ok(Ok(accepted)) = tokio::time::timeout(Duration::ZERO, listener.accept()).await {
        serve_one(accepted);
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests took too long to finish and were cut off");
        cut.cancel();
    }
    // What they were about is recorded while they end.
    connections.close();
    connections.wait().await;
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    drain: CancellationToken,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Streams are small pieces that must not wait for each other.
    let _ = stream.set_nodelay(true);
    let begun = Arc::new(AtomicBool::new(false));
    let has_begun = begun.clone();
    let service = hyper::service::service_fn(move |mut request: http::Request<Incoming>| {
        begun.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(peer));
        // Where it also has a length, a proxy in front may take the rest for another request (RFC 9112, 6.3). hyper has
        // dropped the length by now, so nothing is read after any body in chunks.
        let is_last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let (drain, is_alone) = (drain.clone(), request.version() < Version::HTTP_2);
        let answer = router.clone().oneshot(request);
        async move {
            let mut response = answer.await?;
            if is_last || is_alone && drain.is_cancelled() {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response)
        }
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
    unyielding(async move {
        let mut connection = std::pin::pin!(connection);
        let ended = match tokio::time::timeout(FIRST_REQUEST, connection.as_mut()).await {
            Ok(ended) => ended,
            Err(_) if has_begun.load(Ordering::Relaxed) => connection.await,
            Err(_) => return,
        };
        if let Err(error) = ended {
            // A client that went away; the planes record what that meant.
            tracing::debug!(%error, "a connection ended early");
        }
    })
}
