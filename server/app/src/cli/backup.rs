//! `archestra backup`: one file with everything, and back.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use db::audit_log::{Origin, as_actor};
use domain::backups::{self, Preview, Reason};
use domain::clock::{Clock as _, SystemClock};

use super::{commands, print};
use crate::config::Config;
use crate::database::Database;
use crate::{data_dir, telemetry};

pub(super) fn create(config: &Config, to: Option<&Path>) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let path = with_database(config, async |db| {
        if let Some(to) = to {
            backups::create(db, to, Reason::Manual, now).await?;
            return Ok(to.to_owned());
        }
        let folder = data_dir::backups(&data_dir::choose(config)?);
        Ok(folder.create(db, Reason::Manual, now).await?.0)
    })?;
    print(&path.display().to_string())
}

pub(super) fn verify(file: &Path) -> anyhow::Result<ExitCode> {
    let (header, tables) = backups::verify(file)?;
    let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
    print(&format!(
        "The backup of {} is whole: {rows} rows of {} tables, schema {}, made by version {} ({}).",
        header.created_at,
        tables.len(),
        header.schema,
        header.program,
        header.reason
    ))
}

pub(super) fn restore(config: &Config, file: &Path, yes: bool) -> anyhow::Result<ExitCode> {
    let preview = with_database(config, async |db| {
        let preview = backups::preview(db, file).await?;
        if yes {
            let folder = data_dir::backups(&data_dir::choose(config)?);
            let now = SystemClock.now();
            folder.create(db, Reason::BeforeRestore, now).await?;
            let origin = Origin::shell("archestra backup restore");
            as_actor(&origin, backups::restore(db, file)).await?;
        }
        Ok(preview)
    })?;
    let mut text = table(&preview)?;
    text.push_str(if yes {
        "Restored. What was there before is in the newest before-restore backup of the data directory."
    } else {
        "Nothing was changed. With --yes, the rows on the right take the place of those on the left."
    });
    print(&text)
}

/// What differs.
fn table(preview: &Preview) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "Backup of {} (schema {}, {}).\n{:<32} {:>12} {:>12}\n",
        preview.header.created_at,
        preview.header.schema,
        preview.header.reason,
        "rows of",
        "now",
        "then"
    );
    for rows in preview
        .tables
        .iter()
        .filter(|rows| rows.now + rows.then > 0)
    {
        writeln!(
            text,
            "{:<32} {:>12} {:>12}",
            rows.table, rows.now, rows.then
        )?;
    }
    Ok(text)
}

/// Whatever its schema is: a backup is also the way back from a newer version.
fn with_database<T>(
    config: &Config,
    work: impl AsyncFnOnce(&db::Db) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    telemetry::init(&config.logging_level, config.logging_json);
    commands::runtime()?.block_on(async {
        let database = Database::open_as_it_is(config).await?;
        let result = work(&database.db).await;
        database.close().await;
        result
    })
}
