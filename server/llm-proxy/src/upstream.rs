//! The way up: the client's request with its bytes as they are, over connections that are used again.

mod addresses;
mod body;
mod connection;
mod connector;
mod endpoint;
mod headers;
mod keyed;
mod pool;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::provider_keys::{ProviderKeys, Resolved};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use llm::providers::{Provider, providers};
use tokio::time::timeout;

pub(crate) use body::{Patience, read as request_body};
pub(crate) use connection::Connection;
pub(crate) use connector::Connector;
pub(crate) use endpoint::Endpoint;
pub(crate) use headers::remove_hop_by_hop;
pub(crate) use pool::Pool;

use crate::authenticate::without_our_key;
use crate::error::{Failure, cause};
use crate::masking::SentKeys;
use crate::routing::Route;
use crate::vertex::Vertex;
use keyed::Keyed;
use pool::SendError;

/// An upstream's answer, with the connection that its body still comes over.
pub(crate) struct Answer {
    pub(crate) response: Response<Incoming>,
    pub(crate) connection: Connection,
    pub(crate) pool: Arc<Pool>,
    pub(crate) keys: SentKeys,
}

/// A request on its way.
pub(crate) struct Outgoing {
    request: Request<Full<Bytes>>,
    endpoint: Arc<Endpoint>,
}

pub(crate) struct Upstreams {
    timeout: Duration,
    providers: Vec<Upstream>,
    vertex: Option<Vertex>,
    /// Where keys lead that have an address of their own.
    keyed: Keyed,
}

struct Upstream {
    provider: &'static Provider,
    endpoint: Result<Arc<Endpoint>, String>,
    /// The header that carries this server's own key.
    key: Option<(HeaderName, HeaderValue)>,
}

impl Upstreams {
    pub(crate) fn new(
        configured: &domain::upstreams::Upstreams,
        provider_keys: Arc<ProviderKeys>,
    ) -> Self {
        let connector = connector::connector(None);
        let upstream = |provider: &'static Provider| {
            let upstream = configured.of(provider.id)?;
            Some(Upstream {
                provider,
                endpoint: Endpoint::new(&upstream.base_url, &connector).map(Arc::new),
                key: upstream
                    .api_key
                    .as_ref()
                    .and_then(|key| headers::key(provider.credential, key)),
            })
        };
        Self {
            timeout: configured.timeout,
            providers: providers().iter().filter_map(upstream).collect(),
            vertex: configured
                .vertex
                .as_ref()
                .map(|vertex| Vertex::new(vertex, &connector)),
            keyed: Keyed::new(provider_keys, connector),
        }
    }

    /// `payment` is the key that pays for a caller of ours.
    pub(crate) async fn request(
        &self,
        route: &Route<'_>,
        payment: Option<&Resolved>,
        mut head: Parts,
        body: Bytes,
    ) -> Result<Outgoing, Failure> {
        headers::for_upstream(&mut head.headers, route.operation.is_some());
        let path = route.provider.upstream_path(&route.rest);
        let (endpoint, path) = match (payment, self.vertex_for(route)) {
            (Some(paid), _) if paid.choice.key.is_some() => {
                let key = keyed_header(route, paid)?;
                head.headers.extend(key);
                (self.keyed_endpoint(route, paid)?, path)
            }
            (_, Some(vertex)) => {
                head.headers.insert(AUTHORIZATION, vertex.token().await?);
                // A client's own key would be taken for the caller's in place of the token.
                head.headers.remove("x-goog-api-key");
                (vertex.endpoint()?, vertex.path(route)?)
            }
            (payment, None) => {
                let upstream = self.upstream(route.provider)?;
                if payment.is_some() {
                    let (name, value) = upstream.key()?;
                    head.headers.insert(name, value.clone());
                }
                (upstream.endpoint()?, path)
            }
        };
        let query = head.uri.query().map(without_our_key);
        let target = endpoint.target(&path, query.as_deref())?;
        head.headers.insert(HOST, endpoint.host.clone());
        if body.is_empty() && matches!(head.method, Method::POST | Method::PUT | Method::PATCH) {
            // Some servers insist on being told that nothing follows.
            head.headers
                .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = head.method;
        *request.uri_mut() = target;
        *request.headers_mut() = head.headers;
        Ok(Outgoing { request, endpoint })
    }

    fn keyed_endpoint(&self, route: &Route<'_>, paid: &Resolved) -> Result<Arc<Endpoint>, Failure> {
        let key = paid.choice.key.as_ref();
        match key.and_then(|key| key.base_url.as_ref()) {
            Some(own) => self.keyed.endpoint(own),
            None => self.upstream(route.provider)?.endpoint(),
        }
    }

    /// Dropping the future (the client has left) ends the upstream's work, too.
    pub(crate) async fn send(
        &self,
        provider: &'static Provider,
        outgoing: Outgoing,
    ) -> Result<Answer, Failure> {
        let Outgoing { request, endpoint } = outgoing;
        let pool = &endpoint.pool;
        let provider = provider.name;
        let keys = SentKeys::of(&request);
        match timeout(self.timeout, pool.send(request)).await {
            Ok(Ok((response, connection))) => Ok(Answer {
                response,
                connection,
                pool: Arc::clone(pool),
                keys,
            }),
            Ok(Err(SendError::Connect(error))) => Err(Failure::Unreachable {
                provider,
                origin: pool.origin().to_string().trim_end_matches('/').to_owned(),
                cause: cause(error.as_ref()),
            }),
            Ok(Err(SendError::Answer(error))) => Err(Failure::NoAnswer {
                provider,
                cause: cause(&error),
            }),
            Err(_) => Err(Failure::Timeout {
                provider,
                silence: self.timeout,
            }),
        }
    }

    /// Gemini calls go to Vertex AI where it is configured.
    pub(crate) fn vertex_for(&self, route: &Route<'_>) -> Option<&Vertex> {
        self.vertex
            .as_ref()
            .filter(|_| route.provider.id == "gemini")
    }

    fn upstream(&self, provider: &Provider) -> Result<&Upstream, Failure> {
        let found = self
            .providers
            .iter()
            .find(|upstream| upstream.provider.id == provider.id);
        found.ok_or_else(|| Failure::BaseUrl("none is configured".to_owned()))
    }
}

impl Upstream {
    fn endpoint(&self) -> Result<Arc<Endpoint>, Failure> {
        self.endpoint.clone().map_err(Failure::BaseUrl)
    }

    fn key(&self) -> Result<&(HeaderName, HeaderValue), Failure> {
        self.key.as_ref().ok_or_else(|| Failure::NoProviderKey {
            provider: self.provider.name,
            variable: format!("ARCHESTRA_CHAT_{}_API_KEY", self.provider.id.to_uppercase()),
        })
    }
}

/// None for a server that asks for no key.
fn keyed_header(
    route: &Route<'_>,
    paid: &Resolved,
) -> Result<Option<(HeaderName, HeaderValue)>, Failure> {
    let Some(key) = &paid.key else {
        return Ok(None);
    };
    let header = headers::key(route.provider.credential, key);
    let unusable = || Failure::ProviderKey("it has characters that no key has".to_owned());
    header.ok_or_else(unusable).map(Some)
}
