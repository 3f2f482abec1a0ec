//! Requests that are sent twice and done once: the first answer to an `Idempotency-Key` is kept for a day and given again.
//!
//! The request goes on when its client hangs up, since that client is the one who will ask again. An answer may hold a new
//! secret, so it is stored encrypted.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use chrono::TimeDelta;
use db::idempotency_keys::{self, Claim, Times};
use domain::api_keys::digest;
use domain::platform::Platform;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::document::{IDEMPOTENCY_KEY, LONGEST_HEADER};
use crate::{ApiError, permissions};

const KEPT: TimeDelta = TimeDelta::hours(24);
/// Longer than any request takes.
const LEASE: TimeDelta = TimeDelta::minutes(15);
/// As axum limits bodies elsewhere.
const LONGEST_BODY: usize = 2 << 20;
/// The table, and the purpose of the key that its answers are encrypted with.
const TABLE: &str = "idempotency_keys";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

#[derive(Clone)]
pub(crate) struct Idempotency {
    platform: Arc<Platform>,
    /// The paths where it is understood.
    paths: Arc<HashSet<String>>,
}

/// What is kept of an answer.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: String,
}

impl Idempotency {
    pub(crate) fn new(platform: &Arc<Platform>, paths: HashSet<String>) -> Self {
        Self {
            platform: platform.clone(),
            paths: Arc::new(paths),
        }
    }

    /// The caller's key, hashed with who they are: nobody meets somebody else's.
    fn key(&self, request: &Request) -> Result<Option<[u8; 32]>, ApiError> {
        let path = request.extensions().get::<MatchedPath>();
        let is_understood = path.is_some_and(|path| self.paths.contains(path.as_str()));
        let caller = request.extensions().get::<Caller>();
        let sent = request.headers().get(IDEMPOTENCY_KEY);
        let (Some(caller), Some(sent)) = (caller, sent) else {
            return Ok(None);
        };
        if !is_understood || request.method() != Method::POST {
            return Ok(None);
        }
        let text = sent.to_str().unwrap_or_default();
        if text.is_empty() || text.len() > LONGEST_HEADER {
            return Err(ApiError::Validation(format!(
                "Idempotency-Key has 1 to {LONGEST_HEADER} visible ASCII characters."
            )));
        }
        let credential = caller.session_id().or(caller.key_id).unwrap_or_default();
        Ok(Some(digest(&format!("{credential} {text}"))))
    }

    fn seal(&self, key: &[u8], kept: &Kept) -> Result<Vec<u8>, ApiError> {
        let text = serde_json::to_string(kept).map_err(ApiError::internal)?;
        let text = SecretString::from(text);
        Ok(self.platform.secrets.seal(TABLE, row(key), &text)?)
    }

    fn open(&self, key: &[u8], sealed: &[u8]) -> Result<Kept, ApiError> {
        let text = self.platform.secrets.unseal(TABLE, row(key), sealed)?;
        serde_json::from_str(text.expose_secret()).map_err(ApiError::internal)
    }

    /// The answer, kept if it is a success. Whoever was refused may try again with the same key.
    async fn settle(&self, key: &[u8], response: Response) -> Result<Response, ApiError> {
        let db = &self.platform.db;
        if !response.status().is_success() {
            idempotency_keys::release(db, key).await?;
            return Ok(response);
        }
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .map_err(ApiError::internal)?;
        let kept = Kept {
            status: head.status.as_u16(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        idempotency_keys::answer(db, key, &self.seal(key, &kept)?).await?;
        Ok(Response::from_parts(head, Body::from(body)))
    }
}

/// An answer is bound to its key by this much of it.
fn row(key: &[u8]) -> Uuid {
    Uuid::from_slice(&key[..16]).unwrap_or_default()
}

pub(crate) async fn once(
    State(keys): State<Idempotency>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let Some(key) = keys.key(&request)? else {
        return Ok(next.run(request).await);
    };
    // An answer is given again only to whoever may still ask for it.
    permissions::allowed(&request)?;
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_BODY)
        .await
        .map_err(|_| ApiError::TooLarge)?;
    let request_hash = fingerprint(&head.method, &head.uri, &body);
    let now = keys.platform.clock.now();
    let times = Times {
        now,
        lease_until: now + LEASE,
        expires_at: now + KEPT,
    };
    match idempotency_keys::claim(&keys.platform.db, &key, &request_hash, times).await? {
        Claim::Other => Err(ApiError::KeyReused),
        Claim::Running => Err(ApiError::InProgress),
        Claim::Answered(sealed) => replay(&keys.open(&key, &sealed)?),
        Claim::New => {
            let request = Request::from_parts(head, Body::from(body));
            let owned = keys.clone();
            let work = async move { owned.settle(&key, next.run(request).await).await };
            let task = keys.platform.tasks.spawn(work.in_current_span());
            task.await.map_err(ApiError::internal)?
        }
    }
}

fn fingerprint(method: &Method, uri: &http::Uri, body: &Bytes) -> [u8; 32] {
    // A body that is no text can't be JSON either, and is refused by whoever reads it.
    digest(&format!(
        "{method} {uri}\n{}",
        String::from_utf8_lossy(body)
    ))
}

fn replay(kept: &Kept) -> Result<Response, ApiError> {
    let status = StatusCode::from_u16(kept.status).map_err(ApiError::internal)?;
    let response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header(REPLAYED, HeaderValue::from_static("true"));
    response
        .body(Body::from(kept.body.clone()))
        .map_err(ApiError::internal)
}
