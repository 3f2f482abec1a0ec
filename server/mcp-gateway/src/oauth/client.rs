//! Programs that ask for a token: registered here (RFC 7591), or described by a document at the URL that is their id.
//!
//! A registered client's id is its signed registration, so anybody may register and nothing has to be kept of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, body::Bytes};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, StatusCode};
use mcp::guard::{AddressGuard, Allow};
use mcp::http::Http;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::{SCOPE, refusal};
use crate::Gateway;

const PURPOSE: &str = "oauth-client";
const SECRET_PURPOSE: &str = "oauth-client-secret";
/// In front of a registered client's id.
const PREFIX: &str = "archestra-client.";
/// What a registration or a document may hold at most.
const LONGEST: usize = 16 * 1024;
const MOST_REDIRECTS: usize = 20;
const DOCUMENT_KEPT: Duration = Duration::from_mins(15);
const DOCUMENT_WITHIN: Duration = Duration::from_secs(5);
const MOST_DOCUMENTS: usize = 1_000;
/// Schemes that a browser would run or show instead of handing the code to a program.
const DANGEROUS: [&str; 8] = [
    "javascript",
    "data",
    "file",
    "blob",
    "vbscript",
    "about",
    "view-source",
    "filesystem",
];

/// A program, as far as it matters.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(super) struct Client {
    #[serde(rename = "n")]
    pub(super) name: String,
    #[serde(rename = "r")]
    pub(super) redirect_uris: Vec<String>,
    /// It has to prove itself with the secret it was given.
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_secret: bool,
}

impl Client {
    /// Exactly one that was registered; on this machine at any port (RFC 8252, section 7.3).
    pub(super) fn may_redirect_to(&self, uri: &str) -> bool {
        let Ok(wanted) = Url::parse(uri) else {
            return false;
        };
        self.redirect_uris.iter().any(|known| {
            known == uri
                || Url::parse(known).is_ok_and(|known| {
                    is_loopback(&known) && without_port(&known) == without_port(&wanted)
                })
        })
    }
}

fn without_port(url: &Url) -> String {
    let mut url = url.clone();
    // A URL that has no port has none to lose.
    let _ = url.set_port(None);
    url.into()
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// https, this machine, or a program's own scheme.
fn is_usable_redirect(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let is_kept = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        scheme => !DANGEROUS.contains(&scheme),
    };
    is_kept && url.fragment().is_none() && url.username().is_empty()
}

/// A client by its id, or why there is none.
pub(super) async fn find(gateway: &Gateway, id: &str) -> Result<Client, String> {
    if let Some(sealed) = id.strip_prefix(PREFIX) {
        return gateway.signer.open(PURPOSE, sealed).ok_or_else(|| {
            "This client id was not given out by this server. Register again.".to_owned()
        });
    }
    match Url::parse(id) {
        Ok(url) if url.scheme() == "https" && url.path() != "/" => gateway.documents.of(gateway, id, url).await,
        _ => Err("The client id is neither one of this server's nor the https address of a metadata document.".to_owned()),
    }
}

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
}

