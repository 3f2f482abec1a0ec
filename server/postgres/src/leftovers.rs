//! What an earlier server left behind: its processes, and a `postmaster.pid` that bars the next one.
//!
//! A server normally dies with the program that started it (`child`). This is for when that failed,
//! and for the children of a killed server: a busy one goes on until its statement is done and
//! meanwhile holds the shared memory that the next server refuses to share.
//!
//! Only called with the data directory's owner lock held, so whatever runs in the cluster is ours.

use crate::error::{Error, because};
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

#[cfg(unix)]
mod processes;

#[cfg(unix)]
pub(crate) async fn clear(data: &Path) -> Result<(), Error> {
    use processes::{in_cluster, is_alive, signal};
    use rustix::process::Signal;
    let lock = data.join("postmaster.pid");
    let Some(postmaster) = read_pid(&lock)? else {
        return Ok(());
    };
    // From gentle to certain. Children without a postmaster ignore INT but leave at QUIT.
    let steps = [
        (Signal::INT, Duration::from_secs(5)),
        (Signal::QUIT, Duration::from_secs(6)),
        (Signal::KILL, Duration::from_secs(5)),
    ];
    for (step, patience) in steps {
        let found = in_cluster(data, postmaster);
        if found.is_empty() {
            break;
        }
        let targets = match found.contains(&postmaster) {
            true if step != Signal::KILL => vec![postmaster],
            false if step == Signal::INT => continue,
            _ => found,
        };
        tracing::warn!(
            ?targets,
            ?step,
            "stopping what an earlier run left of the database"
        );
        for pid in targets {
            signal(pid, step);
        }
        gone(data, postmaster, patience).await;
    }
    let remaining = in_cluster(data, postmaster);
    if !remaining.is_empty() {
        return Err(Error::StartFailed {
            cause: format!(
                "processes {remaining:?} of an earlier run still use {} and cannot be ended",
                data.display()
            ),
        });
    }
    // The server takes a live process of that number for another server. It is not one: an unreaped
    // zombie, or a number used again. In all other cases the file is left for the server, which
    // finds its old shared memory through it.
    if is_alive(postmaster) {
        tracing::warn!(
            pid = postmaster,
            "removing the postmaster.pid of a server that is gone"
        );
        remove(&lock)?;
    }
    Ok(())
}

/// Without signals we leave it to the server to find out whether another one runs.
#[cfg(not(unix))]
#[expect(clippy::unused_async, reason = "on Unix it waits for processes to end")]
pub(crate) async fn clear(_data: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(unix)]
async fn gone(data: &Path, postmaster: i32, patience: Duration) {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(2);
    while Instant::now() < deadline && !processes::in_cluster(data, postmaster).is_empty() {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// The first line of `postmaster.pid`. A file that says nothing bars the server too and is removed:
/// a crash or a full disk came between its creation and its content.
#[cfg(unix)]
fn read_pid(lock: &Path) -> Result<Option<i32>, Error> {
    let text = match fs::read_to_string(lock) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(because("read", lock)(error)),
    };
    let pid = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    if pid.is_none_or(|pid: i32| pid <= 1) {
        tracing::warn!(path = %lock.display(), "removing a damaged postmaster.pid");
        remove(lock)?;
        return Ok(None);
    }
    Ok(pid)
}

#[cfg(unix)]
fn remove(lock: &Path) -> Result<(), Error> {
    match fs::remove_file(lock) {
        // A server that was just ending has removed it itself.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(because("remove", lock)),
    }
}
