//! Which processes belong to a cluster. Every process of a server works in the cluster's directory,
//! which /proc shows; on systems without /proc we know of the postmaster only, by its command line.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::path::Path;

/// Zombies are not among them: they hold nothing any more.
#[cfg(target_os = "linux")]
pub(crate) fn in_cluster(data: &Path, _postmaster: i32) -> Vec<i32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| {
            let directory = std::fs::read_link(format!("/proc/{pid}/cwd"));
            directory.is_ok_and(|directory| directory == data)
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
#[expect(
    clippy::disallowed_methods,
    reason = "ends by itself and is waited for"
)]
pub(crate) fn in_cluster(data: &Path, postmaster: i32) -> Vec<i32> {
    let listed = std::process::Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &postmaster.to_string()])
        .output();
    let data = data.display().to_string();
    let ours = listed.is_ok_and(|output| {
        let command = String::from_utf8_lossy(&output.stdout).into_owned();
        command.contains("postgres") && command.contains(&data)
    });
    if ours { vec![postmaster] } else { Vec::new() }
}

/// As the server itself asks: zombies count.
pub(crate) fn is_alive(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

pub(crate) fn signal(pid: i32, signal: Signal) {
    // It may have ended in the meantime, which is what we want.
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}
