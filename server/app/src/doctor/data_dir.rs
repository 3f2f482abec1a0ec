//! The data directory: whether it can be used, by whom it is used now, and what lies in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Finding, Patient};

const NAME: &str = "data directory";
const SECRET: &str = "auth secret";
const LEAST_SECRET: usize = 32;

pub(super) fn check(patient: &Patient) -> Vec<Finding> {
    let Some(directory) = &patient.directory else {
        return vec![Finding::fault(
            NAME,
            "no place for data is known on this system",
            "the program does not start without one",
            "Set ARCHESTRA_DATA_DIR=/var/lib/archestra.",
        )];
    };
    let mut findings = vec![usable(directory)];
    findings.extend(in_use(patient, directory));
    findings.extend(spooled(patient, directory));
    findings
}

/// The directory, or what of the way to it is there already.
pub(super) fn nearest(directory: &Path) -> PathBuf {
    let existing = directory.ancestors().find(|path| path.exists());
    existing.unwrap_or(Path::new("/")).to_owned()
}

fn usable(directory: &Path) -> Finding {
    let unusable = |found: String, fix: String| {
        Finding::fault(
            NAME,
            found,
            "the program does not start without a place for its data",
            fix,
        )
    };
    let nearest = nearest(directory);
    let shown = directory.display();
    if nearest.is_file() {
        return unusable(format!("{} is a file", nearest.display()), elsewhere());
    }
    if let Err(error) = can_write(&nearest) {
        let found = format!(
            "{} can't be written: {error}{}",
            nearest.display(),
            owner(&nearest)
        );
        return unusable(
            found,
            format!(
                "Run `sudo chown -R \"$(id -un)\" {}`, or set ARCHESTRA_DATA_DIR to a directory of your own.",
                nearest.display()
            ),
        );
    }
    if nearest != directory {
        return Finding::ok(NAME, format!("{shown} is made at the first start"));
    }
    if let Some(finding) = foreign(directory) {
        return finding;
    }
    Finding::ok(NAME, format!("{shown} can be written"))
}

fn elsewhere() -> String {
    "Set ARCHESTRA_DATA_DIR to a directory that can be written.".to_owned()
}

/// Tries it: rights, read-only mounts and full quotas all count.
fn can_write(directory: &Path) -> std::io::Result<()> {
    let probe = directory.join(format!(".doctor-{}", std::process::id()));
    let written = File::options()
        .write(true)
        .create_new(true)
        .open(&probe)
        .map(drop);
    // Left behind only where it could not be made either.
    let _ = fs::remove_file(&probe);
    written
}

#[cfg(unix)]
fn owner(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let ours = rustix::process::geteuid().as_raw();
    match fs::metadata(path).map(|found| found.uid()) {
        Ok(0) if ours != 0 => "; it belongs to root, as a start by root leaves it".to_owned(),
        Ok(uid) if uid != ours => format!("; it belongs to user id {uid}, and this is {ours}"),
        _ => String::new(),
    }
}

#[cfg(not(unix))]
fn owner(_path: &Path) -> String {
    String::new()
}

/// Others who may write there can take the database and the key of all secrets.
#[cfg(unix)]
fn foreign(directory: &Path) -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = fs::metadata(directory).ok()?.mode();
    (mode & 0o002 != 0).then(|| {
        Finding::fault(
            NAME,
            format!("everybody may write in {} (mode {:o})", directory.display(), mode & 0o7777),
            "whoever has an account here can take the place of the database and of the key of all secrets",
            format!("Run `chmod 700 {}`.", directory.display()),
        )
    })
}

#[cfg(not(unix))]
fn foreign(_directory: &Path) -> Option<Finding> {
    None
}

/// A server that runs here with these ports is the one that is looked at; any other keeps this one from starting.
fn in_use(patient: &Patient, directory: &Path) -> Option<Finding> {
    let holder = patient.holder.as_ref()?;
    let listener = super::sockets::listener(patient.config.api_port());
    let elsewhere = match (&listener, holder.process) {
        (Some(listener), Some(process)) => listener.process != process,
        (None, _) => is_free(patient),
        _ => false,
    };
    if !elsewhere {
        return Some(Finding::ok(
            "server",
            format!("runs: {}", holder.description),
        ));
    }
    let stop = holder.process.map_or_else(
        || "Stop it".to_owned(),
        |process| format!("Stop it (`kill {process}`)"),
    );
    Some(Finding::fault(
        "server",
        format!(
            "another one uses {}: {}",
            directory.display(),
            holder.description
        ),
        "one data directory is for one program: a second one does not start",
        format!("{stop}, or set ARCHESTRA_DATA_DIR to another directory for this one."),
    ))
}

