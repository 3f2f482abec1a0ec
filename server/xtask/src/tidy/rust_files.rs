//! Rules for a single Rust file.

use super::{Finding, SourceFile, code_lines};

const LONGEST_FILE: usize = 400;
/// `app/src/config*` reads the environment for the product; the others prepare or drive processes.
const READS_ENVIRONMENT: &[&str] = &[
    "server/app/src/config.rs",
    "server/app/src/config/",
    "server/xtask/",
];
/// Stands in for outside systems and only ever runs in tests.
const TEST_CRATE: &str = "server/testkit/";
const PANICS: &[&str] = &["panic!(", "unreachable!(", "unimplemented!(", "todo!("];
const FEWEST_WORDS: usize = 3;
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
        let text = "write `foo.rs` beside `foo/`, not `foo/mod.rs`";
        report("mod-rs", None, text.into());
    }
    let lines = code_lines(&file.text);
    if lines > LONGEST_FILE {
        let text = format!("{lines} code lines, at most {LONGEST_FILE}");
        report("long-file", None, text);
    }
    // A file of unit tests is described by the file it tests.
    if !file.path.ends_with("/tests.rs") && !file.text.starts_with("//!") {
        let text = "say at the top in `//!` what this file is";
        report("module-doc", None, text.into());
    }
    for (number, line) in numbered_code(&file.text) {
        if let Some((rule, text)) = broken_by(line, &file.path) {
            report(rule, Some(number), text.into());
        }
    }
    for (number, attribute) in expectations(&file.text) {
        if !attribute.contains("reason") {
            report("reason", Some(number), "an `expect` says its reason".into());
        }
    }
    for (number, name) in test_names(&file.text) {
        if name.split('_').count() < FEWEST_WORDS {
            let text = format!("`{name}` is no sentence about what must happen");
            report("test-name", Some(number), text);
        }
    }
}

/// The rule that a single line of code breaks, and what to do instead.
fn broken_by(line: &str, path: &str) -> Option<(&'static str, &'static str)> {
    if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
        return Some(("allow", "use `#[expect(…, reason = \"…\")]`"));
    }
    if is_test(path) {
        return None;
    }
    if PANICS.iter().any(|call| line.contains(call)) {
        return Some(("panic", "return an error instead"));
    }
    let reads_environment = ENVIRONMENT.iter().any(|call| line.contains(call));
    if reads_environment
        && !READS_ENVIRONMENT
            .iter()
            .any(|prefix| path.starts_with(prefix))
    {
        return Some((
            "environment",
            "only app/src/config.rs reads the environment",
        ));
    }
    None
}

/// The functions that follow a `#[test]`, `#[tokio::test]` or the like.
fn test_names(text: &str) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    let mut is_test = false;
    for (number, line) in numbered_code(text) {
        let attribute = line.strip_prefix("#[").unwrap_or_default();
        is_test |= attribute.starts_with("test]") || attribute.contains("::test");
        let function = line.split("fn ").nth(1).filter(|_| is_test);
        if let Some(function) = function {
            names.push((
                number,
                function.split(['(', '<']).next().unwrap_or_default(),
            ));
            is_test = false;
        }
    }
    names
}

fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with(TEST_CRATE)
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
