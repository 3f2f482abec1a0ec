#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn item(local_config: Value, user_config: Value) -> CatalogItem {
    CatalogItem {
        local_config: Some(local_config),
        user_config: Some(user_config),
        oauth_config: Some(json!({"access_token_env_var": "OAUTH_TOKEN"})),
        ..crate::catalog::new("", "files", DateTime::UNIX_EPOCH)
    }
}

fn row(environment: Value, user_config: Value) -> McpServer {
    McpServer {
        id: Uuid::from_u128(2),
        name: "files".to_owned(),
        catalog_id: Uuid::from_u128(1),
        server_type: "local".to_owned(),
        scope: "personal".to_owned(),
        owner_id: None,
        team_id: None,
        runtime: None,
        cluster_id: None,
        service_account: None,
        desired: "running".to_owned(),
        generation: 0,
        secret_id: None,
        environment_values: environment,
        user_config_values: user_config,
        agent_ids: Vec::new(),
        status: "pending".to_owned(),
        error: None,
        reinstall_required: false,
        oauth_refresh_error: None,
        oauth_refresh_failed_at: None,
        restarts: 0,
        last_crash: None,
        discovered_at: None,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn secrets(pairs: &[(&str, &str)]) -> Fields {
    let pairs = pairs.iter();
    pairs
        .map(|(field, value)| ((*field).to_owned(), SecretString::from(*value)))
        .collect()
}

fn plain(secrets: &BTreeMap<String, SecretString>) -> Vec<(&str, &str)> {
    let pairs = secrets.iter();
    pairs
        .map(|(key, value)| (key.as_str(), value.expose_secret()))
        .collect()
}

/// One of everything.
fn full_item() -> CatalogItem {
    item(
        json!({
            "command": "npx",
            "arguments": ["-y", "server", "--root", "${user_config.roots}", "--user=${user_config.user-name}", "${user_config.nothing}"],
            "environment": [
                {"key": "TOKEN", "type": "secret", "promptOnInstallation": true, "required": true},
                {"key": "FIXED", "type": "secret", "promptOnInstallation": false, "value": "fixed"},
                {"key": "CERT", "type": "secret", "mounted": true, "promptOnInstallation": true},
                {"key": "URL", "type": "plain_text", "promptOnInstallation": false, "value": "\"http://localhost:5432/${user_config.user-name}\""},
                {"key": "DEBUG", "type": "boolean", "promptOnInstallation": false, "default": true},
                {"key": "EMPTY", "type": "plain_text", "promptOnInstallation": true},
            ],
            "serviceAccount": "reader",
            "imagePullSecrets": [
                {"source": "existing", "name": "registry"},
                {"source": "credentials", "server": "ghcr.io", "username": "ann", "password": "hunter3"},
            ],
        }),
        json!({
            "roots": {"type": "directory", "multiple": true, "default": ["/a", "/b"]},
            "user-name": {"type": "string"},
            "nothing": {"type": "string"},
            "key": {"type": "string", "sensitive": true},
        }),
    )
}

#[test]
fn values_go_where_the_item_says_and_secrets_stay_apart() {
    let item = full_item();
    let row = row(json!({}), json!({"user-name": "ann"}));
    let secrets = secrets(&[
        ("environment/TOKEN", "hunter2"),
        ("environment/CERT", "pem"),
        ("environment/UNDECLARED", "kept"),
        ("user_config/key", "sesame"),
        ("access_token", "oauth"),
    ]);
    let spec = build(&row, &item, &secrets, true).unwrap();
    assert_eq!(
        spec.args,
        ["-y", "server", "--root", "/a", "/b", "--user=ann"]
    );
    let env: Vec<(&str, &str)> = spec
        .env
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        env,
        [
            ("DEBUG", "true"),
            ("ROOTS", r#"["/a","/b"]"#),
            ("URL", "http://host.docker.internal:5432/ann"),
            ("USER_NAME", "ann"),
        ]
    );
    assert_eq!(
        plain(&spec.secret_env),
        [
            ("FIXED", "fixed"),
            ("KEY", "sesame"),
            ("OAUTH_TOKEN", "oauth"),
            ("TOKEN", "hunter2"),
            ("UNDECLARED", "kept"),
        ]
    );
    assert_eq!(plain(&spec.secret_files), [("CERT", "pem")]);
    assert_eq!(spec.transport, Transport::Stdio);
    assert_eq!(spec.service_account.as_deref(), Some("reader"));
    assert_eq!(
        (
            spec.pull_secrets.len(),
            spec.pull_secrets[0].registry.as_str()
        ),
        (1, "ghcr.io")
    );
    assert!(!format!("{spec:?}").contains("hunter"));
    let outside = build(&row, &item, &secrets, false).unwrap();
    assert_eq!(outside.env["URL"], "http://localhost:5432/ann");
}

#[test]
fn nothing_starts_while_a_value_is_missing_and_all_of_them_are_named() {
    let item = item(
        json!({"dockerImage": "server", "environment": [{"key": "TOKEN", "type": "secret", "required": true}]}),
        json!({"root": {"type": "directory", "required": true}}),
    );
    let error = build(&row(json!({}), json!({})), &item, &Fields::new(), true).unwrap_err();
    assert!(matches!(error, ServerError::Missing { keys } if keys == ["root", "TOKEN"]));
}

#[test]
fn an_http_server_has_a_port_and_a_path_and_a_server_without_a_command_is_refused() {
    let http = json!({"dockerImage": "server", "transportType": "streamable-http", "httpPort": 3001.0, "httpPath": "api"});
    let row = row(json!({}), json!({}));
    let spec = build(&row, &item(http, json!({})), &Fields::new(), true).unwrap();
    let (port, path) = (3001, "/api".to_owned());
    assert_eq!(spec.transport, Transport::Http { port, path });
    let http = json!({"dockerImage": "server", "transportType": "streamable-http"});
    let spec = build(&row, &item(http, json!({})), &Fields::new(), true).unwrap();
    let (port, path) = (8080, "/mcp".to_owned());
    assert_eq!(spec.transport, Transport::Http { port, path });
    let nothing = build(&row, &item(json!({}), json!({})), &Fields::new(), true);
    assert!(matches!(nothing, Err(ServerError::Invalid(_))));
}

#[test]
fn only_this_machine_is_renamed_for_a_container() {
    for (value, expected) in [
        ("http://localhost", "http://host.docker.internal"),
        (
            "https://127.0.0.1:8443/x",
            "https://host.docker.internal:8443/x",
        ),
        (
            "http://localhost.example.com",
            "http://localhost.example.com",
        ),
        ("localhost:5432", "localhost:5432"),
    ] {
        assert_eq!(seen_from_a_container(value), expected);
    }
}
