//! Who may call what of policies, limits, delegations and the organization's settings.

use domain::access::Action::{Create, Delete, Read, Update};
use domain::access::Permission::Role;
use domain::access::Resource::{Limit, Organization, Policy, Profile};

use super::Row;

pub(super) const POLICIES: &[Row] = &[
    ("GET", "/api/agents/{id}/delegations", Role(Profile, Read)),
    (
        "POST",
        "/api/agents/{id}/delegations",
        Role(Profile, Update),
    ),
    (
        "DELETE",
        "/api/agents/{id}/delegations/{targetAgentId}",
        Role(Profile, Update),
    ),
    ("GET", "/api/limits", Role(Limit, Read)),
    ("POST", "/api/limits", Role(Limit, Create)),
    ("GET", "/api/limits/{id}", Role(Limit, Read)),
    ("PATCH", "/api/limits/{id}", Role(Limit, Update)),
    ("DELETE", "/api/limits/{id}", Role(Limit, Delete)),
    ("POST", "/api/limits/{id}/reset", Role(Limit, Update)),
    ("GET", "/api/optimization-rules", Role(Profile, Read)),
    ("POST", "/api/optimization-rules", Role(Profile, Create)),
    ("PUT", "/api/optimization-rules/{id}", Role(Profile, Update)),
    (
        "DELETE",
        "/api/optimization-rules/{id}",
        Role(Profile, Delete),
    ),
    (
        "PATCH",
        "/api/organization/appearance-settings",
        Role(Organization, Update),
    ),
    (
        "PATCH",
        "/api/organization/llm-settings",
        Role(Organization, Update),
    ),
    (
        "PATCH",
        "/api/organization/security-settings",
        Role(Organization, Update),
    ),
    (
        "PATCH",
        "/api/organization/agent-settings",
        Role(Organization, Update),
    ),
    (
        "PATCH",
        "/api/organization/mcp-settings",
        Role(Organization, Update),
    ),
    (
        "PATCH",
        "/api/organization/knowledge-settings",
        Role(Organization, Update),
    ),
    (
        "POST",
        "/api/organization/complete-onboarding",
        Role(Organization, Update),
    ),
    (
        "GET",
        "/api/autonomy-policies/operators",
        Role(Policy, Read),
    ),
    (
        "GET",
        "/api/autonomy-policies/tool-invocation",
        Role(Policy, Read),
    ),
    (
        "POST",
        "/api/autonomy-policies/tool-invocation",
        Role(Policy, Create),
    ),
    (
        "GET",
        "/api/autonomy-policies/tool-invocation/{id}",
        Role(Policy, Read),
    ),
    (
        "PUT",
        "/api/autonomy-policies/tool-invocation/{id}",
        Role(Policy, Update),
    ),
    (
        "DELETE",
        "/api/autonomy-policies/tool-invocation/{id}",
        Role(Policy, Delete),
    ),
    (
        "POST",
        "/api/tool-invocation/bulk-default",
        Role(Policy, Update),
    ),
    ("GET", "/api/trusted-data-policies", Role(Policy, Read)),
    ("POST", "/api/trusted-data-policies", Role(Policy, Create)),
    ("GET", "/api/trusted-data-policies/{id}", Role(Policy, Read)),
    (
        "PUT",
        "/api/trusted-data-policies/{id}",
        Role(Policy, Update),
    ),
    (
        "DELETE",
        "/api/trusted-data-policies/{id}",
        Role(Policy, Delete),
    ),
    (
        "POST",
        "/api/trusted-data-policies/bulk-default",
        Role(Policy, Update),
    ),
];
