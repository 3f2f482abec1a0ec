#![expect(clippy::unwrap_used, reason = "tests")]

use super::client::{Client, read};

fn client(uri: &str) -> Client {
    Client {
        name: "A program".to_owned(),
        redirect_uris: vec![uri.to_owned()],
        has_secret: false,
    }
}

#[test]
fn only_a_registered_address_gets_an_answer() {
    let web = client("https://app.example/callback");
    assert!(web.may_redirect_to("https://app.example/callback"));
    for foreign in [
        "https://app.example/callback/..",
        "https://app.example:8443/callback",
        "https://evil.example/callback",
        "https://app.example/callback?x=1",
        "javascript:alert(1)",
        "",
    ] {
        assert!(!web.may_redirect_to(foreign), "{foreign}");
    }
}

#[test]
fn a_program_on_this_machine_may_listen_on_any_port() {
    let local = client("http://127.0.0.1:3000/callback");
    assert!(local.may_redirect_to("http://127.0.0.1:49152/callback"));
    assert!(!local.may_redirect_to("http://127.0.0.1:49152/other"));
    assert!(!local.may_redirect_to("http://127.0.0.2:3000/callback"));
    assert!(!local.may_redirect_to("http://example.com:3000/callback"));
}

#[test]
fn a_document_speaks_for_its_own_address_only() {
    let id = "https://app.example/client.json";
    let document = |id: &str, uri: &str| {
        format!(r#"{{"client_id":"{id}","client_name":"App","redirect_uris":["{uri}"]}}"#)
            .into_bytes()
    };
    let read_from = |found: &str, uri: &str| read(id, &document(found, uri));
    assert_eq!(read_from(id, "https://app.example/cb").unwrap().name, "App");
    assert!(
        read_from(
            "https://other.example/client.json",
            "https://app.example/cb"
        )
        .is_err()
    );
    assert!(read_from(id, "javascript:alert(1)").is_err());
    assert!(read_from(id, "http://app.example/cb").is_err());
    assert!(read(id, b"<html>").is_err());
}
