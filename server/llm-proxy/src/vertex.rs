//! Gemini through Vertex AI: the same bodies at another URL, paid with the server's own Google credentials.

use std::sync::Arc;

use gcp_auth::{CustomServiceAccount, TokenProvider};
use http::header::HeaderValue;
use tokio::sync::OnceCell;
use url::Url;

use crate::error::{Failure, cause};
use crate::routing::Route;
use crate::upstream::{Connector, Endpoint};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

pub(crate) struct Vertex {
    configured: domain::upstreams::Vertex,
    endpoint: Result<Arc<Endpoint>, String>,
    /// Looked for on the first call, and again as long as none was found. It keeps a token until that expires.
    tokens: OnceCell<Arc<dyn TokenProvider>>,
}

impl Vertex {
    pub(crate) fn new(configured: &domain::upstreams::Vertex, connector: &Connector) -> Self {
        let url = configured.base_url.clone().map_or_else(
            || Url::parse(&public_url(&configured.location)).map_err(|error| error.to_string()),
            Ok,
        );
        Self {
            endpoint: url.and_then(|url| Endpoint::new(&url, connector).map(Arc::new)),
            configured: configured.clone(),
            tokens: OnceCell::new(),
        }
    }

    /// The Authorization header.
    pub(crate) async fn token(&self) -> Result<HeaderValue, Failure> {
        let failed = |error: gcp_auth::Error| Failure::VertexCredentials(cause(&error));
        let tokens = self
            .tokens
            .get_or_try_init(|| self.find_credentials())
            .await
            .map_err(failed)?;
        let token = tokens.token(&[SCOPE]).await.map_err(failed)?;
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.as_str()))
            .map_err(|error| Failure::VertexCredentials(error.to_string()))?;
        value.set_sensitive(true);
        Ok(value)
    }

    async fn find_credentials(&self) -> Result<Arc<dyn TokenProvider>, gcp_auth::Error> {
        match &self.configured.credentials_file {
            Some(file) => Ok(Arc::new(CustomServiceAccount::from_file(file)?)),
            None => gcp_auth::provider().await,
        }
    }

    pub(crate) fn endpoint(&self) -> Result<Arc<Endpoint>, Failure> {
        self.endpoint.clone().map_err(Failure::BaseUrl)
    }

    /// `v1beta/models/m:generateContent` is `v1beta1/projects/…/publishers/google/models/m:generateContent` there.
    pub(crate) fn path(&self, route: &Route<'_>) -> Result<String, Failure> {
        let (before, model) = route
            .rest
            .rsplit_once("models/")
            .filter(|(before, _)| before.is_empty() || before.ends_with('/'))
            .ok_or_else(|| Failure::NotOnVertex(route.rest.to_string()))?;
        let version = if before.starts_with("v1/") {
            "v1"
        } else {
            "v1beta1"
        };
        let domain::upstreams::Vertex {
            project, location, ..
        } = &self.configured;
        Ok(format!(
            "{version}/projects/{project}/locations/{location}/publishers/google/models/{model}"
        ))
    }
}

fn public_url(location: &str) -> String {
    if location == "global" {
        "https://aiplatform.googleapis.com".to_owned()
    } else {
        format!("https://{location}-aiplatform.googleapis.com")
    }
}
