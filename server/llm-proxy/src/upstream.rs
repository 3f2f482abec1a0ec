//! The way up: the client's request with its bytes as they are, over one pool of connections to all providers.

mod body;
mod client;
mod headers;

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use domain::upstreams::Upstream;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use llm::providers::{Provider, providers};
use tokio::time::timeout;
use url::Url;

pub(crate) use body::read as request_body;
pub(crate) use headers::remove_hop_by_hop;

use crate::authenticate::{Caller, without_our_key};
use crate::error::{Failure, cause};
use crate::routing::Route;
use crate::vertex::Vertex;

pub(crate) type Answer = Response<Incoming>;

pub(crate) struct Upstreams {
    client: client::Client,
    timeout: Duration,
    endpoints: Vec<Endpoint>,
    vertex: Option<Vertex>,
}

struct Endpoint {
    provider: &'static Provider,
    base: Result<Base, String>,
    /// The header that carries this server's own key.
    key: Option<(HeaderName, HeaderValue)>,
}

/// A base URL, in the parts that every request needs.
pub(crate) struct Base {
    scheme: Scheme,
    authority: Authority,
    /// Without a trailing slash.
    path: String,
}

impl Upstreams {
    pub(crate) fn new(configured: &domain::upstreams::Upstreams) -> Self {
        let endpoint = |provider: &'static Provider| {
            let upstream = configured.of(provider.id)?;
            Some(Endpoint::new(provider, upstream))
        };
        Self {
            client: client::client(),
            timeout: configured.timeout,
            endpoints: providers().iter().filter_map(endpoint).collect(),
            vertex: configured.vertex.as_ref().map(Vertex::new),
        }
    }

    /// Gemini calls go to Vertex AI where it is configured.
    pub(crate) fn vertex_for(&self, route: &Route<'_>) -> Option<&Vertex> {
        self.vertex
            .as_ref()
            .filter(|_| route.provider.id == "gemini")
    }

    pub(crate) async fn request(
        &self,
        route: &Route<'_>,
        caller: &Caller,
        mut head: Parts,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        headers::for_upstream(&mut head.headers, route.operation.is_some());
        let query = head.uri.query().map(without_our_key);
        let query = query.as_deref();
        let uri = if let Some(vertex) = self.vertex_for(route) {
            let token = vertex.token(caller).await?;
            head.headers.insert(AUTHORIZATION, token);
            vertex.uri(route, query)?
        } else {
            let endpoint = self.endpoint(route.provider)?;
            if matches!(caller, Caller::User { .. }) {
                let (name, value) = endpoint.key()?;
                head.headers.insert(name, value.clone());
            }
            endpoint
                .base()?
                .uri(&route.provider.upstream_path(route.rest), query)?
        };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = head.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = head.headers;
        Ok(request)
    }

    /// Dropping the future (the client has left) ends the upstream's work, too.
    pub(crate) async fn send(
        &self,
        provider: &'static Provider,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, Failure> {
        let uri = request.uri().clone();
        let provider = provider.name;
        match timeout(self.timeout, self.client.request(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if error.is_connect() => Err(Failure::Unreachable {
                provider,
                origin: origin(&uri),
                cause: cause(&error),
            }),
            Ok(Err(error)) => Err(Failure::NoAnswer {
                provider,
                cause: cause(&error),
            }),
            Err(_) => Err(Failure::Timeout {
                provider,
                silence: self.timeout,
            }),
        }
    }

    fn endpoint(&self, provider: &Provider) -> Result<&Endpoint, Failure> {
        let found = self
            .endpoints
            .iter()
            .find(|endpoint| endpoint.provider.id == provider.id);
        found.ok_or_else(|| Failure::BaseUrl("none is configured".to_owned()))
    }
}

impl Endpoint {
    fn new(provider: &'static Provider, upstream: &Upstream) -> Self {
        Self {
            provider,
            base: Base::new(&upstream.base_url),
            key: headers::key(provider.credential, upstream),
        }
    }

    fn base(&self) -> Result<&Base, Failure> {
        self.base
            .as_ref()
            .map_err(|fault| Failure::BaseUrl(fault.clone()))
    }

    fn key(&self) -> Result<&(HeaderName, HeaderValue), Failure> {
        self.key.as_ref().ok_or_else(|| Failure::NoProviderKey {
            provider: self.provider.name,
            variable: format!("ARCHESTRA_CHAT_{}_API_KEY", self.provider.id.to_uppercase()),
        })
    }
}

impl Base {
    pub(crate) fn new(url: &Url) -> Result<Self, String> {
        let uri = Uri::try_from(url.as_str()).map_err(|error| error.to_string())?;
        let path = uri.path().trim_end_matches('/').to_owned();
        let parts = uri.into_parts();
        match (parts.scheme, parts.authority) {
            (Some(scheme), Some(authority)) => Ok(Self {
                scheme,
                authority,
                path,
            }),
            _ => Err("it needs a scheme and a host".to_owned()),
        }
    }

    /// `path` has no leading slash; both go up byte for byte.
    pub(crate) fn uri(&self, path: &str, query: Option<&str>) -> Result<Uri, Failure> {
        let mut whole =
            String::with_capacity(self.path.len() + path.len() + query.map_or(0, str::len) + 2);
        whole.push_str(&self.path);
        if !path.is_empty() || self.path.is_empty() {
            let _ = write!(whole, "/{path}");
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            let _ = write!(whole, "?{query}");
        }
        let path_and_query = PathAndQuery::from_maybe_shared(Bytes::from(whole))
            .map_err(|error| Failure::InvalidPath(error.to_string()))?;
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path_and_query)
            .build()
            .map_err(|error| Failure::InvalidPath(error.to_string()))
    }
}

/// Without the path and the query, which may hold a key.
fn origin(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", Authority::as_str);
    format!("{scheme}://{authority}")
}
