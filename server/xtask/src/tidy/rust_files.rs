//! Rules for a single Rust file.

use super::{Finding, SourceFile, code_lines};

const LONGEST_FILE: usize = 400;
/// `app/src/config*` reads the environment for the product; the others prepare or drive processes.
const READS_ENVIRONMENT: &[&str] = &[
    "server/app/src/config.rs",
    "server/app/src/config/",
    "server/xtask/",
    "server/testkit/",
];
const ENVIRONMENT: &[&str] = &["env::var(", "env::vars(", "env::var_os(", "env::vars_os("];

pub(super) fn check(file: &SourceFile, findings: &mut Vec<Finding>) {
    if file.extension() != "rs" {
        return;
    }
    let mut report = |rule, line, text: String| {
        findings.push(Finding {
            rule,
            path: file.path.clone(),
            line,
            text,
        });
    };
    if file.path.ends_with("/mod.rs") {
        report(
            "mod-rs",
            None,
            "write `foo.rs` beside `foo/`, not `foo/mod.rs`".into(),
        );
    }
    let lines = code_lines(&file.text);
    if lines > LONGEST_FILE {
        report(
            "long-file",
            None,
            format!("{lines} code lines, at most {LONGEST_FILE}"),
        );
    }
    if !has_module_doc(file) {
        report(
            "module-doc",
            None,
            "say at the top in `//!` what this file is".into(),
        );
    }
    for (number, line) in numbered_code(&file.text) {
        if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
            report(
                "allow",
                Some(number),
                "use `#[expect(…, reason = \"…\")]`".into(),
            );
        }
        if !may_read_environment(&file.path) && ENVIRONMENT.iter().any(|call| line.contains(call)) {
            report(
                "environment",
                Some(number),
                "only app/src/config.rs reads the environment".into(),
            );
        }
    }
    for (number, attribute) in expectations(&file.text) {
        if !attribute.contains("reason") {
            report("reason", Some(number), "an `expect` says its reason".into());
        }
    }
}

/// A file of unit tests is described by the file it tests.
fn has_module_doc(file: &SourceFile) -> bool {
    file.path.ends_with("/tests.rs") || file.text.starts_with("//!")
}

fn may_read_environment(path: &str) -> bool {
    READS_ENVIRONMENT
        .iter()
        .any(|prefix| path.starts_with(prefix))
        || is_test(path)
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

fn numbered_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("//"))
}

/// Each `#[expect(…)]`, over as many lines as it takes.
fn expectations(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text
        .match_indices("#[expect(")
        .chain(text.match_indices("#![expect("));
    starts
        .filter(|(start, _)| {
            let line = text[..*start].rsplit('\n').next().unwrap_or_default();
            line.trim().is_empty()
        })
        .map(|(start, _)| {
            let number = text[..start].lines().count()
                + usize::from(text[..start].ends_with('\n') || start == 0);
            let end = text[start..]
                .find(")]")
                .map_or(text.len(), |length| start + length);
            (number, &text[start..end])
        })
}
