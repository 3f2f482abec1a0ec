#![expect(clippy::unwrap_used, reason = "tests")]

use ::runtimes::kubernetes::settings::Settings;
use secrecy::ExposeSecret as _;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> Environment {
    Environment::from_pairs(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    )
}

fn read(pairs: &[(&str, &str)]) -> Config {
    Config::read(&environment(pairs)).unwrap()
}

#[test]
fn nothing_has_to_be_set() {
    let config = read(&[]);
    assert_eq!(
        (
            config.api_port(),
            config.frontend_port(),
            config.metrics_port
        ),
        (9000, 3000, 9050)
    );
    assert!(config.bind.is_loopback());
    assert_eq!(config.admin_email, "admin@localhost.ai");
    assert_eq!(config.upstreams.body_limit, 50 * 1024 * 1024);
    assert_eq!(config.retention_days, 90);
    assert!(config.database_url.is_none());
}

#[test]
fn ports_follow_the_urls() {
    let config = read(&[
        ("ARCHESTRA_API_BASE_URL", "http://localhost:9001"),
        ("ARCHESTRA_FRONTEND_URL", "http://localhost:3999"),
    ]);
    assert_eq!((config.api_port(), config.frontend_port()), (9001, 3999));
    let behind_a_load_balancer = read(&[
        ("ARCHESTRA_API_BASE_URL", "https://api.example.com"),
        ("ARCHESTRA_FRONTEND_URL", "https://app.example.com"),
    ]);
    assert_eq!(
        (
            behind_a_load_balancer.api_port(),
            behind_a_load_balancer.frontend_port()
        ),
        (9000, 3000)
    );
}

#[test]
fn a_bad_value_is_named_with_its_fault_and_an_example_and_never_repeated() {
    let secret = "too-short-but-secret";
    let error = Config::read(&environment(&[
        ("ARCHESTRA_AUTH_SECRET", secret),
        ("ARCHESTRA_API_BASE_URL", "localhost:9000"),
    ]));
    let message = error.unwrap_err().to_string();
    assert!(message.contains("ARCHESTRA_AUTH_SECRET can't be used: it has 20 characters and needs at least 32. Example:"), "{message}");
    assert!(
        message.contains("ARCHESTRA_API_BASE_URL can't be used"),
        "{message}"
    );
    assert!(!message.contains(secret), "{message}");
}

#[test]
fn every_default_and_every_example_passes_its_own_check() {
    for variable in VARIABLES {
        if let Some(default) = variable.default {
            assert_eq!(
                (variable.check)(default),
                Ok(()),
                "default of {}",
                variable.name
            );
        }
        // The example file does not exist here.
        if !variable.name.ends_with("CREDENTIALS_FILE") {
            assert_eq!(
                (variable.check)(variable.example),
                Ok(()),
                "example of {}",
                variable.name
            );
        }
    }
}

#[test]
fn the_product_s_own_variable_wins_over_the_common_one() {
    let config = read(&[
        ("DATABASE_URL", "postgresql://common/x"),
        ("ARCHESTRA_DATABASE_URL", "postgresql://own/x"),
    ]);
    assert_eq!(
        config.database_url.unwrap().expose_secret(),
        "postgresql://own/x"
    );
    let config = read(&[
        ("DATABASE_URL", "postgresql://common/x"),
        ("ARCHESTRA_DATABASE_URL", ""),
    ]);
    assert_eq!(
        config.database_url.unwrap().expose_secret(),
        "postgresql://common/x"
    );
}

#[test]
fn a_host_name_is_not_an_address_to_listen_on() {
    assert!(read(&[("HOSTNAME", "my-laptop")]).bind.is_loopback());
    assert_eq!(read(&[("HOSTNAME", "0.0.0.0")]).bind.to_string(), "0.0.0.0");
    assert_eq!(
        read(&[("HOSTNAME", "0.0.0.0"), ("ARCHESTRA_BIND_ADDRESS", "::1")])
            .bind
            .to_string(),
        "::1"
    );
}

#[test]
fn vertex_needs_a_project() {
    let error = Config::read(&environment(&[(
        "ARCHESTRA_GEMINI_VERTEX_AI_ENABLED",
        "true",
    )]))
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("ARCHESTRA_GEMINI_VERTEX_AI_PROJECT is missing")
    );
}

#[test]
fn sizes_are_read_with_and_without_units() {
    for (text, bytes) in [
        ("1024", Some(1024)),
        ("50MB", Some(50 << 20)),
        ("1 gb", Some(1 << 30)),
        ("ten", None),
        ("-1", None),
    ] {
        assert_eq!(check::parse_size(text), bytes, "{text}");
    }
}

#[test]
fn quantities_are_those_of_kubernetes() {
    for (text, thousandths) in [
        ("250m", Some(250)),
        ("0.5", Some(500)),
        ("2", Some(2000)),
        ("128Mi", Some(128 * 1024 * 1024 * 1000)),
        ("1.5k", Some(1_500_000)),
        ("1.2345", None),
        ("0.5m", None),
        ("", None),
        ("Mi", None),
        ("-1", None),
        ("9999999999Ti", None),
    ] {
        assert_eq!(check::parse_quantity(text), thousandths, "{text}");
    }
}

#[test]
fn pods_of_servers_get_what_is_asked_for_and_else_what_their_spec_says() {
    let of = |pairs| read(pairs).mcp.cluster_settings("here");
    let usual = Settings {
        instance: "here".to_owned(),
        ..Settings::default()
    };
    assert_eq!(of(&[]), usual);
    let asked = of(&[
        ("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_CPU_REQUEST", "0.1"),
        ("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_CPU_LIMIT", "2"),
        ("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_MEMORY_LIMIT", "1Gi"),
        ("ARCHESTRA_ORCHESTRATOR_K8S_CLUSTER_DOMAIN", "corp.example."),
    ]);
    assert_eq!(asked.requests.cpu_millis, 100);
    assert_eq!(asked.limits.cpu_millis, Some(2000));
    assert_eq!(asked.limits.memory_bytes, Some(1 << 30));
    assert_eq!(asked.cluster_domain, "corp.example");
}

#[test]
fn a_misspelt_variable_is_noticed() {
    let environment = environment(&[
        ("ARCHESTRA_OPEN_AI_BASE_URL", "x"),
        ("PATH", "/bin"),
        ("ARCHESTRA_ANALYTICS", "disabled"),
    ]);
    assert_eq!(
        environment.unknown().collect::<Vec<_>>(),
        ["ARCHESTRA_OPEN_AI_BASE_URL"]
    );
}
