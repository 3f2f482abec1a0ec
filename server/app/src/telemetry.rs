//! Structured logs on stderr, and traces.

pub(crate) mod traces;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// `level` is one of ours; `fatal` shows errors only, since an error that ends the program is printed anyway.
pub fn init(level: &str, json: Option<bool>) {
    let level = if level == "fatal" { "error" } else { level };
    // Libraries speak up only when something is wrong, unless everything is asked for.
    let ours = [
        "app",
        "admin_api",
        "chat",
        "db",
        "desktop",
        "domain",
        "identity",
        "llm",
        "llm_proxy",
        "mcp",
        "mcp_gateway",
        "postgres",
        "runtimes",
        "secrets",
    ];
    let library = if level == "trace" { "debug" } else { "warn" };
    let mut filter = EnvFilter::new(if level == "error" { "error" } else { library });
    for target in ours {
        if let Ok(directive) = format!("{target}={level}").parse() {
            filter = filter.add_directive(directive);
        }
    }
    // The first writes whole requests to the engine, with the secrets of the containers it makes; the second calls each
    // attempt on a cluster that is away an error, and what is wrong with a cluster stands on its card.
    for directive in ["bollard=warn", "kube_client::client::builder=off"] {
        if let Ok(directive) = directive.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let json = json.unwrap_or_else(|| !std::io::stderr().is_terminal());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call (tests, the window after a failed start) keeps the first.
    let _ = if json {
        builder.json().flatten_event(true).try_init()
    } else {
        builder.with_target(false).try_init()
    };
}
