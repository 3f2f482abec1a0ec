//! What can be judged without a server: challenges, callbacks, what is stored. The flows as a whole are judged by the
//! conformance suite's authorization servers.
#![expect(clippy::unwrap_used, reason = "tests")]

use secrecy::ExposeSecret as _;
use url::Url;

use super::{AuthMethod, Challenge, Flow, Grant, Registration, pkce};

#[test]
fn a_challenge_is_found_among_others_and_read_with_its_quotes() {
    let found = |values: &[&str]| Challenge::among(values.iter().copied());
    let challenge = found(&[
        "Negotiate abc==, Basic realm=\"a, b\"",
        r#"Bearer realm="r", error="insufficient_scope", error_description="say \"please\", twice", scope="a b", resource_metadata=https://x.example/.well-known/oauth-protected-resource"#,
    ])
    .unwrap();
    assert!(challenge.is_insufficient_scope());
    assert_eq!(
        challenge.error_description.as_deref(),
        Some("say \"please\", twice")
    );
    assert_eq!(challenge.scope.as_deref(), Some("a b"));
    assert_eq!(
        challenge.resource_metadata.as_deref(),
        Some("https://x.example/.well-known/oauth-protected-resource")
    );
    assert_eq!(found(&["bearer"]).unwrap().scheme, "bearer");
    for nothing in [
        "",
        "Basic realm=\"bearer\"",
        "\"Bearer\"",
        "=,=",
        "Bearer\u{e9}",
    ] {
        let found = found(&[nothing]);
        assert!(found.is_none_or(|found| found.scope.is_none()), "{nothing}");
    }
}

// RFC 7636, appendix B.
#[test]
fn the_code_challenge_is_that_of_the_standard() {
    assert_eq!(
        pkce::challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    assert_eq!(pkce::random().len(), 43);
    assert_ne!(pkce::random(), pkce::random());
}

fn registration() -> Registration {
    Registration {
        client_id: "client".to_owned(),
        client_secret: Some("client-secret".into()),
        auth_method: AuthMethod::Basic,
        is_dynamic: true,
    }
}

fn flow(issuer_is_announced: bool) -> Flow {
    let url: Url = "https://as.example/authorize".parse().unwrap();
    Flow {
        authorization_url: url.clone(),
        state: "state".to_owned(),
        verifier: "verifier-secret".into(),
        issuer: "https://as.example".to_owned(),
        issuer_is_announced,
        token_endpoint: url.clone(),
        redirect_uri: url,
        resource: "https://mcp.example/mcp".to_owned(),
        scopes: vec!["a".to_owned()],
        registration: registration(),
    }
}

#[test]
fn an_answer_of_somebody_else_is_not_believed() {
    for (announced, query, is_good) in [
        (
            true,
            "code=c&state=state&iss=https%3A%2F%2Fas.example",
            true,
        ),
        (false, "?code=c&state=state&iss=https://as.example", true),
        (false, "code=c&state=state", true),
        (true, "code=c&state=state", false),
        (true, "code=c&state=state&iss=https://as.example/", false),
        (true, "code=c&state=state&iss=HTTPS://as.example", false),
        (false, "code=c&state=state&iss=https://evil.example", false),
        (false, "code=c&state=other", false),
        (false, "code=c", false),
        (true, "error=access_denied&state=state", false),
    ] {
        let checked = super::callback::check(query, &flow(announced));
        assert_eq!(checked.is_ok(), is_good, "{query}: {checked:?}");
    }
    // A message of somebody else must not be shown either.
    let forged = "error=x&error_description=call-me&state=state&iss=https://evil.example";
    let text = super::callback::check(forged, &flow(false)).unwrap_err();
    assert!(!text.to_string().contains("call-me"), "{text}");
}

#[test]
fn what_is_stored_comes_back_whole_and_is_not_printed() {
    let grant = Grant {
        issuer: "https://as.example".to_owned(),
        resource: "https://mcp.example/mcp".to_owned(),
        scopes: vec!["a".to_owned()],
        expires_in: Some(3600),
        access_token: "access-secret".into(),
        refresh_token: Some("refresh-secret".into()),
        token_endpoint: "https://as.example/token".parse().unwrap(),
        registration: registration(),
    };
    let stored = serde_json::to_string(&grant).unwrap();
    let read: Grant = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.access_token().expose_secret(), "access-secret");
    assert!(read.can_refresh());
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    let stored = serde_json::to_string(&flow(true)).unwrap();
    let flow: Flow = serde_json::from_str(&stored).unwrap();
    let printed = format!("{grant:?}{flow:?}");
    assert!(!printed.contains("-secret"), "{printed}");
}
