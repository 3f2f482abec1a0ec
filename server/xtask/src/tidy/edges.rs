//! Which crate may depend on which, and who may use a fenced outside crate. Edges point down only.

use serde_json::Value;

use super::Finding;

struct Layer {
    name: &'static str,
    /// Crates of ours that it may depend on.
    below: &'static [&'static str],
    /// Further crates of ours for its tests.
    tests: &'static [&'static str],
}

/// From the top down. A new crate gets its line here, so that its place is a decision.
const LAYERS: &[Layer] = &[
    Layer {
        name: "desktop",
        below: &["app", "domain", "db", "llm", "postgres"],
        tests: &[],
    },
    Layer {
        name: "app",
        below: &[
            "admin-api",
            "chat",
            "llm-proxy",
            "mcp-gateway",
            "domain",
            "db",
            "llm",
            "mcp",
            "runtimes",
            "secrets",
            "postgres",
        ],
        tests: &["testkit"],
    },
    Layer {
        name: "admin-api",
        below: &[
            "domain", "db", "identity", "llm", "mcp", "runtimes", "secrets",
        ],
        tests: &["testkit"],
    },
    Layer {
        name: "chat",
        below: &["llm-proxy", "mcp-gateway", "domain", "db", "llm", "mcp"],
        tests: &["testkit"],
    },
    Layer {
        name: "llm-proxy",
        below: &["domain", "db", "llm"],
        tests: &["testkit"],
    },
    Layer {
        name: "mcp-gateway",
        below: &["domain", "db", "mcp"],
        tests: &["testkit"],
    },
    Layer {
        name: "domain",
        below: &["db", "identity", "llm", "mcp", "runtimes", "secrets"],
        tests: &["testkit"],
    },
    Layer {
        name: "secrets",
        below: &["db"],
        tests: &["testkit"],
    },
    Layer {
        name: "identity",
        below: &["mcp"],
        tests: &[],
    },
    Layer {
        name: "mcp",
        below: &[],
        tests: &["testkit"],
    },
    Layer {
        name: "db",
        below: &[],
        tests: &["testkit"],
    },
    Layer {
        name: "llm",
        below: &[],
        tests: &[],
    },
    Layer {
        name: "postgres",
        below: &[],
        tests: &[],
    },
    Layer {
        name: "runtimes",
        below: &[],
        tests: &["testkit"],
    },
    Layer {
        name: "testkit",
        below: &[
            "domain", "db", "llm", "mcp", "runtimes", "secrets", "postgres",
        ],
        tests: &[],
    },
    Layer {
        name: "xtask",
        below: &["postgres"],
        tests: &[],
    },
];

/// Outside crates that only the named crates of ours may use: SQL stays in `db`, windows in `desktop`, and so on.
const FENCES: &[(&str, &[&str])] = &[
    ("sqlx", &["db", "testkit", "postgres (tests)"]),
    ("hyper-rustls", &["llm-proxy"]),
    ("gcp_auth", &["llm-proxy"]),
    ("jsonwebtoken", &["identity"]),
    ("oauth2", &["identity"]),
    ("bergshamra-dsig", &["identity"]),
    ("totp-rs", &["identity"]),
    ("utoipa", &["admin-api", "app", "chat"]),
    ("clap", &["app"]),
    ("tauri", &["desktop"]),
    ("kube", &["runtimes"]),
    ("bollard", &["runtimes"]),
    ("keyring-core", &["secrets"]),
    ("reqsign-core", &["secrets"]),
    ("reqsign-aws-v4", &["secrets"]),
];

pub(super) fn check(packages: &[Value]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for package in packages {
        let name = text(&package["name"]);
        let mut report = |rule, text| {
            findings.push(Finding {
                rule,
                path: format!("{name}/Cargo.toml"),
                line: None,
                text,
            });
        };
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
            report(
                "layering",
                format!("`{name}` has no place in xtask/src/tidy/edges.rs"),
            );
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let on = text(&dependency["name"]);
            let for_tests = dependency["kind"] == "dev";
            let is_ours = !dependency["path"].is_null();
            let allowed = layer.below.contains(&on.as_str())
                || for_tests && layer.tests.contains(&on.as_str());
            if is_ours && !allowed {
                report("layering", format!("`{name}` may not depend on `{on}`"));
            }
            let fence = FENCES.iter().find(|(fenced, _)| *fenced == on);
            if let Some((_, users)) = fence
                && !users.contains(&name.as_str())
                && !(for_tests && users.contains(&format!("{name} (tests)").as_str()))
            {
                report("fence", format!("`{on}` is for {} only", among(users)));
            }
        }
    }
    findings
}

fn among(users: &[&str]) -> String {
    if users.is_empty() {
        "no crate yet".to_owned()
    } else {
        users.join(" and ")
    }
}
