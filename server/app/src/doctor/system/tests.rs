//! Limits of memory as both versions of control groups write them down.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use super::super::Level;
use super::{limit, memory};

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn the_narrowest_limit_on_the_way_up_counts() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path();
    write(path, "sys/fs/cgroup/a/memory.max", "209715200\n");
    write(path, "sys/fs/cgroup/a/b/memory.max", "max\n");
    assert_eq!(limit(path, "0::/a/b\n"), Some(200 << 20));
    assert_eq!(limit(path, "0::/c\n"), None);
    write(
        path,
        "sys/fs/cgroup/memory/x/memory.limit_in_bytes",
        "104857600\n",
    );
    assert_eq!(
        limit(path, "9:cpu,cpuacct:/x\n8:memory:/x\n0::/c\n"),
        Some(100 << 20)
    );
}

#[test]
fn a_container_with_little_memory_is_told_to_raise_its_limit() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path();
    write(
        path,
        "proc/meminfo",
        "MemTotal: 24000000 kB\nMemAvailable:   20000000 kB\n",
    );
    write(path, "proc/self/cgroup", "0::/\n");
    assert_eq!(memory(path).unwrap().level, Level::Ok);
    write(path, "sys/fs/cgroup/memory.max", "134217728\n");
    let finding = memory(path).unwrap();
    assert_eq!(finding.level, Level::Fault);
    assert!(
        finding.found.contains("128 MiB") && finding.fix.contains("--memory"),
        "{finding:?}"
    );
}
