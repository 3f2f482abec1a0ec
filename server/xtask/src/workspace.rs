//! Where things are: the repository and cargo's target directory. Nothing else guesses paths.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command;

pub(crate) struct Workspace {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target directory; it may lie outside the repository and be shared by several clones.
    pub(crate) target: PathBuf,
    /// The packages of this workspace as `cargo metadata --no-deps` describes them.
    pub(crate) packages: Vec<Value>,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        // Set by `cargo run` to the clone it runs in, which matters when clones share a target directory.
        let manifest = std::env::var("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&manifest)
            .ancestors()
            .nth(2)
            .context("xtask lies in server/xtask")?
            .to_path_buf();
        let metadata = command::output(
            Command::new("cargo")
                .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
                .current_dir(&root),
        )?;
        let metadata: Value =
            serde_json::from_str(&metadata).context("cargo metadata printed no JSON")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target directory")?;
        Ok(Self {
            root,
            target: PathBuf::from(target),
            packages: metadata["packages"].as_array().cloned().unwrap_or_default(),
        })
    }

    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A program that cargo built.
    pub(crate) fn binary(&self, profile: &str, name: &str) -> PathBuf {
        self.target
            .join(profile)
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A cargo command in the repository.
    pub(crate) fn cargo(&self, task: &str) -> Command {
        let mut cargo = Command::new("cargo");
        // What `cargo run` set for xtask itself must not look like a change to the crates it builds.
        for (name, _) in std::env::vars() {
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        cargo.arg(task).current_dir(&self.root);
        cargo
    }
}
