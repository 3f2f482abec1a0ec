//! The disk that the data lies on: its kind, its room, its inodes.

#[cfg(unix)]
use super::data_dir::nearest;
use super::{Finding, Patient};

#[cfg(unix)]
const NAME: &str = "disk";
#[cfg(unix)]
const WHY: &str = "the database stops and calls are no longer recorded when nothing can be written";

#[cfg(not(unix))]
pub(super) fn check(_patient: &Patient) -> Vec<Finding> {
    Vec::new()
}

#[cfg(unix)]
pub(super) fn check(patient: &Patient) -> Vec<Finding> {
    let Some(directory) = &patient.directory else {
        return Vec::new();
    };
    let place = nearest(directory);
    let found = match rustix::fs::statvfs(&place) {
        Ok(found) => found,
        Err(error) => {
            let found = format!("{} can't be looked at: {error}", place.display());
            return vec![Finding::warning(
                NAME,
                found,
                WHY,
                format!("Run `df {}`.", place.display()),
            )];
        }
    };
    let room = Room {
        size: found.f_blocks * found.f_frsize,
        free: found.f_bavail * found.f_frsize,
    };
    let mut findings = vec![room.judge(&place)];
    findings.extend(inodes(found.f_files, found.f_favail, &place));
    findings.extend(kind(patient, &place));
    findings
}

#[cfg(unix)]
struct Room {
    size: u64,
    free: u64,
}

#[cfg(unix)]
impl Room {
    const FULL: u64 = 200 << 20;
    const SCARCE: u64 = 1 << 30;

    /// What counts is what is left, and on small disks also its share.
    fn judge(&self, place: &std::path::Path) -> Finding {
        let left = self.free.saturating_mul(100) / self.size.max(1);
        let found = format!(
            "{} MiB ({left} %) are free on the disk of {}",
            self.free >> 20,
            place.display()
        );
        let fix = format!(
            "Make room (`du -xh --max-depth=2 {} | sort -h` shows where it went), or set ARCHESTRA_DATA_DIR to a larger disk.",
            place.display()
        );
        if self.free < Self::FULL || left < 1 {
            Finding::fault(NAME, found, WHY, fix)
        } else if self.free < Self::SCARCE || left < 5 {
            Finding::warning(NAME, found, WHY, fix)
        } else {
            Finding::ok(NAME, found)
        }
    }
}

/// Some file systems have as many as they need and say none.
#[cfg(unix)]
fn inodes(all: u64, free: u64, place: &std::path::Path) -> Option<Finding> {
    let left = free.saturating_mul(100) / all.max(1);
    if all == 0 || left >= 5 {
        return None;
    }
    let found = format!(
        "{free} of {all} inodes are free on the disk of {}",
        place.display()
    );
    let fix = format!(
        "Delete small files (`du -x --inodes --max-depth=3 {} | sort -n` shows where they are).",
        place.display()
    );
    Some(if left < 1 || free < 1_000 {
        Finding::fault("inodes", found, WHY, fix)
    } else {
        Finding::warning("inodes", found, WHY, fix)
    })
}

/// File systems by their numbers: statfs(2).
#[cfg(target_os = "linux")]
fn kind(patient: &Patient, place: &std::path::Path) -> Option<Finding> {
    const MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
    const NETWORK: [u64; 4] = [0x6969, 0xff53_4d42, 0xfe53_4d42, 0x517b];
    const LAYERS: u64 = 0x794c_7630;
    let kind =
        u64::try_from(rustix::fs::statfs(place).ok()?.f_type).unwrap_or_default() & 0xffff_ffff;
    let shown = place.display();
    let fix = "Set ARCHESTRA_DATA_DIR to a directory on a disk of this machine.";
    if MEMORY.contains(&kind) {
        let found = format!("{shown} is in memory (tmpfs)");
        return Some(Finding::warning(
            NAME,
            found,
            "all data is gone after a restart of the machine",
            fix,
        ));
    }
    if NETWORK.contains(&kind) && patient.config.database_url.is_none() {
        let found = format!("{shown} is on a network share");
        return Some(Finding::warning(
            NAME,
            found,
            "PostgreSQL loses data where a share forgets what it promised to have written",
            fix,
        ));
    }
    (kind == LAYERS && patient.config.database_url.is_none() && super::exposure::is_container())
        .then(|| {
            Finding::warning(
                NAME,
                format!("{shown} is a part of this container"),
                "all data goes with the container",
                format!("Give it a volume: `docker run --volume archestra-data:{shown} …`."),
            )
        })
}

#[cfg(all(unix, not(target_os = "linux")))]
fn kind(_patient: &Patient, _place: &std::path::Path) -> Option<Finding> {
    None
}
