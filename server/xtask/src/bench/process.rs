//! What processes cost, read from `/proc`, and the folder everything happens in.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

/// Clock ticks of `/proc/<pid>/stat`: a hundred a second on every Linux.
const TICK: Duration = Duration::from_millis(10);

pub(super) struct Folder {
    pub(super) path: PathBuf,
}

impl Folder {
    pub(super) fn create() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("archestra-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What a load did, and what the process in between and its children spent on it.
pub(super) struct Measured {
    pub(super) outcome: Outcome,
    pub(super) cpu: Duration,
    /// The processes below it: for the server, its PostgreSQL.
    pub(super) children_cpu: Duration,
}

/// What a load generator saw.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) requests: u64,
    pub(super) seconds: f64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) failures: u64,
    /// To the first byte of an answer; for streams only.
    pub(super) first_byte_us: f64,
}

/// `children_apart`: the children are another program, whose work is told apart from the process's own.
pub(super) fn measured(
    process: Option<u32>,
    children_apart: bool,
    load: impl FnOnce() -> Result<Outcome>,
) -> Result<Measured> {
    let Some(process) = process else {
        return Ok(Measured {
            outcome: load()?,
            cpu: Duration::ZERO,
            children_cpu: Duration::ZERO,
        });
    };
    let (own_before, children_before) = (cpu(process)?, children_cpu(process)?);
    let outcome = load()?;
    settle(process)?;
    let own = cpu(process)?.saturating_sub(own_before);
    let children = children_cpu(process)?.saturating_sub(children_before);
    Ok(if children_apart {
        Measured {
            outcome,
            cpu: own,
            children_cpu: children,
        }
    } else {
        Measured {
            outcome,
            cpu: own + children,
            children_cpu: Duration::ZERO,
        }
    })
}

/// Waits until what was left to do (the recording) is done.
fn settle(process: u32) -> Result<()> {
    let mut before = cpu(process)? + children_cpu(process)?;
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(300));
        let now = cpu(process)? + children_cpu(process)?;
        if now.saturating_sub(before) < 2 * TICK {
            return Ok(());
        }
        before = now;
    }
    Ok(())
}

fn stat(process: u32) -> Result<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program comes before, in brackets, and may hold anything.
    let (_, fields) = text
        .rsplit_once(')')
        .context("an unusual /proc/<pid>/stat")?;
    Ok(fields
        .split_whitespace()
        .skip(1)
        .map(|field| field.parse().unwrap_or(0))
        .collect())
}

fn cpu(process: u32) -> Result<Duration> {
    let fields = stat(process)?;
    let ticks = fields
        .get(10)
        .zip(fields.get(11))
        .map_or(0, |(user, system)| user + system);
    Ok(TICK * u32::try_from(ticks)?)
}

/// Of all descendants, those that have ended (and were waited for) included.
fn children_cpu(process: u32) -> Result<Duration> {
    let fields = stat(process)?;
    let ended = fields
        .get(12)
        .zip(fields.get(13))
        .map_or(0, |(user, system)| user + system);
    let mut total = TICK * u32::try_from(ended)?;
    for child in children(process)? {
        // One that has just ended is counted with its parent.
        if let (Ok(own), Ok(below)) = (cpu(child), children_cpu(child)) {
            total += own + below;
        }
    }
    Ok(total)
}

fn children(process: u32) -> Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(candidate) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if stat(candidate).is_ok_and(|fields| fields.first() == Some(&u64::from(process))) {
            found.push(candidate);
        }
    }
    Ok(found)
}

/// Resident memory in bytes.
pub(super) fn resident(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}
