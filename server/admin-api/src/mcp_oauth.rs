//! Signing in at remote servers: where to send the browser, and what to do when it is back.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Extract;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract;
use crate::{ApiError, State};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InitiateInput {
    catalog_id: Uuid,
    /// The installation that signs in anew.
    server_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Initiated {
    /// Send the browser here.
    authorization_url: String,
    state: String,
}

/// Begin a sign-in at a remote server.
#[utoipa::path(post, path = "/api/oauth/initiate", tag = "mcp-servers", request_body = InitiateInput,
    responses((status = 200, body = Initiated), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn initiate(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<InitiateInput>,
) -> Result<Json<Initiated>, ApiError> {
    let begun = platform
        .servers
        .begin_oauth(input.catalog_id, input.server_id, &caller.user.id);
    let (url, state) = begun.await?;
    Ok(Json(Initiated {
        authorization_url: url.to_string(),
        state,
    }))
}

/// What the browser came back with, as it is.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CallbackInput {
    state: String,
    #[serde(flatten)]
    #[schema(value_type = BTreeMap<String, String>)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl CallbackInput {
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", &self.state);
        let texts = self.rest.iter();
        query.extend_pairs(texts.filter_map(|(key, value)| Some((key, value.as_str()?))));
        query.finish()
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServerSignedIn)]
pub(crate) struct SignedIn {
    success: bool,
    catalog_id: Uuid,
    /// The installation that signed in anew; null before an installation.
    server_id: Option<Uuid>,
    /// What `POST /api/mcp_server` takes.
    secret_id: Uuid,
    name: Option<String>,
}

/// Finish a sign-in with what the browser came back with.
#[utoipa::path(post, path = "/api/oauth/callback", tag = "mcp-servers", request_body = CallbackInput,
    responses((status = 200, body = SignedIn), (status = 400, body = ErrorBody)))]
pub(crate) async fn callback(
    Extract(platform): State,
    caller: Caller,
    extract::Json(input): extract::Json<CallbackInput>,
) -> Result<Json<SignedIn>, ApiError> {
    let query = input.query();
    let done = platform
        .servers
        .finish_oauth(&input.state, &query, &caller.user.id)
        .await?;
    platform.snapshot.refresh(&platform.db).await?;
    let name = platform
        .snapshot
        .load()
        .catalog_name(done.catalog_id)
        .map(str::to_owned);
    Ok(Json(SignedIn {
        success: true,
        catalog_id: done.catalog_id,
        server_id: done.server_id,
        secret_id: done.secret_id,
        name,
    }))
}
