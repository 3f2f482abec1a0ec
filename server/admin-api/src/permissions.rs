//! The one table of who may call what. A route that is missing from it is denied.

#[cfg(test)]
mod tests;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use domain::access::{ACTIONS, Action, Permission, RESOURCES, Resource, role_allows};

use crate::ApiError;
use crate::authenticate::{Caller, unauthenticated};

use Action::{Create, Delete, Read, Update};
use Permission::{Account, Public, Role, SignedIn};
use Resource::{Interaction, Organization, Profile, TokenPrice};

const TABLE: &[(&str, &str, Permission)] = &[
    ("GET", "/api/config/public", Public),
    ("GET", "/api/health", Public),
    ("POST", "/api/auth/sign-in/email", Public),
    ("POST", "/api/auth/sign-out", Public),
    ("GET", "/api/auth/get-session", Public),
    ("GET", "/api/auth/desktop", Public),
    ("GET", "/api/auth/default-credentials-status", Public),
    ("POST", "/api/auth/change-password", Account),
    ("POST", "/api/auth/update-user", SignedIn),
    ("GET", "/api/auth/list-sessions", SignedIn),
    ("POST", "/api/auth/revoke-session", SignedIn),
    ("POST", "/api/auth/revoke-other-sessions", SignedIn),
    ("POST", "/api/auth/api-key/create", SignedIn),
    ("GET", "/api/auth/api-key/list", SignedIn),
    ("POST", "/api/auth/api-key/delete", SignedIn),
    ("GET", "/api/user/permissions", Account),
    ("GET", "/api/agents", Role(Profile, Read)),
    ("POST", "/api/agents", Role(Profile, Create)),
    ("GET", "/api/agents/all", Role(Profile, Read)),
    ("GET", "/api/agents/default", Role(Profile, Read)),
    ("GET", "/api/agents/labels/keys", Role(Profile, Read)),
    ("GET", "/api/agents/labels/values", Role(Profile, Read)),
    ("GET", "/api/agents/{id}", Role(Profile, Read)),
    ("PUT", "/api/agents/{id}", Role(Profile, Update)),
    ("DELETE", "/api/agents/{id}", Role(Profile, Delete)),
    ("GET", "/api/interactions", Role(Interaction, Read)),
    ("GET", "/api/interactions/facets", Role(Interaction, Read)),
    ("GET", "/api/interactions/live", Role(Interaction, Read)),
    ("GET", "/api/interactions/export", Role(Interaction, Read)),
    (
        "GET",
        "/api/interactions/external-agent-ids",
        Role(Interaction, Read),
    ),
    ("GET", "/api/interactions/user-ids", Role(Interaction, Read)),
    ("GET", "/api/interactions/sessions", Role(Interaction, Read)),
    ("GET", "/api/interactions/{id}", Role(Interaction, Read)),
    ("GET", "/api/home", Role(Interaction, Read)),
    ("GET", "/api/statistics/overview", Role(Interaction, Read)),
    ("GET", "/api/token-prices", Role(TokenPrice, Read)),
    ("POST", "/api/token-prices", Role(TokenPrice, Create)),
    ("GET", "/api/token-prices/unpriced", Role(TokenPrice, Read)),
    ("GET", "/api/token-prices/{id}", Role(TokenPrice, Read)),
    ("PUT", "/api/token-prices/{id}", Role(TokenPrice, Update)),
    ("DELETE", "/api/token-prices/{id}", Role(TokenPrice, Delete)),
    ("GET", "/api/organization", Role(Organization, Read)),
    ("PATCH", "/api/organization", Role(Organization, Update)),
    ("GET", "/api/organization/onboarding-status", SignedIn),
];

fn required(method: &str, path: &str) -> Option<Permission> {
    // What may be read may be asked about.
    let method = if method == "HEAD" { "GET" } else { method };
    TABLE
        .iter()
        .find(|row| row.0 == method && row.1 == path)
        .map(|row| row.2)
}

/// Lets a request through if its route's row allows its caller.
pub(crate) async fn authorise(request: Request, next: Next) -> Result<Response, ApiError> {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let permission = path.and_then(|path| required(request.method().as_str(), path));
    let Some(permission) = permission else {
        return Err(ApiError::Forbidden(
            "No permission is defined for this route, so nobody may call it.".into(),
        ));
    };
    check(permission, request.extensions().get::<Caller>())?;
    Ok(next.run(request).await)
}

fn check(permission: Permission, caller: Option<&Caller>) -> Result<(), ApiError> {
    if permission == Public {
        return Ok(());
    }
    let caller = caller.ok_or_else(unauthenticated)?;
    if permission != Account && caller.owes_password() {
        return Err(ApiError::Forbidden(
            "Set a new password first: the default one is in force.".into(),
        ));
    }
    match permission {
        Role(resource, action) if !role_allows(&caller.user.role, resource, action) => {
            Err(ApiError::Forbidden(format!(
                "Your role ({}) does not allow {}:{}. Ask an administrator.",
                caller.user.role,
                resource.name(),
                action.name()
            )))
        }
        _ => Ok(()),
    }
}

/// What a role may do, as resource → actions.
pub(crate) fn of_role(role: &str) -> serde_json::Map<String, serde_json::Value> {
    let actions = |resource| -> Vec<&str> {
        ACTIONS
            .into_iter()
            .filter(|action| role_allows(role, resource, *action))
            .map(Action::name)
            .collect()
    };
    RESOURCES
        .into_iter()
        .map(|resource| (resource.name().to_owned(), actions(resource).into()))
        .collect()
}
