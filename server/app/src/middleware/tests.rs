#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn origins() -> Origins {
    let api = Url::parse("https://api.example.com").unwrap();
    let ui = Url::parse("http://localhost:3000").unwrap();
    Origins::new(&[&api, &ui], &["https://tools.example.org".to_owned()])
}

#[test]
fn addresses_and_private_and_configured_names_are_answered() {
    for host in [
        "localhost:9000",
        "127.0.0.1:9000",
        "[::1]:9000",
        "192.168.1.7",
        "archestra:9000",
        "host.docker.internal:9000",
        "archestra-platform.archestra.svc.cluster.local",
        "api.example.com",
        "API.example.com:443",
        "tools.example.org",
    ] {
        assert!(origins().knows_host(host), "{host}");
    }
}

#[test]
fn a_strangers_name_for_this_address_is_refused() {
    for host in [
        "evil.example.net:9000",
        "localhost.evil.example.net",
        "127.0.0.1.nip.io",
        "example.com",
    ] {
        assert!(!origins().knows_host(host), "{host}");
    }
}

#[test]
fn only_known_pages_may_change_things_but_apps_are_no_pages() {
    let known = |origin: &str| origins().knows_origin(origin, "localhost:9000");
    assert!(known("http://localhost:9000"), "its own page");
    assert!(known("http://localhost:3000"));
    assert!(known("https://tools.example.org"));
    assert!(known("vscode-file://vscode-app"));
    assert!(!known("https://evil.example.net"));
    assert!(!known("http://localhost:8080"));
    assert!(!known("null"), "a sandboxed frame of anybody's");
}
