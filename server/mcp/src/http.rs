//! The HTTP client for addresses that came from outside: every connection goes to an address that the guard has checked.

mod redirect;
mod sent;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::dns::{Addrs, Name, Resolving};
use reqwest::{Client, Response};
use url::Url;

use crate::error::{Error, chain};
use crate::guard::{AddressGuard, Refused};
pub(crate) use sent::Sent;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A load balancer drops a connection that is idle for 60 s; a pooled one must not be older than that.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);
const REDIRECTS: usize = 5;

/// Cheap to clone; the clones share their connections.
#[derive(Clone)]
pub struct Http {
    client: Client,
    guard: AddressGuard,
}

#[derive(Clone, Debug)]
pub struct Outgoing {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Bytes,
}

struct GuardedResolver(AddressGuard);

impl reqwest::dns::Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let addresses = guard.resolve_name(name.as_str()).await?;
            let addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

impl Http {
    pub fn new(guard: AddressGuard) -> Result<Self, Error> {
        let client = Client::builder()
            .dns_resolver(Arc::new(GuardedResolver(guard.clone())))
            // A proxy would resolve names itself, behind the guard's back.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .user_agent(concat!("archestra/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client.map_err(|error| Error::Unreachable {
            origin: "any server".to_owned(),
            cause: format!("the HTTP client could not be made: {}", chain(&error)),
        })?;
        Ok(Self { client, guard })
    }

    pub fn guard(&self) -> &AddressGuard {
        &self.guard
    }

    /// Sends and follows redirects as far as they are harmless. The body of the answer is still to be read.
    pub async fn send(&self, mut outgoing: Outgoing) -> Result<Response, Error> {
        for _ in 0..=REDIRECTS {
            let mut response = self.send_once(&outgoing).await?;
            if !response.status().is_success() {
                response.extensions_mut().insert(Sent::with(&outgoing));
            }
            match redirect::next(&outgoing, response.status(), response.headers())? {
                Some(next) => outgoing = next,
                None => return Ok(response),
            }
        }
        Err(Error::Address(Refused::Redirect {
            to: outgoing.url.to_string(),
            cause: format!("it is the {}th redirect in a row", REDIRECTS + 1),
        }))
    }

    async fn send_once(&self, outgoing: &Outgoing) -> Result<Response, Error> {
        self.guard.check_url(&outgoing.url)?;
        let request = self
            .client
            .request(outgoing.method.clone(), outgoing.url.clone())
            .headers(outgoing.headers.clone())
            .body(outgoing.body.clone());
        let sent = request.send().await;
        sent.map_err(|error| failure(&outgoing.url, &error))
    }

    pub async fn get(&self, url: Url, headers: HeaderMap) -> Result<Response, Error> {
        self.send(Outgoing {
            method: Method::GET,
            url,
            headers,
            body: Bytes::new(),
        })
        .await
    }
}

/// The whole body, or the fact that it is longer than allowed.
pub async fn body(mut response: Response, limit: usize) -> Result<Bytes, Error> {
    let announced = response.content_length().unwrap_or_default();
    if announced > limit as u64 {
        return Err(Error::TooLarge { limit });
    }
    let mut whole = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    while let Some(piece) = response.chunk().await.map_err(|error| broken(&error))? {
        if whole.len() + piece.len() > limit {
            return Err(Error::TooLarge { limit });
        }
        whole.extend_from_slice(&piece);
    }
    Ok(Bytes::from(whole))
}

/// What a server said beside an error status, without the secrets that it was sent.
pub(crate) async fn complaint(response: Response) -> (StatusCode, Bytes) {
    const ENOUGH: usize = 64 * 1024;
    let (status, sent) = (response.status(), Sent::before(&response));
    let said = body(response, ENOUGH).await.unwrap_or_default();
    let hidden = std::str::from_utf8(&said).map(|said| sent.hidden_in(said));
    let said = match hidden {
        Ok(Cow::Owned(hidden)) => hidden.into(),
        _ => said,
    };
    (status, said)
}

pub(crate) fn broken(error: &reqwest::Error) -> Error {
    Error::closed(format!(
        "the answer broke off: {}",
        chain(&error_without_url(error))
    ))
}

fn failure(url: &Url, error: &reqwest::Error) -> Error {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return Error::Address(refused.clone());
        }
        source = cause.source();
    }
    Error::Unreachable {
        origin: url.origin().ascii_serialization(),
        cause: chain(&error_without_url(error)),
    }
}

/// A URL's query may hold a key, and it would be in the error's text.
fn error_without_url(error: &reqwest::Error) -> Plain<'_> {
    Plain(error)
}

#[derive(Debug)]
struct Plain<'a>(&'a reqwest::Error);

impl std::fmt::Display for Plain<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_timeout() {
            "it took too long"
        } else if self.0.is_connect() {
            "could not connect"
        } else if self.0.is_body() || self.0.is_decode() {
            "the body could not be read"
        } else {
            "the request failed"
        })
    }
}

impl std::error::Error for Plain<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self.0)
    }
}
