//! One's own signed-in browsers.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::{ApiError, State, extract};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionBody {
    id: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    /// The one this request was made with.
    current: bool,
}

impl SessionBody {
    pub(crate) fn new(session: db::sessions::Session, current: bool) -> Self {
        Self {
            id: session.id,
            created_at: session.created_at,
            expires_at: session.expires_at,
            last_used_at: session.last_used_at,
            ip_address: session.ip_address,
            user_agent: session.user_agent,
            current,
        }
    }
}

/// List one's own sessions.
#[utoipa::path(get, path = "/api/auth/list-sessions", tag = "auth", responses((status = 200, body = Vec<SessionBody>)))]
pub(crate) async fn list(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Vec<SessionBody>>, ApiError> {
    let sessions =
        db::sessions::list_live(&platform.db, &caller.user.id, platform.clock.now()).await?;
    let current = caller.session_id();
    Ok(Json(
        sessions
            .into_iter()
            .map(|session| {
                let is_current = Some(session.id) == current;
                SessionBody::new(session, is_current)
            })
            .collect(),
    ))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RevokeSession {
    id: Uuid,
}

/// End one of one's own sessions.
#[utoipa::path(post, path = "/api/auth/revoke-session", tag = "auth", request_body = RevokeSession,
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn revoke(
    Extract(platform): State,
    caller: Caller,
    extract::Json(body): extract::Json<RevokeSession>,
) -> Result<Json<Success>, ApiError> {
    if db::sessions::revoke(&platform.db, &caller.user.id, body.id).await? {
        return Ok(SUCCESS);
    }
    Err(ApiError::NotFound("Session"))
}

/// End all of one's own sessions but this one.
#[utoipa::path(post, path = "/api/auth/revoke-other-sessions", tag = "auth", responses((status = 200, body = Success)))]
pub(crate) async fn revoke_others(
    Extract(platform): State,
    caller: Caller,
) -> Result<Json<Success>, ApiError> {
    db::sessions::revoke_others(&platform.db, &caller.user.id, caller.session_id()).await?;
    Ok(SUCCESS)
}
