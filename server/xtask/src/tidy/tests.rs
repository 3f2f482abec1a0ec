#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::{Finding, SourceFile, code_lines, edges, inspect, rust_files, tree, web_files};
use crate::workspace::Workspace;

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule).collect()
}

fn rust(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let file = SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    rust_files::check(&file, &mut findings);
    findings
}

fn whole_tree(files: &[(&str, &str)]) -> Vec<Finding> {
    let readme = ("README.md", "cargo xtask run, cargo xtask test");
    let files: Vec<SourceFile> = files
        .iter()
        .chain([&readme])
        .map(|(path, text)| SourceFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        })
        .collect();
    let mut findings = Vec::new();
    tree::check(&files, &mut findings);
    findings
}

#[test]
fn this_repository_keeps_its_own_rules() {
    let findings = inspect(&Workspace::find().unwrap()).unwrap();
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn an_edge_that_points_up_is_found() {
    let packages = [json!({"name": "domain", "dependencies": [
        {"name": "db", "kind": null, "path": "server/db"},
        {"name": "admin-api", "kind": null, "path": "server/admin-api"},
    ]})];
    let findings = edges::check(&packages);
    assert_eq!(rules(&findings), ["layering"]);
    assert!(findings[0].text.contains("admin-api"));
}

#[test]
fn testkit_is_for_tests_only() {
    let depends = |kind| {
        [json!({"name": "app", "dependencies": [{"name": "testkit", "kind": kind, "path": "x"}]})]
    };
    assert_eq!(edges::check(&depends(Some("dev"))), []);
    assert_eq!(rules(&edges::check(&depends(None))), ["layering"]);
}

#[test]
fn sql_outside_its_crate_is_found_by_its_dependency() {
    let packages = [json!({"name": "admin-api", "dependencies": [{"name": "sqlx", "kind": null}]})];
    assert_eq!(rules(&edges::check(&packages)), ["fence"]);
}

#[test]
fn a_crate_without_a_place_is_found() {
    assert_eq!(
        rules(&edges::check(&[
            json!({"name": "shiny", "dependencies": []})
        ])),
        ["layering"]
    );
}

#[test]
fn a_file_is_measured_without_blanks_and_comments() {
    assert_eq!(
        code_lines("//! doc\n\nfn a() {}\n/* one\n two */\nfn b() {} // why\n"),
        2
    );
    let long = format!("//! doc\n{}", "a();\n".repeat(401));
    assert_eq!(rules(&rust("server/db/src/a.rs", &long)), ["long-file"]);
}

#[test]
fn a_file_without_a_doc_is_found_unless_it_holds_tests() {
    assert_eq!(
        rules(&rust("server/db/src/a.rs", "fn a() {}")),
        ["module-doc"]
    );
    assert_eq!(rust("server/db/src/a/tests.rs", "fn a() {}"), []);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let text = "//! doc\nlet a = std::env::var(\"A\");";
    assert_eq!(
        rules(&rust("server/domain/src/a.rs", text)),
        ["environment"]
    );
    assert_eq!(rust("server/app/src/config/read.rs", text), []);
}

#[test]
fn an_allow_and_an_expect_without_reason_are_found() {
    let text = "//! doc\n#[allow(dead_code)]\nfn a() {}\n#[expect(\n    dead_code\n)]\nfn b() {}\n\
                #[expect(dead_code, reason = \"why\")]\nfn c() {}";
    let findings = rust("server/db/src/a.rs", text);
    assert_eq!(rules(&findings), ["allow", "reason"]);
    assert_eq!(findings[1].line, Some(4));
}

#[test]
fn a_panic_is_found_outside_tests() {
    let text = "//! doc\nunreachable!(\"never\")";
    assert_eq!(rules(&rust("server/db/src/a.rs", text)), ["panic"]);
    assert_eq!(rust("server/db/src/a/tests.rs", text), []);
}

#[test]
fn a_test_whose_name_says_nothing_is_found() {
    let text = "#[tokio::test(flavor = \"multi_thread\")]\nasync fn test_recorder() {}\n\
                #[test]\nfn a_late_row_is_kept() {}\nfn help() {}";
    let findings = rust("server/db/src/a/tests.rs", text);
    assert_eq!(rules(&findings), ["test-name"]);
    assert_eq!(findings[0].line, Some(2));
}

#[test]
fn any_is_found_as_a_type_and_not_as_a_word() {
    for line in [
        "let a: any;",
        "x as any",
        "Array<any>",
        "(a: any, b: string)",
        "Record<string, string | any>",
        "a: any[]",
    ] {
        assert!(web_files::says_any(line), "{line}");
    }
    for line in [
        "// any: thing",
        "const company: Any",
        "label: 'any'",
        "`Choose: any of these`",
        "if (many) return",
        "* as any",
    ] {
        assert!(!web_files::says_any(line), "{line}");
    }
}

#[test]
fn a_vague_name_is_found() {
    assert_eq!(
        rules(&whole_tree(&[("server/db/src/utils.rs", "")])),
        ["vague-name"]
    );
    assert_eq!(
        rules(&whole_tree(&[("ui/src/common/a.ts", "")])),
        ["vague-name"]
    );
    assert_eq!(whole_tree(&[("server/db/src/manages.rs", "")]), []);
}

#[test]
fn migrations_are_counted_without_a_gap() {
    let good = [
        ("migrations/0001_agents_create.sql", ""),
        ("migrations/0002_api_keys_create.sql", ""),
    ];
    assert_eq!(whole_tree(&good), []);
    let gap = [
        ("migrations/0001_agents_create.sql", ""),
        ("migrations/0003_users_create.sql", ""),
    ];
    assert_eq!(rules(&whole_tree(&gap)), ["migration-name"]);
    assert_eq!(
        rules(&whole_tree(&[("migrations/0001_agents.sql", "")])),
        ["migration-name"]
    );
}

#[test]
fn a_host_in_a_lock_file_is_found() {
    let npm = "      \"resolved\": \"https://mirror.example/a.tgz\",";
    assert_eq!(
        rules(&whole_tree(&[("ui/package-lock.json", npm)])),
        ["lock-host"]
    );
    let cargo = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    assert_eq!(whole_tree(&[("Cargo.lock", cargo)]), []);
}

#[test]
fn a_path_of_one_machine_is_found() {
    let found = whole_tree(&[("server/db/src/a.rs", concat!("open(\"/wo", "rk/main\")"))]);
    assert_eq!(rules(&found), ["machine-path"]);
    assert_eq!(
        whole_tree(&[(
            "server/db/src/a.rs",
            concat!("https://example.com/wo", "rk/a")
        )]),
        []
    );
}

#[test]
fn a_readme_without_the_two_commands_is_found() {
    let mut findings = Vec::new();
    tree::check(&[], &mut findings);
    assert_eq!(rules(&findings), ["readme", "readme"]);
}
