//! `archestra package-files`: what a package carries beside the program, made of the command line's own definition.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Arguments;

#[cfg(test)]
mod tests;

/// Completions, manual pages, and the number of the newest schema that this program knows.
pub(super) fn write(directory: &Path) -> anyhow::Result<ExitCode> {
    let place = || directory.display().to_string();
    std::fs::create_dir_all(directory).with_context(place)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut command = Arguments::command();
        clap_complete::generate_to(shell, &mut command, "archestra", directory)
            .with_context(place)?;
    }
    clap_mangen::generate_to(Arguments::command(), directory).with_context(place)?;
    let schema = format!("{}\n", db::Db::newest_migration());
    std::fs::write(directory.join("schema"), schema).with_context(place)?;
    Ok(ExitCode::SUCCESS)
}
