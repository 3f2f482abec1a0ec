//! One HTTP/1.1 connection to an upstream, driven by whoever waits for its answer.
//!
//! No task of its own: a chunk goes from one socket to the other without waking anybody in between, and many that came
//! together are written together. Dropped before its answer has ended, the connection is closed, which cancels the call.

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1};
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(super) type Socket = MaybeHttpsStream<TokioIo<TcpStream>>;
type Driver = http1::Connection<Socket, Full<Bytes>>;

pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    /// None once it has ended.
    driver: Option<Box<Driver>>,
    /// How long it may be kept between two calls.
    pub(super) keep: Duration,
}

/// Shorter than providers and the load balancers in front of them keep a connection, so that a call seldom meets one
/// that is being closed. Those that keep it for less say so.
const KEEP: Duration = Duration::from_secs(45);

impl Connection {
    pub(super) async fn over(socket: Socket) -> hyper::Result<Self> {
        let (sender, driver) = http1::handshake(socket).await?;
        Ok(Self {
            sender,
            driver: Some(Box::new(driver)),
            keep: KEEP,
        })
    }

    /// Reads and writes what can be; a body that waits for a chunk has it afterwards, if one has come.
    pub(crate) fn drive(&mut self, context: &mut Context<'_>) {
        let ended = |driver: &mut Box<Driver>| Pin::new(driver).poll(context).is_ready();
        if self.driver.as_mut().is_some_and(ended) {
            self.driver = None;
        }
    }

    /// Whether the last answer is over, and the upstream has not closed the connection since.
    pub(super) fn is_reusable(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.driver.is_some() && self.sender.is_ready()
    }

    /// An error gives the request back if nothing of it was sent.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>> {
        let mut answer = pin!(self.sender.try_send_request(request));
        let answer = poll_fn(|context| {
            self.drive(context);
            answer.as_mut().poll(context)
        })
        .await?;
        if let Some(promised) = keep_alive(answer.headers()) {
            // A second for the call that is on its way when the time is over.
            self.keep = promised.saturating_sub(Duration::from_secs(1)).min(KEEP);
        }
        Ok(answer)
    }
}

/// `Keep-Alive: timeout=5`, in seconds.
fn keep_alive(headers: &HeaderMap) -> Option<Duration> {
    let said = headers.get("keep-alive")?.to_str().ok()?;
    let timeout = said
        .split(',')
        .find_map(|part| part.trim().strip_prefix("timeout="))?;
    timeout.parse().ok().map(Duration::from_secs)
}
