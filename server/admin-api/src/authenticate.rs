//! Who is calling: a browser with a session cookie, or a program with an API key.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::Response;
use cookie::Cookie;
use domain::access::grants::Grants;
use domain::access::scope::Viewer;
use domain::access::{Action, Resource, SignedIn};
use domain::api_keys::digest;
use domain::platform::Platform;
use domain::snapshot::Snapshot;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use uuid::Uuid;

use crate::ApiError;

pub(crate) const SESSION_COOKIE: &str = "archestra.session_token";

/// Who a request acts for.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: db::users::User,
    /// None for an API key.
    pub(crate) session: Option<db::sessions::Session>,
    /// None for a session.
    pub(crate) key_id: Option<Uuid>,
    /// What the role grants, or as much of it as the API key does.
    pub(crate) grants: Grants,
    /// Whether the key leaves out something of what the role grants.
    pub(crate) limited: bool,
}

impl Caller {
    /// A browser that may only set a new password.
    pub(crate) fn owes_password(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| session.must_change_password)
    }

    pub(crate) fn may(&self, resource: Resource, action: Action) -> bool {
        self.grants.allows(resource, action)
    }

    pub(crate) fn viewer<'a>(&'a self, snapshot: &'a Snapshot) -> Viewer<'a> {
        Viewer::new(snapshot, &self.user.id, self.grants)
    }

    /// What other planes know of them.
    pub(crate) fn signed_in(&self) -> SignedIn {
        SignedIn {
            user_id: self.user.id.clone(),
            role: self.user.role.clone(),
            grants: self.grants,
        }
    }

    pub(crate) fn session_id(&self) -> Option<Uuid> {
        self.session.as_ref().map(|session| session.id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(unauthenticated)
    }
}

pub(crate) fn unauthenticated() -> ApiError {
    ApiError::Unauthenticated("Sign in, or send an API key in the Authorization header.".into())
}

/// Puts a [`Caller`] into the request if it carries a valid credential; whether one is needed is not decided here.
/// Without the database nobody waits: the answer is to come back in a moment, also for what has begun already.
pub(crate) async fn authenticate(
    axum::extract::State(platform): crate::State,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    tokio::select! {
        biased;
        () = platform.database.lost() => Err(ApiError::Unavailable),
        answer = answer(&platform, request, next) => answer,
    }
}

async fn answer(
    platform: &Arc<Platform>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let caller = match api_key(request.headers()) {
        Some(key) => Some(caller_of_key(platform, key).await?),
        None => match session_token(request.headers()) {
            Some(token) => caller_of_session(platform, &token).await?,
            None => None,
        },
    };
    if let Some(caller) = caller {
        // A provider's page posts there, and is believed for what it signed.
        let is_acs = request.uri().path().starts_with(crate::SAML_ACS);
        if caller.session.is_some() && !is_acs {
            refuse_foreign_origin(platform, request.method(), request.headers())?;
        }
        request.extensions_mut().insert(caller.signed_in());
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

/// The key as it is, or after `Bearer`.
fn api_key(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    Some(value.strip_prefix("Bearer ").unwrap_or(value).trim())
}

/// A key that is sent must be good: falling back to a cookie would hide a typing error.
async fn caller_of_key(platform: &Arc<Platform>, key: &str) -> Result<Caller, ApiError> {
    let now = platform.clock.now();
    let owner = platform.snapshot.load().api_key(key, now).cloned();
    let owner = owner.ok_or_else(|| {
        ApiError::Unauthenticated("This API key is unknown or has expired.".into())
    })?;
    let user = db::users::find(&platform.db, &owner.user_id)
        .await?
        .ok_or_else(unauthenticated)?;
    db::api_keys::touch(&platform.db, owner.key_id, now).await?;
    Ok(Caller {
        limited: owner.permission.is_some(),
        grants: owner.limit(granted(platform, &user)),
        user,
        session: None,
        key_id: Some(owner.key_id),
    })
}

async fn caller_of_session(
    platform: &Arc<Platform>,
    token: &str,
) -> Result<Option<Caller>, ApiError> {
    let session =
        db::sessions::find_live(&platform.db, &digest(token), platform.clock.now()).await?;
    let Some(session) = session else {
        return Ok(None);
    };
    let user = db::users::find(&platform.db, &session.user_id).await?;
    Ok(user.map(|user| Caller {
        limited: false,
        grants: granted(platform, &user),
        user,
        session: Some(session),
        key_id: None,
    }))
}

/// A role that does not exist grants nothing.
fn granted(platform: &Platform, user: &db::users::User) -> Grants {
    platform
        .snapshot
        .load()
        .role(&user.role)
        .unwrap_or_default()
}

pub(crate) fn session_token(headers: &HeaderMap) -> Option<String> {
    cookie_of(headers, SESSION_COOKIE)
}

pub(crate) fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A browser names the page behind a change; only our own pages may make one with a cookie. Programs send no Origin.
pub(crate) fn refuse_foreign_origin(
    platform: &Platform,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    if method.is_safe() {
        return Ok(());
    }
    let Some(origin) = headers
        .get(header::ORIGIN)
        .and_then(|origin| origin.to_str().ok())
    else {
        return Ok(());
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let settings = &platform.settings;
    let same = origin
        .split_once("://")
        .is_some_and(|(_, authority)| authority == host);
    if same || origin == settings.frontend_url || origin == settings.api_base_url {
        return Ok(());
    }
    Err(ApiError::Forbidden(format!(
        "The page {origin} may not change anything here. Open the UI at {}, or set ARCHESTRA_FRONTEND_URL to the address you use.",
        settings.frontend_url
    )))
}
