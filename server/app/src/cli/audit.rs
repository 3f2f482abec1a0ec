//! `archestra audit`: whether the log of changes is as it was written.

use std::process::ExitCode;

use super::{commands, print};
use crate::config::Config;

pub(super) fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let found = commands::with_database(config, async |db| Ok(db::audit_log::verify(db).await?))?;
    if let Some((id, reason)) = found.broken {
        print(&format!(
            "FAIL  entry {id} is the first that is not as it was written: {reason}. Everything before it is intact. Somebody \
             changed the table past this program; compare it with an exported log or a backup."
        ))?;
        return Ok(ExitCode::FAILURE);
    }
    let head = found.head.map_or_else(String::new, |(id, hash)| {
        format!(
            " The last one is {id} with the hash {hash}; kept elsewhere, it shows later that none was cut off."
        )
    });
    print(&format!("{} entries are intact.{head}", found.entries))
}
