//! Who may call what of keys for model providers, and of the models that they can be used for.

use domain::access::Action::{Create, Delete, Read, Update};
use domain::access::Permission::Role;
use domain::access::Resource::ProviderKey;

/// A name that paths had before, and the one they have in the table.
pub(crate) const OLDER_NAME: (&str, &str) = ("/api/chat-api-keys", "/api/llm-provider-api-keys");

use super::Row;

pub(super) const PROVIDER_KEYS: &[Row] = &[
    ("GET", "/api/llm-provider-api-keys", Role(ProviderKey, Read)),
    (
        "POST",
        "/api/llm-provider-api-keys",
        Role(ProviderKey, Create),
    ),
    (
        "GET",
        "/api/llm-provider-api-keys/available",
        Role(ProviderKey, Read),
    ),
    (
        "POST",
        "/api/llm-provider-api-keys/test",
        Role(ProviderKey, Create),
    ),
    (
        "GET",
        "/api/llm-provider-api-keys/resolve",
        Role(ProviderKey, Read),
    ),
    (
        "GET",
        "/api/llm-provider-api-keys/local",
        Role(ProviderKey, Read),
    ),
    (
        "POST",
        "/api/llm-provider-api-keys/bulk-assign",
        Role(ProviderKey, Update),
    ),
    (
        "GET",
        "/api/llm-provider-api-keys/{id}",
        Role(ProviderKey, Read),
    ),
    (
        "PATCH",
        "/api/llm-provider-api-keys/{id}",
        Role(ProviderKey, Update),
    ),
    (
        "DELETE",
        "/api/llm-provider-api-keys/{id}",
        Role(ProviderKey, Delete),
    ),
    (
        "POST",
        "/api/llm-provider-api-keys/{id}/set-default",
        Role(ProviderKey, Update),
    ),
    (
        "POST",
        "/api/llm-provider-api-keys/{id}/unset-default",
        Role(ProviderKey, Update),
    ),
    (
        "PUT",
        "/api/llm-provider-api-keys/{id}/profiles",
        Role(ProviderKey, Update),
    ),
    ("GET", "/api/llm-providers", Role(ProviderKey, Read)),
    ("GET", "/api/llm-models", Role(ProviderKey, Read)),
    ("PATCH", "/api/llm-models/{id}", Role(ProviderKey, Update)),
    ("POST", "/api/llm-models/sync", Role(ProviderKey, Update)),
    ("GET", "/api/llm-models/available", Role(ProviderKey, Read)),
    ("GET", "/api/chat/models", Role(ProviderKey, Read)),
];
