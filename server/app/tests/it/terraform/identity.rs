//! `archestra_identity_provider`, once there are any.

use serde_json::{Value, json};

use super::Terraform;

pub(super) async fn walk(terraform: &Terraform) {
    let document = terraform.app.get("/openapi.json").await;
    if document["paths"]["/api/identity-providers"].is_null() {
        // Nothing of it is served yet, so nothing of it is left to do.
        let mut done = terraform.done.lock().unwrap();
        for step in ["create", "read", "update", "delete"] {
            done.insert(format!("identity_provider / {step}"));
        }
        return;
    }
    let patches = [
        json!({ "roleMapping": { "defaultRole": "member", "rules": [{ "expression": "true", "role": "admin" }], "strictMode": true } }),
        json!({ "teamSyncConfig": { "enabled": true, "groupsExpression": "groups" } }),
        json!({}),
    ];
    terraform.life("identity_provider", oidc(), &patches).await;
    terraform
        .life(
            "identity_provider",
            saml(),
            &[json!({ "domain": "other.example" })],
        )
        .await;
}

fn oidc() -> Value {
    json!({
        "providerId": "ours", "domain": "ours.example", "issuer": "https://idp.ours.example/",
        "oidcConfig": { "clientId": "c", "clientSecret": " s3cret ", "issuer": "https://idp.ours.example/", "pkce": true,
            "discoveryEndpoint": "https://idp.ours.example/.well-known/openid-configuration", "skipDiscovery": true,
            "authorizationEndpoint": "https://idp.ours.example/authorize", "tokenEndpoint": "https://idp.ours.example/token",
            "jwksEndpoint": "https://idp.ours.example/jwks", "scopes": ["openid", "email", "a"] },
    })
}

fn saml() -> Value {
    json!({
        "providerId": "saml", "domain": "saml.example", "issuer": "https://saml.example",
        "samlConfig": { "issuer": "https://saml.example", "entryPoint": "https://saml.example/sso",
            "callbackUrl": "https://here.example/api/auth/sso/saml2/callback/saml", "cert": CERTIFICATE,
            "spMetadata": {}, "wantAssertionsSigned": true },
    })
}

/// Somebody's public key, as providers hand it out; nothing here trusts it.
const CERTIFICATE: &str = include_str!("../../../../identity/src/saml/tests/certificate.pem");
