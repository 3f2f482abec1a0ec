//! Rules over the tree as a whole: names, migrations, lock files, machine paths, the README's promise.

use super::{Finding, SourceFile};

const VAGUE_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc",
];
/// Directories of one machine or one person, which mean nothing elsewhere.
const MACHINE_PATHS: &[&str] = &["/work/", "/root/", "/home/"];
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(files: &[SourceFile], findings: &mut Vec<Finding>) {
    for file in files {
        name(file, findings);
        machine_paths(file, findings);
        lock_file(file, findings);
    }
    migrations(files, findings);
    readme(files, findings);
}

fn name(file: &SourceFile, findings: &mut Vec<Finding>) {
    let is_source = ["rs", "ts", "tsx"].contains(&file.extension());
    let vague = file
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or_default())
        .find(|part| VAGUE_NAMES.contains(part));
    if let Some(vague) = vague.filter(|_| is_source) {
        findings.push(Finding {
            rule: "vague-name",
            path: file.path.clone(),
            line: None,
            text: format!("`{vague}` says nothing; name what it does"),
        });
    }
}

fn machine_paths(file: &SourceFile, findings: &mut Vec<Finding>) {
    for (index, line) in file.text.lines().enumerate() {
        for path in MACHINE_PATHS {
            // Part of a longer path or address, such as https://example.com/work/.
            let own = line.match_indices(path).any(|(start, _)| {
                !line[..start]
                    .ends_with(|before: char| before.is_alphanumeric() || "._-}".contains(before))
            });
            if own {
                findings.push(Finding {
                    rule: "machine-path",
                    path: file.path.clone(),
                    line: Some(index + 1),
                    text: format!("`{path}` exists on one machine only"),
                });
            }
        }
    }
}

fn lock_file(file: &SourceFile, findings: &mut Vec<Finding>) {
    let is_foreign: fn(&str) -> bool = match file.path.rsplit('/').next() {
        Some("Cargo.lock") => |line| line.starts_with("source = ") && !line.contains(CRATES_IO),
        Some("package-lock.json") => |line| line.trim_start().starts_with("\"resolved\": \"http"),
        _ => return,
    };
    for (index, line) in file.text.lines().enumerate() {
        if is_foreign(line) {
            findings.push(Finding {
                rule: "lock-host",
                path: file.path.clone(),
                line: Some(index + 1),
                text: "a lock file names no host but cargo's own registry (npm: omit-lockfile-registry-resolved)"
                    .into(),
            });
        }
    }
}

/// `NNNN_<noun>_<verb>.sql`, counted from 0001 without a gap. Nothing else lies in `migrations/`.
fn migrations(files: &[SourceFile], findings: &mut Vec<Finding>) {
    let names = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("migrations/"));
    for (index, name) in names.enumerate() {
        let number = format!("{:04}_", index + 1);
        let words = name
            .strip_prefix(&number)
            .and_then(|rest| rest.strip_suffix(".sql"))
            .unwrap_or_default();
        let is_plain = words
            .chars()
            .all(|character| character.is_ascii_lowercase() || character == '_');
        if !is_plain || !words.contains('_') {
            findings.push(Finding {
                rule: "migration-name",
                path: format!("migrations/{name}"),
                line: None,
                text: format!("expected `{number}<noun>_<verb>.sql`"),
            });
        }
    }
}

fn readme(files: &[SourceFile], findings: &mut Vec<Finding>) {
    let readme = files.iter().find(|file| file.path == "README.md");
    for command in ["cargo xtask run", "cargo xtask test"] {
        if !readme.is_some_and(|readme| readme.text.contains(command)) {
            findings.push(Finding {
                rule: "readme",
                path: "README.md".into(),
                line: None,
                text: format!("the README names `{command}`"),
            });
        }
    }
}
