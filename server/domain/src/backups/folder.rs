//! Where backups lie: files of one folder, named by their moment and their reason, the oldest of a kind making room.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};
use db::Db;

use super::{BackupError, Header};

const EXTENSION: &str = "archestra-backup";
const MOMENT: &str = "%Y-%m-%dT%H-%M-%SZ";

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Manual,
    BeforeMigration,
    BeforeRestore,
    Scheduled,
}

impl Reason {
    const ALL: [Self; 4] = [
        Self::Manual,
        Self::BeforeMigration,
        Self::BeforeRestore,
        Self::Scheduled,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::BeforeMigration => "before-migration",
            Self::BeforeRestore => "before-restore",
            Self::Scheduled => "scheduled",
        }
    }

    /// How many of them are kept; a person's own only go when a person deletes them.
    fn kept(self) -> usize {
        match self {
            Self::Manual => usize::MAX,
            Self::BeforeMigration | Self::BeforeRestore => 3,
            Self::Scheduled => 7,
        }
    }
}

/// A backup that lies in the folder.
#[derive(Debug, Clone)]
pub struct Backup {
    pub name: String,
    pub size: u64,
    pub created_at: DateTime<Utc>,
    pub reason: Reason,
}

#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Newest first.
    pub fn list(&self) -> Result<Vec<Backup>, BackupError> {
        let entries = match std::fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut backups = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some((created_at, reason)) = parse(&name) {
                let size = entry.metadata()?.len();
                backups.push(Backup {
                    name,
                    size,
                    created_at,
                    reason,
                });
            }
        }
        backups.sort_by(|one, other| other.name.cmp(&one.name));
        Ok(backups)
    }

    /// The backup of this name, which may come from anybody.
    pub fn find(&self, name: &str) -> Result<PathBuf, BackupError> {
        let path = self.0.join(name);
        // A name of ours has no separators in it.
        if parse(name).is_some() && path.is_file() {
            Ok(path)
        } else {
            Err(BackupError::NotFound(name.to_owned()))
        }
    }

    pub async fn create(
        &self,
        db: &Db,
        reason: Reason,
        now: DateTime<Utc>,
    ) -> Result<(PathBuf, Header), BackupError> {
        std::fs::create_dir_all(&self.0)?;
        let name = format!("{}-{}.{EXTENSION}", now.format(MOMENT), reason.name());
        let path = self.0.join(name);
        let header = super::create(db, &path, reason, now).await?;
        self.make_room(reason)?;
        Ok((path, header))
    }

    pub fn delete(&self, name: &str) -> Result<(), BackupError> {
        Ok(std::fs::remove_file(self.find(name)?)?)
    }

    fn make_room(&self, reason: Reason) -> Result<(), BackupError> {
        let of_kind = self.list()?.into_iter().filter(|one| one.reason == reason);
        for old in of_kind.skip(reason.kept()) {
            std::fs::remove_file(self.0.join(old.name))?;
        }
        Ok(())
    }
}

fn parse(name: &str) -> Option<(DateTime<Utc>, Reason)> {
    let stem = name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let (moment, rest) = NaiveDateTime::parse_and_remainder(stem, MOMENT).ok()?;
    let reason = Reason::ALL
        .into_iter()
        .find(|reason| rest.strip_prefix('-') == Some(reason.name()))?;
    Some((moment.and_utc(), reason))
}

/// A new file that only its owner may read: it holds hashes of keys, and everything people wrote.
pub(super) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
