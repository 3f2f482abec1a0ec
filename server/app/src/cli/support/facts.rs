//! The program and the system it runs on.

use std::fs;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::File;

pub(super) fn file(now: DateTime<Utc>) -> anyhow::Result<File> {
    let facts = json!({
        "version": crate::VERSION,
        "newestMigration": db::Db::newest_migration(),
        "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        "userInterface": crate::ui::is_built(),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "distribution": distribution(),
        "kernel": first_line("/proc/sys/kernel/osrelease"),
        "processors": std::thread::available_parallelism().ok().map(usize::from),
        "memory": memory(),
        "container": crate::doctor::is_container(),
        "time": now.to_rfc3339(),
    });
    let text = serde_json::to_string_pretty(&facts)?;
    Ok(File {
        name: "facts.json",
        about: "version, system, machine",
        text,
    })
}

fn first_line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.to_owned())
}

/// os-release(5).
fn distribution() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}

/// proc(5), with its units.
fn memory() -> Value {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let of = |name: &str| {
        text.lines()
            .find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
    };
    json!({ "total": of("MemTotal:"), "available": of("MemAvailable:") })
}
