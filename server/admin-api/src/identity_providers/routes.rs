//! Who people are elsewhere, and what they prove it with here: the routes.

use std::sync::Arc;

use axum::routing::get;
use domain::platform::Platform;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super as providers;
use crate::{auth, permissions};

pub(crate) fn routes() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(providers::list, providers::create))
        .routes(routes!(providers::public))
        .routes(routes!(providers::presets))
        .routes(routes!(providers::idp_logout_url))
        .routes(routes!(
            providers::get,
            providers::update,
            providers::delete
        ))
        .routes(routes!(providers::test))
        .routes(routes!(providers::test_log))
        .routes(routes!(auth::sign_in_sso))
        .routes(routes!(auth::sso_callback))
        .routes(routes!(auth::saml_acs))
        .routes(routes!(auth::saml_finish))
        .routes(routes!(auth::saml_metadata))
        .routes(routes!(auth::two_factor_status))
        .routes(routes!(auth::two_factor_enable))
        .routes(routes!(auth::two_factor_disable))
        .routes(routes!(auth::generate_backup_codes))
        .routes(routes!(auth::verify_totp))
        .routes(routes!(auth::verify_backup_code))
}

/// What earlier clients call identity providers. Not described: `permissions` knows them by their present names.
pub(crate) fn earlier_name() -> OpenApiRouter<Arc<Platform>> {
    let at = |rest: &str| format!("{}{rest}", permissions::EARLIER_NAME.0);
    OpenApiRouter::new()
        .route(&at(""), get(providers::list).post(providers::create))
        .route(&at("/public"), get(providers::public))
        .route(
            &at("/{id}"),
            get(providers::get)
                .put(providers::update)
                .delete(providers::delete),
        )
}
