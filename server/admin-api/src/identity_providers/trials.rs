//! Trying a provider out, with a log of every step.

use axum::Json;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use db::identity_providers::Test;
use domain::identity_providers::trial;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{NOT_FOUND, row};
use crate::auth::{new_token, sso_cookie};
use crate::error::ErrorBody;
use crate::extract::Id;
use crate::{ApiError, State};

#[derive(Serialize, ToSchema)]
#[schema(as = IdentityProviderTest)]
pub(crate) struct TestBody {
    id: Uuid,
    /// `waiting` for the browser, `passed` or `failed`.
    state: String,
    #[schema(value_type = Vec<StepBody>)]
    steps: Value,
    /// Open it in a new window: a sign-in that changes nothing goes on with the log.
    url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = IdentityProviderTestStep)]
pub(crate) struct StepBody {
    name: String,
    /// `ok`, `warning` or `failed`.
    status: String,
    detail: String,
}

/// Ask the provider what can be asked without a browser, and begin a sign-in that changes nothing.
#[utoipa::path(post, path = "/api/identity-providers/{id}/test", tag = "identity providers", params(("id" = Uuid, Path)),
    responses((status = 200, body = TestBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn test(Extract(platform): State, Id(id): Id) -> Result<Response, ApiError> {
    let row = row(&platform, id).await?;
    let browser = new_token();
    let tried = trial(&platform, &row, &browser, "/").await?;
    let body = TestBody {
        id: tried.id,
        state: tried.state.to_owned(),
        steps: serde_json::to_value(&tried.log).map_err(ApiError::internal)?,
        url: tried.url.map(String::from),
    };
    let cookie = sso_cookie(&platform, browser);
    Ok((cookie, Json(body)).into_response())
}

/// How a test went on.
#[utoipa::path(get, path = "/api/identity-providers/{id}/tests/{testId}", tag = "identity providers",
    params(("id" = Uuid, Path), ("testId" = Uuid, Path)),
    responses((status = 200, body = TestBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn test_log(
    Extract(platform): State,
    path: Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>,
) -> Result<Json<TestBody>, ApiError> {
    let Path((id, test_id)) =
        path.map_err(|_| ApiError::Validation("An id in the path is not a UUID.".into()))?;
    let test = db::identity_providers::find_test(&platform.db, test_id, id).await?;
    let Test {
        id, state, steps, ..
    } = test.ok_or(NOT_FOUND)?;
    Ok(Json(TestBody {
        id,
        state,
        steps,
        url: None,
    }))
}
