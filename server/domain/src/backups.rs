//! Backups: the whole database in one file, checked before it is believed, and put back in one transaction.
//!
//! Secrets are in it as the database has them: encrypted with a key that is not in it.

mod file;
mod folder;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use chrono::{DateTime, Utc};
use db::Db;
use db::backups::{Replacement, Snapshot, Table};
use serde_json::json;

pub use file::Header;
use file::{Reader, Writer};
pub use folder::{Backup, Folder, Reason};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("this is not a backup of this program, or its first line is damaged")]
    NoBackup,
    #[error(
        "this backup has the format {0}, which this version does not know. Restore it with the version that made it"
    )]
    UnknownVersion(u32),
    #[error(
        "the backup is damaged: {0} can't be read as it was written. Take another one; nothing was changed"
    )]
    Damaged(String),
    #[error(
        "the backup was made with the schema {found}, and this version knows {known} only. Restore it with a newer version"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error("there is no backup named {0}")]
    NotFound(String),
    #[error("the backup's file can't be read or written: {0}")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// How many rows a table has, and had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    pub table: String,
    pub now: i64,
    pub then: i64,
}

/// What a restore would do.
#[derive(Debug)]
pub struct Preview {
    pub header: Header,
    pub tables: Vec<Rows>,
}

/// Writes a backup to a file that is not there yet; what is cut short leaves nothing of that name.
pub async fn create(
    db: &Db,
    path: &Path,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<Header, BackupError> {
    let unfinished = path.with_extension("unfinished");
    let written = write(db, &unfinished, reason, now).await;
    match written {
        Ok(header) => {
            std::fs::rename(&unfinished, path)?;
            Ok(header)
        }
        Err(error) => {
            // It may not even have been begun.
            let _ = std::fs::remove_file(&unfinished);
            Err(error)
        }
    }
}

async fn write(
    db: &Db,
    path: &Path,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<Header, BackupError> {
    let mut snapshot = Snapshot::begin(db).await?;
    let head = snapshot.audit_head().await?;
    let head = head.map(|(id, hash)| (id, db::audit_log::hex(&hash)));
    let header = Header::new(now, reason.name(), snapshot.schema().await?, head);
    let out = BufWriter::new(folder::private_file(path)?);
    let mut writer = Writer::begin(out, &header)?;
    for table in snapshot.tables().await? {
        writer.table(&table)?;
        snapshot.copy(&table, |piece| writer.rows(piece)).await?;
        writer.end_table()?;
    }
    let mut out = writer.finish(snapshot.sequences().await?)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(header)
}

/// Reads the whole file, and says what is in it.
pub fn verify(path: &Path) -> Result<(Header, Vec<(String, u64)>), BackupError> {
    let mut reader = Reader::begin(File::open(path)?)?;
    let mut tables = Vec::new();
    while let Some(table) = reader.next_table()? {
        while reader.next_rows(&table)?.is_some() {}
        tables.push((table.name, reader.rows_read()));
    }
    Ok((reader.header, tables))
}

/// Reads the whole file, and compares it with what is there.
pub async fn preview(db: &Db, path: &Path) -> Result<Preview, BackupError> {
    let (header, then) = verify(path)?;
    let known = Db::newest_migration();
    if header.schema > known {
        let found = header.schema;
        return Err(BackupError::NewerSchema { found, known });
    }
    let mut snapshot = Snapshot::begin(db).await?;
    let mut names: Vec<String> = snapshot
        .tables()
        .await?
        .into_iter()
        .map(|t| t.name)
        .collect();
    names.extend(then.iter().map(|(name, _)| name.clone()));
    names.sort();
    names.dedup();
    let mut tables = Vec::new();
    for table in names {
        let then = then.iter().find(|(name, _)| *name == table);
        let then = then.map_or(0, |(_, rows)| i64::try_from(*rows).unwrap_or(i64::MAX));
        let now = snapshot.count(&table).await?;
        tables.push(Rows { table, now, then });
    }
    Ok(Preview { header, tables })
}

/// Puts back what the file holds, instead of everything that is there, and then brings the schema up to date. However it
/// ends, the database has either its old state or the new one.
pub async fn restore(db: &Db, path: &Path) -> Result<(), BackupError> {
    // All of it, before anything is touched.
    let preview = preview(db, path).await?;
    let header = preview.header;
    let head = header.audit_head.as_ref();
    let head = head.map(|(id, hash)| (*id, bytes(hash)));
    let mut replacement = Replacement::begin(db, header.schema, head).await?;
    let mut reader = Reader::begin(File::open(path)?)?;
    while let Some(table) = reader.next_table()? {
        fill(&mut replacement, &mut reader, &table).await?;
    }
    let name = path.file_name().map(|name| name.to_string_lossy());
    let told = json!({
        "action": "update", "resource": "backups", "resourceId": name, "resourceName": name,
        "before": null, "after": { "restored_from": header.created_at, "schema": header.schema },
    });
    replacement.finish(&reader.sequences, &told).await?;
    Ok(db.migrate().await?)
}

async fn fill(
    replacement: &mut Replacement,
    reader: &mut Reader<File>,
    table: &Table,
) -> Result<(), BackupError> {
    replacement.fill(table, || reader.next_rows(table)).await
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair| {
        std::str::from_utf8(pair)
            .ok()
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    pairs.filter_map(byte).collect()
}
