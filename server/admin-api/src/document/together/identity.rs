//! The settings of an identity provider, of which the API keeps every field as it was written.

use serde_json::{Value, json};

use super::ADDRESS;

pub(super) fn describe(schemas: &mut Value) {
    let parts = [
        ("oidcConfig", "OidcSettings", oidc()),
        ("samlConfig", "SamlSettings", saml()),
        ("roleMapping", "RoleMappingSettings", roles()),
        ("teamSyncConfig", "TeamSyncSettings", teams()),
    ];
    for (field, name, schema) in parts {
        let reference = format!("#/components/schemas/{name}");
        let field = &mut schemas["ProviderInput"]["properties"][field];
        field["oneOf"] = json!([{ "$ref": reference }, { "type": "null" }]);
        if let Some(field) = field.as_object_mut() {
            field.remove("type");
            field.remove("additionalProperties");
            field.remove("propertyNames");
        }
        schemas[name] = schema;
    }
}

fn oidc() -> Value {
    let optional = json!({ "type": ["string", "null"], "pattern": ADDRESS });
    json!({
        "type": "object",
        "required": ["issuer", "clientId", "clientSecret", "discoveryEndpoint", "pkce"],
        "properties": {
            "issuer": { "type": "string", "pattern": "\\S" },
            "clientId": { "type": "string", "pattern": "\\S" },
            "clientSecret": { "type": "string", "description": "`********` leaves it as it is." },
            "discoveryEndpoint": { "type": "string", "pattern": ADDRESS },
            "pkce": { "type": "boolean" },
            "scopes": { "type": ["array", "null"], "items": { "type": "string" } },
            "authorizationEndpoint": optional,
            "tokenEndpoint": optional,
            "jwksEndpoint": optional,
            "userInfoEndpoint": optional,
            "tokenEndpointAuthentication": {
                "enum": ["client_secret_basic", "client_secret_post", "private_key_jwt", null] },
            "hd": { "type": ["string", "null"], "description": "Google: only accounts of this domain." },
            "overrideUserInfo": { "type": "boolean" },
            "enableRpInitiatedLogout": { "type": "boolean" },
        },
    })
}

fn saml() -> Value {
    json!({
        "type": "object",
        "required": ["issuer", "entryPoint", "cert"],
        "properties": {
            "issuer": { "type": "string" },
            "entryPoint": { "type": "string", "pattern": ADDRESS },
            "cert": { "type": "string", "format": "certificate", "description": "PEM, of the provider's signatures." },
            "audience": { "type": ["string", "null"] },
            "identifierFormat": { "type": ["string", "null"] },
            "wantAssertionsSigned": { "type": ["boolean", "null"] },
        },
    })
}

fn roles() -> Value {
    let rule = json!({ "type": "object", "required": ["expression", "role"], "properties": {
        "expression": { "type": "string", "format": "handlebars" }, "role": { "type": "string" } } });
    json!({ "type": "object", "properties": {
        "rules": { "type": "array", "items": rule },
        "defaultRole": { "type": ["string", "null"] },
        "strictMode": { "type": "boolean" },
        "skipRoleSync": { "type": "boolean" },
    } })
}

fn teams() -> Value {
    json!({ "type": "object", "properties": {
        "enabled": { "type": ["boolean", "null"] },
        "groupsExpression": { "type": ["string", "null"], "format": "handlebars" },
    } })
}