fn is_free(patient: &Patient) -> bool {
    std::net::TcpListener::bind((patient.config.bind, patient.config.api_port())).is_ok()
}

/// Calls that wait for the database; a server that runs writes them by itself.
fn spooled(patient: &Patient, directory: &Path) -> Option<Finding> {
    let spool = directory.join("spool");
    let entries = fs::read_dir(&spool).ok()?.flatten();
    let files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    let count = |suffix: &str| {
        files
            .iter()
            .filter(|path| path.extension().is_some_and(|it| it == suffix))
            .count()
    };
    let (waiting, unread) = (count("batch"), count("unreadable"));
    if unread > 0 {
        return Some(Finding::warning(
            "spool",
            format!(
                "{unread} batches of calls in {} could not be read and were set aside",
                spool.display()
            ),
            "those calls are missing in logs and statistics",
            "Start the version that wrote them once, or delete those files.",
        ));
    }
    (waiting > 0 && patient.holder.is_none()).then(|| {
        Finding::warning(
            "spool",
            format!(
                "{waiting} batches of calls wait in {} for the database",
                spool.display()
            ),
            "they are in no log and no statistics until they are written",
            "Start the program: `archestra serve` writes them first.",
        )
    })
}

/// The key of all secrets: where it is, who can read it.
pub(super) fn auth_secret(patient: &Patient) -> Vec<Finding> {
    if patient.config.auth_secret.is_some() {
        return vec![Finding::ok(SECRET, "comes from ARCHESTRA_AUTH_SECRET")];
    }
    let Some(directory) = &patient.directory else {
        return Vec::new();
    };
    if crate::auth_secret::is_in_keyring(directory) {
        return vec![Finding::ok(SECRET, "is in the OS keyring")];
    }
    let file = directory.join(crate::auth_secret::FILE);
    if !file.exists() {
        return vec![Finding::ok(SECRET, "is made at the first start")];
    }
    vec![exposed(&file).unwrap_or_else(|| content(&file))]
}

fn content(file: &Path) -> Finding {
    let shown = file.display();
    let fault = |found, fix| {
        Finding::fault(
            SECRET,
            found,
            "the program does not start: stored secrets are encrypted with it",
            fix,
        )
    };
    match fs::read_to_string(file) {
        Ok(text) if text.trim().len() >= LEAST_SECRET => {
            Finding::ok(SECRET, format!("is in {shown}"))
        }
        Ok(text) => fault(
            format!(
                "{shown} has {} characters, and needs at least {LEAST_SECRET}",
                text.trim().len()
            ),
            format!(
                "Restore the file from a backup. Without one delete it (`rm {shown}`) and run `archestra reset-secrets`, which \
                 deletes every stored secret."
            ),
        ),
        Err(error) => fault(
            format!("{shown} can't be read: {error}{}", owner(file)),
            format!(
                "Run `sudo chown \"$(id -un)\" {shown}`, or start the program as the file's owner."
            ),
        ),
    }
}

#[cfg(unix)]
fn exposed(file: &Path) -> Option<Finding> {
    use std::os::unix::fs::MetadataExt as _;
    let found = fs::metadata(file).ok()?;
    let ours = rustix::process::geteuid();
    let shown = file.display();
    let fault = |text, fix| {
        Some(Finding::fault(
            SECRET,
            text,
            "whoever reads it can decrypt every stored secret and sign in as anybody",
            fix,
        ))
    };
    if found.mode() & 0o077 != 0 {
        let text = format!(
            "other users of this machine can read {shown} (mode {:o})",
            found.mode() & 0o777
        );
        return fault(
            text,
            format!(
                "Run `chmod 600 {shown}`, and change the secret with `archestra secrets rotate`."
            ),
        );
    }
    if ours.is_root() && found.uid() != 0 && fs::metadata(file.parent()?).ok()?.uid() == 0 {
        let text = format!(
            "{shown} belongs to user id {}, and its directory to root",
            found.uid()
        );
        return fault(text, format!("Run `sudo chown root {shown}`."));
    }
    None
}

#[cfg(not(unix))]
fn exposed(_file: &Path) -> Option<Finding> {
    None
}
