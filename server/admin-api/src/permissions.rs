//! The one table of who may call what. A route that is missing from it is denied.

mod books;
mod chat;
mod identity;
mod people;
mod policies;
mod provider_keys;
mod streams;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use domain::access::{Action, Permission, Resource};

use crate::ApiError;
use crate::audit_log;
use crate::authenticate::{Caller, unauthenticated};
use books::BOOKS;
pub(crate) use chat::CHAT;
use chat::PROMPTS;
pub(crate) use identity::EARLIER_NAME;
use identity::IDENTITY;
use people::PEOPLE;
use policies::POLICIES;
pub(crate) use provider_keys::OLDER_NAME;
use provider_keys::PROVIDER_KEYS;

use Action::{Admin, Create, Delete, Read, Update};
use Permission::{Account, Own, Public, Role, SignedIn};
use Resource::{
    InstallationRequest, Interaction, McpCatalog, McpServer, McpToolCall, Organization, Profile,
    Team, TokenPrice, Tool,
};

/// Method, path, and what is asked of whoever calls.
pub(crate) type Row = (&'static str, &'static str, Permission);

/// Whoever may install may also keep going what is theirs.
const OPERATE: Permission = Permission::Either(McpServer, Update, Create);

const TABLE: &[Row] = &[
    ("GET", "/api/config/public", Public),
    ("GET", "/api/health", Public),
    ("POST", "/api/auth/sign-in/email", Public),
    ("POST", "/api/auth/sign-out", Public),
    ("GET", "/api/auth/get-session", Public),
    ("GET", "/api/auth/desktop", Public),
    ("GET", "/api/auth/default-credentials-status", Public),
    ("POST", "/api/auth/change-password", Account),
    ("POST", "/api/auth/update-user", Own),
    ("GET", "/api/auth/list-sessions", Own),
    ("POST", "/api/auth/revoke-session", Own),
    ("POST", "/api/auth/revoke-other-sessions", Own),
    ("POST", "/api/auth/api-key/create", Own),
    ("GET", "/api/auth/api-key/list", Own),
    ("POST", "/api/auth/api-key/delete", Own),
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
    (
        "GET",
        "/api/statistics/cost-savings",
        Role(Interaction, Read),
    ),
    ("GET", "/api/token-prices", Role(TokenPrice, Read)),
    ("POST", "/api/token-prices", Role(TokenPrice, Create)),
    ("GET", "/api/token-prices/unpriced", Role(TokenPrice, Read)),
    ("GET", "/api/token-prices/{id}", Role(TokenPrice, Read)),
    ("PUT", "/api/token-prices/{id}", Role(TokenPrice, Update)),
    ("DELETE", "/api/token-prices/{id}", Role(TokenPrice, Delete)),
    ("GET", "/api/organization", Role(Organization, Read)),
    ("PATCH", "/api/organization", Role(Organization, Update)),
    ("GET", "/api/organization/onboarding-status", SignedIn),
    ("GET", "/api/internal_mcp_catalog", Role(McpCatalog, Read)),
    (
        "POST",
        "/api/internal_mcp_catalog",
        Role(McpCatalog, Create),
    ),
    (
        "GET",
        "/api/internal_mcp_catalog/labels/keys",
        Role(McpCatalog, Read),
    ),
    (
        "GET",
        "/api/internal_mcp_catalog/labels/values",
        Role(McpCatalog, Read),
    ),
    (
        "DELETE",
        "/api/internal_mcp_catalog/by-name/{name}",
        Role(McpCatalog, Delete),
    ),
    (
        "GET",
        "/api/internal_mcp_catalog/{id}",
        Role(McpCatalog, Read),
    ),
    (
        "PUT",
        "/api/internal_mcp_catalog/{id}",
        Role(McpCatalog, Update),
    ),
    (
        "DELETE",
        "/api/internal_mcp_catalog/{id}",
        Role(McpCatalog, Delete),
    ),
    (
        "GET",
        "/api/internal_mcp_catalog/{id}/tools",
        Role(McpCatalog, Read),
    ),
    ("GET", "/api/mcp_catalog/builtin", Role(McpCatalog, Read)),
    ("GET", "/api/mcp_catalog/registry", Role(McpCatalog, Read)),
    ("POST", "/api/mcp_catalog/import", Role(McpCatalog, Create)),
    (
        "GET",
        "/api/mcp_server_installation_requests",
        Role(InstallationRequest, Read),
    ),
    (
        "POST",
        "/api/mcp_server_installation_requests",
        Role(InstallationRequest, Create),
    ),
    (
        "GET",
        "/api/mcp_server_installation_requests/{id}",
        Role(InstallationRequest, Read),
    ),
    (
        "PATCH",
        "/api/mcp_server_installation_requests/{id}",
        Role(InstallationRequest, Update),
    ),
    (
        "DELETE",
        "/api/mcp_server_installation_requests/{id}",
        Role(InstallationRequest, Delete),
    ),
    (
        "POST",
        "/api/mcp_server_installation_requests/{id}/approve",
        Role(InstallationRequest, Admin),
    ),
    (
        "POST",
        "/api/mcp_server_installation_requests/{id}/decline",
        Role(InstallationRequest, Admin),
    ),
    (
        "POST",
        "/api/mcp_server_installation_requests/{id}/notes",
        Role(InstallationRequest, Update),
    ),
    ("GET", "/api/mcp_server", Role(McpServer, Read)),
    ("POST", "/api/mcp_server", Role(McpServer, Create)),
    ("GET", "/api/mcp_server/{id}", Role(McpServer, Read)),
    ("PATCH", "/api/mcp_server/{id}", OPERATE),
    ("DELETE", "/api/mcp_server/{id}", Role(McpServer, Delete)),
    (
        "GET",
        "/api/mcp_server/{id}/installation-status",
        Role(McpServer, Read),
    ),
    ("GET", "/api/mcp_server/{id}/tools", Role(McpServer, Read)),
    ("POST", "/api/mcp_server/{id}/restart", OPERATE),
    ("POST", "/api/mcp_server/{id}/retry", OPERATE),
    ("POST", "/api/mcp_server/{id}/start", OPERATE),
    ("POST", "/api/mcp_server/{id}/stop", OPERATE),
    ("POST", "/api/mcp_server/{id}/reinstall", OPERATE),
    ("POST", "/api/mcp_server/{id}/reload-tools", OPERATE),
    ("PATCH", "/api/mcp_server/{id}/reauthenticate", OPERATE),
    ("GET", "/api/mcp_server/{id}/logs", Role(McpServer, Read)),
    ("POST", "/api/mcp_server/{id}/inspect", OPERATE),
    ("GET", "/api/mcp_server/{id}/usage", Role(McpServer, Read)),
    ("GET", "/api/mcp-servers/live", Role(McpServer, Read)),
    ("POST", "/api/oauth/initiate", Role(McpServer, Create)),
    ("POST", "/api/oauth/callback", Role(McpServer, Create)),
    ("GET", "/api/runtimes", Role(McpServer, Read)),
    ("GET", "/api/clusters", Role(McpServer, Read)),
    ("POST", "/api/clusters", Role(McpServer, Admin)),
    ("POST", "/api/clusters/preview", Role(McpServer, Admin)),
    ("POST", "/api/clusters/{id}/check", Role(McpServer, Admin)),
    ("DELETE", "/api/clusters/{id}", Role(McpServer, Admin)),
    ("GET", "/api/features", SignedIn),
    ("GET", "/api/teams", Role(Team, Read)),
    ("POST", "/api/teams", Role(Team, Create)),
    ("GET", "/api/teams/{id}", Role(Team, Read)),
    ("PUT", "/api/teams/{id}", Role(Team, Update)),
    ("DELETE", "/api/teams/{id}", Role(Team, Delete)),
    ("GET", "/api/teams/{id}/members", Role(Team, Read)),
    ("POST", "/api/teams/{id}/members", Role(Team, Update)),
    (
        "DELETE",
        "/api/teams/{id}/members/{userId}",
        Role(Team, Update),
    ),
    ("GET", "/api/teams/{id}/external-groups", Role(Team, Read)),
    (
        "POST",
        "/api/teams/{id}/external-groups",
        Role(Team, Update),
    ),
    (
        "DELETE",
        "/api/teams/{id}/external-groups/{groupId}",
        Role(Team, Update),
    ),
    ("GET", "/api/tools", Role(Tool, Read)),
    ("DELETE", "/api/tools/{id}", Role(Tool, Delete)),
    ("POST", "/api/tools/{id}/approve", Role(McpServer, Admin)),
    ("POST", "/api/tools/{id}/reject", Role(McpServer, Admin)),
    ("POST", "/api/tools/{id}/pause", Role(McpServer, Admin)),
    ("GET", "/api/agent-tools", Role(Tool, Read)),
    ("PATCH", "/api/agent-tools/{id}", Role(Profile, Update)),
    ("GET", "/api/agents/{agentId}/tools", Role(Profile, Read)),
    (
        "POST",
        "/api/agents/{agentId}/tools/{toolId}",
        Role(Profile, Update),
    ),
    (
        "DELETE",
        "/api/agents/{agentId}/tools/{toolId}",
        Role(Profile, Update),
    ),
    (
        "POST",
        "/api/agents/tools/bulk-assign",
        Role(Profile, Update),
    ),
    (
        "POST",
        "/api/agents/tools/bulk-unassign",
        Role(Profile, Update),
    ),
    ("GET", "/api/mcp-tool-calls", Role(McpToolCall, Read)),
    ("GET", "/api/mcp-tool-calls/facets", Role(McpToolCall, Read)),
    ("GET", "/api/mcp-tool-calls/live", Role(McpToolCall, Read)),
    ("GET", "/api/mcp-tool-calls/{id}", Role(McpToolCall, Read)),
    ("GET", "/api/tokens", Role(Team, Read)),
    ("GET", "/api/tokens/{id}/value", Role(Team, Update)),
    ("POST", "/api/tokens/{id}/rotate", Role(Team, Update)),
    ("GET", "/api/user-tokens/me", Own),
    ("GET", "/api/user-tokens/me/value", Own),
    ("POST", "/api/user-tokens/me/rotate", Own),
];

