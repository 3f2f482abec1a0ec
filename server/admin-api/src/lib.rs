//! The `/api` plane: what the UI, Terraform and scripts call. One file per noun.
//!
//! A handler authorises (by the table in `permissions`), calls and converts; rules live in `domain`.

mod agent_delegations;
mod agent_tools;
mod agents;
mod api_keys;
mod audit_log;
mod auth;
mod authenticate;
mod backups;
mod clusters;
mod config;
pub mod configuration;
mod contract;
mod document;
mod endpoints;
mod entities;
mod error;
mod extract;
mod home;
mod idempotency;
mod identity_providers;
mod installation_requests;
mod interactions;
mod invitations;
mod limits;
mod live;
mod mcp_catalog;
mod mcp_oauth;
mod mcp_servers;
mod mcp_tool_calls;
mod members;
mod models;
mod optimization_rules;
mod organization;
mod pages;
mod pagination;
pub mod passwords;
mod permissions;
mod prompts;
mod provider_keys;
mod rate_limits;
mod request_ids;
mod roles;
mod runtimes;
mod secrets;
mod service_accounts;
mod sessions;
mod statistics;
mod team_vault_folders;
mod teams;
mod token_prices;
mod tokens;
mod tool_policies;
mod tools;
mod user_access;
mod versions;

use std::sync::Arc;

use axum::routing::any;
use axum::{Router, middleware};
use domain::access::Permission;
use domain::platform::Platform;
use utoipa_axum::router::OpenApiRouter;

use endpoints::documented;
pub use error::ApiError;

/// Where pages of SAML providers post to; what they bring is believed for its signature, not for where it comes from.
pub const SAML_ACS: &str = "/api/auth/sso/saml2/sp/acs/";

type State = axum::extract::State<Arc<Platform>>;

/// Every route of the plane, with its guards, and its OpenAPI description. `more`: routes of another plane that are served
/// behind the same guards.
pub fn router(
    platform: &Arc<Platform>,
    more: OpenApiRouter<Arc<Platform>>,
) -> (Router, serde_json::Value) {
    let (routes, api) = documented().merge(more).split_for_parts();
    let api = document::complete(&api);
    let complete = contract::around(routes, platform, &api)
        .route("/api/{*rest}", any(async || ApiError::NoSuchRoute))
        .method_not_allowed_fallback(async || ApiError::NoSuchMethod)
        .layer(middleware::from_fn(request_ids::identify));
    (complete.with_state(platform.clone()), api)
}

/// The routes for a caller that is known already, in the request's extensions.
fn authorised(platform: &Arc<Platform>) -> Router {
    let (router, _) = documented().split_for_parts();
    router
        .route_layer(middleware::from_fn_with_state(
            platform.clone(),
            permissions::authorise,
        ))
        .with_state(platform.clone())
}

/// The description alone, for code generation and for the test of the permission table.
pub fn openapi(more: OpenApiRouter<Arc<Platform>>) -> serde_json::Value {
    document::complete(&documented().merge(more).split_for_parts().1)
}

/// The table: method, path, and what is asked of whoever calls.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str, Permission)> {
    permissions::TABLES
        .iter()
        .flat_map(|table| table.iter().copied())
}
