//! One program per data directory.
//!
//! The lock is the kernel's (flock), so it ends with its holder however that ends; the text in the
//! file only names the holder. Postgres guards its own files as well, but not ours beside them, and
//! its message would not say which program to stop.

use crate::error::{Error, because};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A killed holder keeps the lock until the kernel has torn it down.
const GRACE: Duration = Duration::from_millis(300);

/// Held for as long as the data directory is in use. Dropping it lets the next one in.
#[derive(Debug)]
pub struct OwnerLock {
    data_dir: PathBuf,
    _file: File,
}

/// Who holds a data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// None while it has not signed yet.
    pub process: Option<u32>,
    /// For people: the process, and since when.
    pub description: String,
}

/// Who holds the directory now. Takes nothing itself: a program that starts meanwhile waits a moment at most.
pub fn holder_of(data_dir: &Path) -> Option<Holder> {
    let mut file = File::open(data_dir.join("owner.lock")).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(holder(&mut file)),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

impl OwnerLock {
    /// Creates the directory if it is missing. Fails with [`Error::DataDirInUse`] while another
    /// process (or another lock in this one) holds it. Blocks for at most a third of a second.
    pub fn acquire(data_dir: &Path) -> Result<Self, Error> {
        // What leads there is made as usual, so that the server's account may pass.
        if let Some(parent) = data_dir.parent() {
            fs::create_dir_all(parent).map_err(because("create", parent))?;
        }
        create_private(data_dir).map_err(because("create", data_dir))?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(because("resolve", data_dir))?;
        let path = data_dir.join("owner.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(because("open", &path))?;
        let deadline = Instant::now() + GRACE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {
                    let holder = holder(&mut file).description;
                    return Err(Error::DataDirInUse { data_dir, holder });
                }
                Err(TryLockError::Error(error)) => return Err(because("lock", &path)(error)),
            }
        }
        sign(&mut file).map_err(because("write", &path))?;
        Ok(Self {
            data_dir,
            _file: file,
        })
    }

    /// The directory, absolute and without symbolic links.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }
}

fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{} {}", std::process::id(), seconds_now())?;
    file.flush()
}

fn holder(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let mut words = text.split(' ');
    let process = words.next().and_then(|word| word.parse::<u32>().ok());
    let since = words.next().and_then(|word| word.parse::<u64>().ok());
    let description = match (read, process, since) {
        (Ok(_), Some(process), Some(since)) => {
            let held = spoken(seconds_now().saturating_sub(since));
            format!("process {process}, which took it {held} ago")
        }
        // The holder has locked the file and not signed it yet.
        _ => "another process that has just started".to_owned(),
    };
    Holder {
        process,
        description,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the record is about real time, and the clock is a crate above this one"
)]
fn seconds_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

fn spoken(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(test)]
mod tests;