/// Stored secrets, and where teams have theirs.
const SECRETS: &[Row] = &[
    ("GET", "/api/secrets/type", Role(Organization, Read)),
    ("GET", "/api/secrets", Role(Organization, Read)),
    (
        "POST",
        "/api/secrets/check-connectivity",
        Role(Organization, Update),
    ),
    ("GET", "/api/secrets/{id}", Role(Organization, Read)),
    ("DELETE", "/api/secrets/{id}", Role(Organization, Update)),
    (
        "POST",
        "/api/secrets/{id}/rotate",
        Role(Organization, Update),
    ),
    ("GET", "/api/teams/{id}/vault-folder", Role(Team, Read)),
    ("POST", "/api/teams/{id}/vault-folder", Role(Team, Admin)),
    ("DELETE", "/api/teams/{id}/vault-folder", Role(Team, Admin)),
    (
        "POST",
        "/api/teams/{id}/vault-folder/check-connectivity",
        Role(Team, Update),
    ),
    (
        "GET",
        "/api/teams/{id}/vault-folder/secrets",
        Role(Team, Read),
    ),
    (
        "POST",
        "/api/teams/{id}/vault-folder/secrets/keys",
        Role(Team, Read),
    ),
];

/// All of it.
pub(crate) const TABLES: &[&[Row]] = &[
    TABLE,
    PROMPTS,
    IDENTITY,
    POLICIES,
    CHAT,
    SECRETS,
    PEOPLE,
    BOOKS,
    PROVIDER_KEYS,
];

