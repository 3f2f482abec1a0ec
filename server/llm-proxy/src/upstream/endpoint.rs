//! One upstream as it is configured: where it is, and what a request needs to get there.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderValue;
use http::uri::{PathAndQuery, Uri};
use url::Url;

use super::connector::Connector;
use super::pool::Pool;
use crate::error::Failure;

pub(crate) struct Endpoint {
    pub(super) pool: Arc<Pool>,
    pub(super) host: HeaderValue,
    /// Of the base URL, without a trailing slash.
    path: String,
}

impl Endpoint {
    /// The error says what is wrong with the URL.
    pub(crate) fn new(url: &Url, connector: &Connector) -> Result<Self, String> {
        let uri = Uri::try_from(url.as_str()).map_err(|error| error.to_string())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("it needs a scheme and a host".to_owned());
        };
        let host = authority.as_str();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let origin =
            Uri::try_from(format!("{scheme}://{host}")).map_err(|error| error.to_string())?;
        Ok(Self {
            pool: Pool::new(connector.clone(), origin),
            host: HeaderValue::try_from(host).map_err(|error| error.to_string())?,
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// What goes on the request line. `path` has no leading slash; path and query go up byte for byte.
    pub(crate) fn target(&self, path: &str, query: Option<&str>) -> Result<Uri, Failure> {
        let length = self.path.len() + path.len() + query.map_or(0, str::len) + 2;
        let mut target = String::with_capacity(length);
        target.push_str(&self.path);
        if !path.is_empty() || self.path.is_empty() {
            let _ = write!(target, "/{path}");
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            let _ = write!(target, "?{query}");
        }
        let target = PathAndQuery::from_maybe_shared(Bytes::from(target));
        Ok(target
            .map_err(|error| Failure::InvalidPath(error.to_string()))?
            .into())
    }
}
