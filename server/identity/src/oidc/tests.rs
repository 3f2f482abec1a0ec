//! Settings that cannot work, and where a browser is sent.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

fn config(more: Value) -> OidcConfig {
    let mut base = json!({
        "issuer": "https://id.example.com", "clientId": "us", "clientSecret": "s", "pkce": true,
        "discoveryEndpoint": "https://id.example.com/.well-known/openid-configuration",
    });
    if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    serde_json::from_value(base).unwrap()
}

#[test]
fn settings_that_cannot_work_are_refused_with_their_name() {
    assert!(config(json!({})).check().is_ok());
    for (more, named) in [
        (json!({ "clientId": " " }), "clientId"),
        (
            json!({ "discoveryEndpoint": "id.example.com" }),
            "discoveryEndpoint",
        ),
        (
            json!({ "discoveryEndpoint": "file:///etc/passwd" }),
            "discoveryEndpoint",
        ),
        (json!({ "tokenEndpoint": "nowhere" }), "tokenEndpoint"),
        (json!({ "skipDiscovery": true }), "authorizationEndpoint"),
    ] {
        let error = config(more).check().unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn a_verified_domain_of_google_is_demanded_of_the_account() {
    let config = config(json!({ "hd": "example.com" }));
    let claims = |hd: &str| {
        let value = json!({ "sub": "1", "email": "a@example.com", "hd": hd });
        value.as_object().cloned().unwrap()
    };
    assert!(config.identity(claims("example.com")).is_ok());
    assert!(config.identity(claims("example.org")).is_err());
}

#[test]
fn an_answer_of_another_provider_is_refused() {
    let config = config(json!({}));
    let endpoints = |announces_issuer| Endpoints {
        authorization: Url::parse("https://id.example.com/a").unwrap(),
        token: Url::parse("https://id.example.com/t").unwrap(),
        jwks: None,
        userinfo: None,
        end_session: None,
        authentications: vec![],
        announces_pkce: true,
        announces_issuer,
    };
    let from = |iss: Option<&str>| Callback {
        iss: iss.map(str::to_owned),
        ..Callback::default()
    };
    assert!(config.check_sender(&endpoints(false), &from(None)).is_ok());
    assert!(config.check_sender(&endpoints(true), &from(None)).is_err());
    assert!(
        config
            .check_sender(&endpoints(true), &from(Some("https://id.example.com")))
            .is_ok()
    );
    assert!(
        config
            .check_sender(&endpoints(false), &from(Some("https://evil.example")))
            .is_err()
    );
    assert!(config.without_id_token(&endpoints(false)).is_err());
}

#[test]
fn what_a_flow_needs_follows_from_its_state_and_the_key() {
    use crate::FlowKey;
    let key = FlowKey::new(&[7; 32]);
    let begun = FlowSecrets::begin(&key);
    let resumed = FlowSecrets::resume(&key, begun.state.clone());
    assert_eq!(
        (&begun.nonce, &begun.verifier),
        (&resumed.nonce, &resumed.verifier)
    );
    assert_eq!(begun.verifier.len(), 43, "as RFC 7636 wants it");
    let elsewhere = FlowSecrets::resume(&FlowKey::new(&[8; 32]), begun.state);
    assert_ne!(resumed.nonce, elsewhere.nonce);
    assert_ne!(resumed.nonce, resumed.verifier);
}