pub(crate) fn required(method: &str, path: &str) -> Option<Permission> {
    let renamed = [OLDER_NAME, EARLIER_NAME]
        .into_iter()
        .find_map(|(older, name)| Some(format!("{name}{}", path.strip_prefix(older)?)));
    let path = renamed.map_or(Cow::Borrowed(path), Cow::Owned);
    // What may be read may be asked about.
    let method = if method == "HEAD" { "GET" } else { method };
    let mut rows = TABLES.iter().copied().flatten();
    rows.find(|row| row.0 == method && row.1 == path)
        .map(|row| row.2)
}

/// What the route asks, if its caller has it.
pub(crate) fn allowed(request: &Request) -> Result<Permission, ApiError> {
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
    Ok(permission)
}

/// Lets a request through if its route's row allows its caller; what it changes is put down to them.
pub(crate) async fn authorise(
    axum::extract::State(platform): crate::State,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let permission = allowed(&request)?;
    let caller = request.extensions().get::<Caller>().cloned();
    let origin = audit_log::origin(&platform, &request, permission);
    let response = db::audit_log::as_actor(&origin, next.run(request)).await;
    Ok(streams::bounded(&platform, caller, permission, response))
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
    if permission == Own && caller.limited {
        return Err(ApiError::Forbidden(
            "A key with scopes can't look after its owner's account. Sign in, or use a key without scopes.".into(),
        ));
    }
    if permission.allows(&caller.grants) {
        return Ok(());
    }
    let name = permission.name().unwrap_or_default();
    Err(ApiError::Forbidden(if caller.limited {
        format!("This API key does not allow {name}. Use a key with this scope, or without scopes.")
    } else {
        let role = &caller.user.role;
        format!("Your role ({role}) does not allow {name}. Ask an administrator.")
    }))
}
