#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use std::path::Path;

use insta::{Settings, assert_json_snapshot};
use serde_json::json;

use super::secret::{Judgement, judge, names_a_secret};
use super::*;

/// Everything in `pastes/`: what is read from it, or why it is refused.
#[test]
fn every_paste_is_read_as_its_snapshot_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mcp_import/pastes");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let read = match review(&std::fs::read_to_string(&path).unwrap()) {
            Ok(review) => serde_json::to_value(review).unwrap(),
            Err(error) => json!({ "refused": error.to_string() }),
        };
        let mut settings = Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| assert_json_snapshot!(name, read));
        count += 1;
    }
    assert!(count >= 40, "only {count} pastes were found");
}

const CANARIES: [&str; 14] = [
    "ghp_1A2b3C4d5E6f7G8h9I0jK1l2M3n4O5p6Q7r8",
    "lin_api_Ab3dEf6hIj9kLm2nOp5q",
    "8f3b2a9c1d4e5f60718293a4b5c6d7e8",
    "s3cret",
    "sk-proj-Abc123Def456Ghi789Jkl012",
    "ctx7sk-1234abcd-5678-efab",
    "rk_live_51HxAbCdEfGh1234567890",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.",
    "hunter2",
    "abc123def456ghi789jkl012",
    "AIzaSyA1b2C3d4E5f6G7h8I9j0KlMnOpQrStUvW",
    "ntn_12345678901",
    "figd_AbCdEfGhIj",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
];

#[test]
fn no_secret_of_a_paste_comes_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mcp_import/pastes");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let shown = match review(&text) {
            Ok(review) => serde_json::to_string(&review).unwrap() + &format!("{review:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        for canary in CANARIES {
            assert!(!shown.contains(canary), "{canary} in {shown}");
        }
    }
}

#[test]
fn what_is_too_long_too_deep_or_too_many_is_refused() {
    assert_eq!(review(&"x".repeat(LONGEST + 1)), Err(ImportError::TooLong));
    let deep = format!("{}1{}", r#"{"a":"#.repeat(5000), "}".repeat(5000));
    assert!(matches!(review(&deep), Err(ImportError::Json { .. })));
    let server = |at| (format!("s{at}"), json!({ "command": "npx", "args": ["x"] }));
    let many: serde_json::Map<_, _> = (0..=MOST_SERVERS).map(server).collect();
    let text = json!({ "mcpServers": many }).to_string();
    assert_eq!(review(&text), Err(ImportError::TooMany));
}

#[test]
fn invisible_characters_are_refused_and_ordinary_spaces_of_web_pages_are_not() {
    let hidden = "npx -y server\u{202e}gpj.exe";
    assert_eq!(review(hidden), Err(ImportError::Invisible(0x202e)));
    let tag = "npx -y server\u{e0041}";
    assert_eq!(review(tag), Err(ImportError::Invisible(0xe0041)));
    assert_eq!(review("  \n "), Err(ImportError::Empty));
    assert!(review("\u{feff}npx\u{a0}-y mcp-weather").is_ok());
}

#[test]
fn a_name_tells_a_secret_from_its_surroundings() {
    for name in [
        "GITHUB_TOKEN",
        "--api-key",
        "X-Api-Key",
        "dbPassword",
        "OPENAI_API_KEY",
        "PGPASSWORD_PWD",
        "clientSecret",
        "JIRA_PAT",
        "SENTRY_DSN",
    ] {
        assert!(names_a_secret(name), "{name}");
    }
    for name in [
        "TOKEN_URL",
        "GOOGLE_APPLICATION_CREDENTIALS_PATH",
        "AWS_ACCESS_KEY_ID",
        "MAX_TOKENS",
        "LOG_LEVEL",
        "PUBLIC_KEY",
        "--port",
        "",
    ] {
        assert!(!names_a_secret(name), "{name}");
    }
}

#[test]
fn a_value_is_judged_by_its_form_and_its_disorder() {
    let plain =
        |name: &str, value: &str| judge(name, value, &HashMap::default()) == Judgement::Plain;
    for value in [
        "stdio",
        "info",
        "8080",
        "true",
        "https://api.example.com/v1",
        "@scope/package-with-a-long-name@1.2.3",
        "Europe/Berlin",
        "/data/memory.json",
        "a-long-name-of-many-words-in-a-row-1-2-3",
        "registry.example.com/team/some-server:v1.2.3",
        "mcp-server-time",
    ] {
        assert!(plain("VALUE", value), "{value}");
    }
    for value in [
        "xoxb-123456789012-abcdefGHIJKL",
        "AKIAIOSFODNN7EXAMPLE1",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "f47ac10b58cc4372a5670e02b2c3d479",
        "postgres://u:pw@h/db",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        assert!(
            matches!(
                judge("VALUE", value, &HashMap::default()),
                Judgement::Secret { .. }
            ),
            "{value}"
        );
    }
    assert!(plain("ENABLE_TOKEN", "true"));
    assert!(plain("TOKEN_LIMIT", "4096"));
}