/// `POST …/register`.
pub(super) async fn register(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Response {
    let invalid = |text: &str| refusal(StatusCode::BAD_REQUEST, "invalid_client_metadata", text);
    if body.len() > LONGEST {
        return invalid("The registration is too long.");
    }
    let Ok(registration) = serde_json::from_slice::<Registration>(&body) else {
        return invalid("The registration is not a JSON object with `redirect_uris`.");
    };
    let uris = &registration.redirect_uris;
    if uris.is_empty()
        || uris.len() > MOST_REDIRECTS
        || !uris.iter().all(|uri| is_usable_redirect(uri))
    {
        let text =
            "Give 1 to 20 redirect URIs, each https, http on this machine, or an app's own scheme.";
        return refusal(StatusCode::BAD_REQUEST, "invalid_redirect_uri", text);
    }
    let method = registration
        .token_endpoint_auth_method
        .as_deref()
        .unwrap_or("none");
    if !["none", "client_secret_post", "client_secret_basic"].contains(&method) {
        return invalid(
            "`token_endpoint_auth_method` must be none, client_secret_post or client_secret_basic.",
        );
    }
    let client = Client {
        name: shortened(
            registration
                .client_name
                .as_deref()
                .unwrap_or("An MCP client"),
        ),
        redirect_uris: registration.redirect_uris,
        has_secret: method != "none",
    };
    let id = format!("{PREFIX}{}", gateway.signer.seal(PURPOSE, &client));
    let mut answer: Value = json!({
        "client_id": id,
        "client_id_issued_at": gateway.platform.clock.now().timestamp(),
        "client_name": client.name,
        "redirect_uris": client.redirect_uris,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "scope": SCOPE,
    });
    if client.has_secret {
        answer["client_secret"] = secret(&gateway, &id).into();
        answer["client_secret_expires_at"] = 0.into();
    }
    (
        StatusCode::CREATED,
        [(CACHE_CONTROL, "no-store")],
        Json(answer),
    )
        .into_response()
}

/// Follows from the id, so it is not kept either.
fn secret(gateway: &Gateway, id: &str) -> String {
    gateway
        .signer
        .seal(SECRET_PURPOSE, &id)
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_owned()
}

pub(super) fn is_secret(gateway: &Gateway, id: &str, given: &str) -> bool {
    let right = secret(gateway, id);
    aws_lc_rs::constant_time::verify_slices_are_equal(right.as_bytes(), given.as_bytes()).is_ok()
}

fn shortened(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|letter| !letter.is_control())
        .take(80)
        .collect();
    name.trim().to_owned()
}

/// Documents of clients, kept for a while.
#[derive(Default)]
pub(crate) struct Documents {
    kept: Mutex<HashMap<String, (Instant, Client)>>,
    http: tokio::sync::OnceCell<Http>,
}

impl Documents {
    async fn of(&self, gateway: &Gateway, id: &str, url: Url) -> Result<Client, String> {
        let now = gateway.platform.clock.monotonic();
        if let Some((since, client)) = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            && now.saturating_duration_since(*since) < DOCUMENT_KEPT
        {
            return Ok(client.clone());
        }
        let fetched = tokio::time::timeout(DOCUMENT_WITHIN, self.fetch(url)).await;
        let document = fetched
            .map_err(|_| "The client's metadata document did not come in time.".to_owned())??;
        let client = read(id, &document)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_DOCUMENTS {
            kept.clear();
        }
        kept.insert(id.to_owned(), (now, client.clone()));
        Ok(client)
    }

    /// The address comes from outside, so it may lead to the Internet only.
    async fn fetch(&self, url: Url) -> Result<Vec<u8>, String> {
        let open = async || Http::new(AddressGuard::new(Allow::nothing()));
        let http = self
            .http
            .get_or_try_init(open)
            .await
            .map_err(|error| error.to_string())?;
        let failed = |error: &dyn std::fmt::Display| {
            format!("The client's metadata document cannot be read: {error}")
        };
        let mut response = http
            .get(url, HeaderMap::new())
            .await
            .map_err(|error| failed(&error))?;
        if response.status() != StatusCode::OK {
            return Err(failed(&response.status()));
        }
        let mut document = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            if document.len() + chunk.len() > LONGEST {
                return Err(failed(&"it is too long"));
            }
            document.extend_from_slice(&chunk);
        }
        Ok(document)
    }
}

/// A document speaks for itself only: its `client_id` is where it was found.
pub(super) fn read(id: &str, document: &[u8]) -> Result<Client, String> {
    #[derive(Deserialize)]
    struct Document {
        client_id: String,
        #[serde(default)]
        client_name: Option<String>,
        redirect_uris: Vec<String>,
    }
    let document: Document = serde_json::from_slice(document)
        .map_err(|error| format!("The client's metadata document is not one: {error}"))?;
    if document.client_id != id {
        return Err(
            "The client's metadata document is somebody else's: its client_id differs.".to_owned(),
        );
    }
    if !document
        .redirect_uris
        .iter()
        .all(|uri| is_usable_redirect(uri))
    {
        return Err(
            "The client's metadata document has a redirect URI that is not allowed.".to_owned(),
        );
    }
    Ok(Client {
        name: shortened(document.client_name.as_deref().unwrap_or(id)),
        redirect_uris: document.redirect_uris,
        has_secret: false,
    })
}
