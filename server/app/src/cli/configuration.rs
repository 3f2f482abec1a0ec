//! `archestra export` and `archestra apply`: the configuration as a file, through the same routes as over HTTP.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use admin_api::configuration::{ChangeAction, ConfigurationChange, Shell};
use anyhow::Context as _;
use db::audit_log::{Origin, as_actor};
use uuid::Uuid;

use super::{commands, print};
use crate::config::Config;
use crate::database::Database;
use crate::{data_dir, server, telemetry};

/// Opens everything that the routes need, also beside a server that runs, and does something with all rights.
fn with_shell<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Shell) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    telemetry::init(&config.logging_level, config.logging_json);
    commands::runtime()?.block_on(async {
        let database = Database::open_beside(config).await?;
        // A spool of its own: the server's is the server's.
        let scratch = data_dir::choose(config)?.join(format!("command-{}", Uuid::new_v4()));
        let result = async {
            let platform = server::platform_beside(config, &database, &scratch).await?;
            let administrator = db::users::first_admin(&database.db).await?;
            let administrator = administrator.context("there is no administrator")?;
            let result = work(&Shell::new(&platform, administrator)).await;
            platform.stopping.cancel();
            platform.recorder.close().await;
            result
        };
        let result = Box::pin(result).await;
        database.close().await;
        // It may not even have been made.
        let _ = std::fs::remove_dir_all(&scratch);
        result
    })
}

pub(super) fn export(config: &Config, to: Option<&Path>) -> anyhow::Result<ExitCode> {
    let text = with_shell(config, async |shell| Ok(shell.export().await?))?;
    match to {
        Some(file) => {
            std::fs::write(file, text)
                .with_context(|| format!("{} can't be written", file.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        None => print(text.trim_end()),
    }
}

pub(super) fn apply(config: &Config, file: &Path, dry_run: bool) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} can't be read", file.display()))?;
    let origin = Origin::shell("archestra apply");
    let changes = with_shell(config, async |shell| {
        Ok(as_actor(&origin, shell.apply(&text, dry_run)).await?)
    })?;
    print(&plan(&changes, dry_run)?)?;
    let failed = changes.iter().any(|change| change.error.is_some());
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn plan(changes: &[ConfigurationChange], dry_run: bool) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for change in changes {
        let sign = match change.action {
            ChangeAction::Create => '+',
            ChangeAction::Update => '~',
            ChangeAction::Unchanged => continue,
        };
        writeln!(
            text,
            "{sign} {} {}: {}",
            change.kind,
            change.name,
            change.fields.join(", ")
        )?;
        if let Some(error) = &change.error {
            writeln!(text, "  FAIL  {error}")?;
        }
    }
    let count = |action| changes.iter().filter(|one| one.action == action).count();
    let failed = changes.iter().filter(|one| one.error.is_some()).count();
    let verb = if dry_run { "would be " } else { "" };
    write!(
        text,
        "{} {verb}created, {} {verb}changed, {} as they should be, {failed} failed.",
        count(ChangeAction::Create),
        count(ChangeAction::Update),
        count(ChangeAction::Unchanged)
    )?;
    Ok(text)
}
