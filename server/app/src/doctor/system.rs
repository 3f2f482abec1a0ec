//! What the system leaves to the program: open files, memory, the time.

use std::path::Path;

use chrono::Datelike as _;
use domain::clock::{Clock as _, SystemClock};

use super::Finding;
use crate::config::Environment;

/// This program was not there before.
const FIRST_YEAR: i32 = 2025;

pub(super) fn check(environment: &Environment) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(open_files());
    findings.extend(memory(Path::new("/")));
    findings.extend(time(environment));
    findings
}

/// The program raises its soft limit to the hard one, so that one counts.
#[cfg(unix)]
fn open_files() -> Option<Finding> {
    use rustix::process::{Resource, getrlimit};
    const NAME: &str = "open files";
    const FEW: u64 = 1_024;
    const SOME: u64 = 4_096;
    let limit = getrlimit(Resource::Nofile).maximum?;
    let found = format!("the limit of open files is {limit}");
    let why = "every connection is a file: calls are refused when none is left";
    let fix = "Set `LimitNOFILE=65536` in the service's unit, `--ulimit nofile=65536` for a container, or a line \
               `* hard nofile 65536` in /etc/security/limits.conf.";
    Some(match limit {
        0..FEW => Finding::fault(NAME, found, why, fix),
        FEW..SOME => Finding::warning(NAME, found, why, fix),
        SOME.. => Finding::ok(NAME, found),
    })
}

#[cfg(not(unix))]
fn open_files() -> Option<Finding> {
    None
}

/// `root` is that of the file system, where Linux says what there is. Nothing elsewhere.
fn memory(root: &Path) -> Option<Finding> {
    const NAME: &str = "memory";
    const FAULT: u64 = 192 << 20;
    const WARNING: u64 = 512 << 20;
    let free = available(&std::fs::read_to_string(root.join("proc/meminfo")).ok()?)?;
    let groups = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let limit = limit(root, &groups).unwrap_or(u64::MAX);
    let why = "the system ends the server or its database when memory runs out";
    let (bytes, found, fix) = if limit < free {
        let found = format!("this process may use {} MiB", limit >> 20);
        (
            limit,
            found,
            "Raise the limit to 1 GiB: `--memory 1g` for a container, `resources.limits.memory` of a pod, `MemoryMax=` of a unit.",
        )
    } else {
        let found = format!("{} MiB are free", free >> 20);
        (
            free,
            found,
            "End what needs memory (`ps -eo pid,rss,comm --sort=-rss | head`), or give the machine more.",
        )
    };
    Some(match bytes {
        0..FAULT => Finding::fault(NAME, found, why, fix),
        FAULT..WARNING => Finding::warning(NAME, found, why, fix),
        WARNING.. => Finding::ok(NAME, found),
    })
}

/// proc(5): `MemAvailable:    1234 kB`.
fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

/// The narrowest of the group's own limit and of those above it, in either version of control groups: cgroups(7).
fn limit(root: &Path, groups: &str) -> Option<u64> {
    let of_line = |line: &str| {
        let mut parts = line.splitn(3, ':');
        let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
        let (tree, file) = if number == "0" && controllers.is_empty() {
            ("sys/fs/cgroup", "memory.max")
        } else if controllers.split(',').any(|name| name == "memory") {
            ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
        } else {
            return None;
        };
        let tree = root.join(tree);
        let place = tree.join(path.trim_start_matches('/'));
        let places = place
            .ancestors()
            .take_while(|place| place.starts_with(&tree));
        places
            .filter_map(|place| {
                std::fs::read_to_string(place.join(file))
                    .ok()?
                    .trim()
                    .parse::<u64>()
                    .ok()
            })
            .min()
    };
    groups.lines().filter_map(of_line).min()
}

fn time(environment: &Environment) -> Vec<Finding> {
    let mut findings = Vec::new();
    let now = SystemClock.now();
    if now.year() < FIRST_YEAR {
        findings.push(Finding::fault(
            "clock",
            format!("it is {} here", now.format("%Y-%m-%d")),
            "certificates, tokens and one-time codes are refused",
            "Run `sudo timedatectl set-ntp true`.",
        ));
    }
    findings.extend(environment.get("TZ").and_then(zone));
    findings
}

/// Only names are looked up: `:path` and `CET-1CEST` are tzset(3)'s other ways.
fn zone(name: &str) -> Option<Finding> {
    let files = Path::new("/usr/share/zoneinfo");
    let is_name = name.contains('/') && !name.starts_with([':', '/']);
    (is_name && files.is_dir() && !files.join(name).is_file()).then(|| {
        Finding::warning(
            "time zone",
            format!("TZ={name} is not known to this system"),
            "other programs take it for UTC; this one uses UTC always, and browsers show their own time",
            "Install the package tzdata, or correct TZ (`ls /usr/share/zoneinfo` shows the names).",
        )
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
