//! Batches on disk while the database is away: one file each, written whole or not at all, replayed in order.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use db::interactions::{Interaction, NewInteraction};
use db::records::Batch;
use uuid::Uuid;

/// The first byte of a file; a file of another version is set aside, not guessed at.
const VERSION: u8 = 3;
/// Its calls did not say what their models are called, nor whether a rule chose them.
const SECOND_VERSION: u8 = 2;
/// Besides, its files held model calls alone.
const FIRST_VERSION: u8 = 1;
const SUFFIX: &str = "batch";
const UNFINISHED: &str = "part";

#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
    /// Oldest first, with the number of rows in each.
    files: Vec<(PathBuf, usize)>,
}

impl Spool {
    /// Opens a directory, and finds what an earlier run left there.
    pub(super) fn open(directory: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        let found = fs::read_dir(&directory)?.filter_map(|entry| Some(entry.ok()?.path()));
        let (unfinished, others): (Vec<PathBuf>, Vec<PathBuf>) =
            found.partition(|path| has(path, UNFINISHED));
        for path in unfinished {
            // A kill came while it was written; its calls are among those that a kill may lose.
            let _ = fs::remove_file(path);
        }
        let mut paths: Vec<PathBuf> = others
            .into_iter()
            .filter(|path| has(path, SUFFIX))
            .collect();
        // Names are UUIDv7: their order is the order in time.
        paths.sort();
        let mut spool = Self {
            directory,
            files: Vec::new(),
        };
        for path in paths {
            match read(&path) {
                Ok(batch) => spool.files.push((path, batch.len())),
                Err(error) => set_aside(&path, &error),
            }
        }
        Ok(spool)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(super) fn rows(&self) -> usize {
        self.files.iter().map(|(_, rows)| rows).sum()
    }

    /// Keeps a batch; it is on the disk when this returns.
    pub(super) fn push(&mut self, batch: &Batch) -> io::Result<()> {
        let path = self.directory.join(format!("{}.{SUFFIX}", Uuid::now_v7()));
        let unfinished = path.with_extension(UNFINISHED);
        let written = write(&unfinished, batch).and_then(|()| fs::rename(&unfinished, &path));
        if let Err(error) = written {
            // What is half written must not fill a full disk further.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        self.files.push((path, batch.len()));
        Ok(())
    }

    /// The oldest batch, which stays until [`Spool::pop`].
    pub(super) fn first(&mut self) -> Option<Batch> {
        while let Some((path, _)) = self.files.first().cloned() {
            match read(&path) {
                Ok(batch) => return Some(batch),
                Err(error) => {
                    self.files.remove(0);
                    set_aside(&path, &error);
                }
            }
        }
        None
    }

    /// Forgets the oldest batch.
    pub(super) fn pop(&mut self) -> io::Result<()> {
        if self.files.is_empty() {
            return Ok(());
        }
        let (path, _) = self.files.remove(0);
        fs::remove_file(path)
    }
}

/// Row, request, response, and whether they were cut.
type OldInteraction = (Interaction, Vec<u8>, Vec<u8>, bool);

fn renewed((row, request, response, truncated): OldInteraction) -> NewInteraction {
    let names = [row.model.clone(), row.requested_model.clone()];
    NewInteraction {
        model_names: names.into_iter().flatten().collect(),
        row,
        request,
        response,
        truncated,
        optimization: None,
    }
}

fn has(path: &Path, suffix: &str) -> bool {
    path.extension().is_some_and(|found| found == suffix)
}

fn set_aside(path: &Path, error: &io::Error) {
    let aside = path.with_extension("unreadable");
    tracing::error!(%error, file = %aside.display(), "a spooled batch cannot be read; it is set aside, not deleted");
    if let Err(error) = fs::rename(path, aside) {
        tracing::error!(%error, "nor could it be renamed");
    }
}

fn write(path: &Path, batch: &Batch) -> io::Result<()> {
    let bytes = postcard::to_extend(batch, vec![VERSION]).map_err(io::Error::other)?;
    let mut file = File::create(path)?;
    file.write_all(&bytes)?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<Batch> {
    let bytes = fs::read(path)?;
    match bytes.split_first() {
        Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(io::Error::other),
        Some((&FIRST_VERSION, rest)) => {
            let interactions: Vec<OldInteraction> =
                postcard::from_bytes(rest).map_err(io::Error::other)?;
            Ok(Batch {
                interactions: interactions.into_iter().map(renewed).collect(),
                tool_calls: Vec::new(),
            })
        }
        Some((&SECOND_VERSION, rest)) => {
            let (interactions, tool_calls): (Vec<OldInteraction>, _) =
                postcard::from_bytes(rest).map_err(io::Error::other)?;
            Ok(Batch {
                interactions: interactions.into_iter().map(renewed).collect(),
                tool_calls,
            })
        }
        _ => Err(io::Error::other("not a spool file of this version")),
    }
}
