//! The `/api` plane: what the UI, Terraform and scripts call. One file per noun.
//!
//! A handler authorises (by the table in `permissions`), calls and converts; rules live in `domain`.

mod agents;
mod api_keys;
mod auth;
mod authenticate;
mod config;
mod error;
mod extract;
mod home;
mod interactions;
mod organization;
mod pagination;
pub mod passwords;
mod permissions;
mod sessions;
mod statistics;
mod token_prices;

use std::sync::Arc;

use axum::routing::any;
use axum::{Router, middleware};
use domain::platform::Platform;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use error::ApiError;

type State = axum::extract::State<Arc<Platform>>;

/// Every route of the plane, with its guards, and its OpenAPI description.
pub fn router(platform: &Arc<Platform>) -> (Router, utoipa::openapi::OpenApi) {
    let (router, api) = documented().split_for_parts();
    let guarded = router
        .route_layer(middleware::from_fn(permissions::authorise))
        .route_layer(middleware::from_fn_with_state(
            platform.clone(),
            authenticate::authenticate,
        ));
    let complete = guarded
        .route("/api/{*rest}", any(async || ApiError::NoSuchRoute))
        .method_not_allowed_fallback(async || ApiError::NoSuchMethod);
    (complete.with_state(platform.clone()), api)
}

/// The description alone, for code generation and for the test of the permission table.
pub fn openapi() -> utoipa::openapi::OpenApi {
    documented().split_for_parts().1
}

fn documented() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(config::public))
        .routes(routes!(config::health))
        .routes(routes!(auth::sign_in))
        .routes(routes!(auth::sign_out))
        .routes(routes!(auth::get_session))
        .routes(routes!(auth::change_password))
        .routes(routes!(auth::update_user))
        .routes(routes!(auth::default_credentials_status))
        .routes(routes!(auth::desktop))
        .routes(routes!(auth::permissions))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::revoke))
        .routes(routes!(sessions::revoke_others))
        .routes(routes!(api_keys::create))
        .routes(routes!(api_keys::list))
        .routes(routes!(api_keys::delete))
        .routes(routes!(agents::list, agents::create))
        .routes(routes!(agents::all))
        .routes(routes!(agents::default))
        .routes(routes!(agents::label_keys))
        .routes(routes!(agents::label_values))
        .routes(routes!(agents::get, agents::update, agents::delete))
        .routes(routes!(interactions::list))
        .routes(routes!(interactions::facets))
        .routes(routes!(interactions::live))
        .routes(routes!(interactions::export))
        .routes(routes!(interactions::external_agent_ids))
        .routes(routes!(interactions::user_ids))
        .routes(routes!(interactions::sessions))
        .routes(routes!(interactions::get))
        .routes(routes!(home::home))
        .routes(routes!(statistics::overview))
        .routes(routes!(token_prices::list, token_prices::create))
        .routes(routes!(token_prices::unpriced))
        .routes(routes!(
            token_prices::get,
            token_prices::update,
            token_prices::delete
        ))
        .routes(routes!(organization::get, organization::update))
        .routes(routes!(organization::onboarding_status))
}
