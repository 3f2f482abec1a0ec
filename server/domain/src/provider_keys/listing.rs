//! Asks a provider for its models: the cheapest call that tells whether a key works.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use llm::models::{Listing, Model};
use llm::providers::{Credential, Provider};
use mcp::error::Error as HttpError;
use mcp::http::Http;
use secrecy::{ExposeSecret, SecretString};
use serde::de::IgnoredAny;
use tokio::time::timeout;
use url::Url;

use super::{KeyError, Result};

const PATIENCE: Duration = Duration::from_secs(15);
/// `OpenRouter`'s list, the longest, has less than a megabyte.
const LONGEST: usize = 8 << 20;
/// What of a provider's complaint is shown.
const SHOWN: usize = 400;

/// What is asked, and with what.
#[derive(Clone, Copy)]
pub(super) struct Access<'a> {
    pub(super) provider: &'static Provider,
    pub(super) base_url: &'a Url,
    pub(super) key: Option<&'a SecretString>,
}

pub(super) async fn list(http: &Http, access: Access<'_>) -> Result<Vec<Model>> {
    let listing = access.provider.listing;
    let url = url(access.base_url, listing)?;
    let headers = access.headers()?;
    let unreachable = |cause: String| KeyError::Unreachable {
        provider: access.provider.name,
        origin: access.origin(),
        cause,
    };
    let asked = timeout(PATIENCE, answer(http, url, headers)).await;
    let asked = asked.map_err(|_| unreachable(format!("no answer in {} s", PATIENCE.as_secs())))?;
    let (status, body) = asked.map_err(|error| match error {
        HttpError::Address(refused) => KeyError::Address(format!(
            "{refused}: ARCHESTRA_MCP_ALLOWED_NETWORKS lists what is allowed."
        )),
        HttpError::Unreachable { cause, .. } | HttpError::Closed { cause } => unreachable(cause),
        other => unreachable(other.to_string()),
    })?;
    if !status.is_success() {
        return Err(access.complaint(status, &body));
    }
    let models = listing.read(&body);
    models.ok_or_else(|| KeyError::NoListing {
        origin: access.origin(),
        hint: access.hint(),
    })
}

async fn answer(
    http: &Http,
    url: Url,
    headers: HeaderMap,
) -> std::result::Result<(StatusCode, Bytes), HttpError> {
    let mut response = http.get(url, headers).await?;
    let mut body = Vec::new();
    let closed = |_| HttpError::Closed {
        cause: "the answer broke off".to_owned(),
    };
    while let Some(piece) = response.chunk().await.map_err(closed)? {
        if body.len() + piece.len() > LONGEST {
            return Err(HttpError::TooLarge { limit: LONGEST });
        }
        body.extend_from_slice(&piece);
    }
    Ok((response.status(), Bytes::from(body)))
}

fn url(base_url: &Url, listing: Listing) -> Result<Url> {
    let base = base_url.as_str().trim_end_matches('/');
    Url::parse(&format!("{base}/{}", listing.path()))
        .map_err(|error| KeyError::Invalid(format!("The base URL cannot be used: {error}.")))
}

impl Access<'_> {
    fn headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.provider.listing.headers() {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if let Some(key) = self.key {
            let (name, value) = header(self.provider.credential, key).ok_or_else(|| {
                KeyError::Invalid(
                    "The key has characters that no key has; it was probably not copied whole."
                        .to_owned(),
                )
            })?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    fn complaint(&self, status: StatusCode, body: &Bytes) -> KeyError {
        let provider = self.provider.name;
        let words = self.words(body);
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => KeyError::Refused {
                provider,
                status: status.as_u16(),
                words,
            },
            // Google says so with a 400.
            StatusCode::BAD_REQUEST if words.to_ascii_lowercase().contains("api key") => {
                KeyError::Refused {
                    provider,
                    status: status.as_u16(),
                    words,
                }
            }
            _ => KeyError::Answered {
                provider,
                origin: self.origin(),
                status: status.as_u16(),
                words,
                hint: self.hint(),
            },
        }
    }

    /// The provider's own words, without the key should they repeat it.
    fn words(&self, body: &Bytes) -> String {
        // A gateway in between may answer with a page or a line of text.
        let is_json = serde_json::from_slice::<IgnoredAny>(body).is_ok();
        let said = is_json.then(|| self.provider.dialect().read_response(body).error);
        let said = said.flatten();
        let said = said.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
        let said = match self.key.map(ExposeSecret::expose_secret) {
            Some(key) if !key.is_empty() => said.replace(key, "…"),
            _ => said,
        };
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        if said.is_empty() {
            return "no word why".to_owned();
        }
        said.chars().take(SHOWN).collect()
    }

    /// The usual mistake with compatible servers.
    fn hint(&self) -> String {
        let base = self.base_url.as_str().trim_end_matches('/');
        let lacks_version = self.provider.listing == Listing::OpenAi && self.base_url.path() == "/";
        if lacks_version {
            format!(" Did you mean {base}/v1?")
        } else {
            String::new()
        }
    }
}

/// How a provider is told a key; `None` if it cannot be in a header.
pub(super) fn header(
    credential: Credential,
    key: &SecretString,
) -> Option<(HeaderName, HeaderValue)> {
    let (name, text) = credential.header(key.expose_secret());
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some((HeaderName::from_static(name), value))
}
