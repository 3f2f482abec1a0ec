//! Signals, and what /proc tells of processes. Linux only, as the scenarios are.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// `signal` by name, for example KILL. A process that is gone already is no error.
pub(crate) fn send(signal: &str, processes: &[u32]) {
    if processes.is_empty() {
        return;
    }
    let numbers: Vec<String> = processes.iter().map(u32::to_string).collect();
    let script = format!("kill -s {signal} {}", numbers.join(" "));
    let _ = Command::new("sh").arg("-c").arg(script).output();
}

/// Every process that works in a directory: those of a PostgreSQL in its cluster.
pub(crate) fn working_in(directory: &Path) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|process: &u32| {
            fs::read_link(format!("/proc/{process}/cwd")).is_ok_and(|found| found == directory)
        })
        .collect()
}

pub(crate) fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count)
}

/// Resident memory in MB.
pub(crate) fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// Stops every process of a PostgreSQL, also those that appear meanwhile.
pub(crate) fn freeze(cluster: &Path) -> Vec<u32> {
    let mut frozen = HashSet::new();
    loop {
        let fresh: Vec<u32> = working_in(cluster)
            .into_iter()
            .filter(|process| frozen.insert(*process))
            .collect();
        if fresh.is_empty() {
            return frozen.into_iter().collect();
        }
        send("STOP", &fresh);
    }
}
