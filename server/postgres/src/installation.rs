//! Where the PostgreSQL binaries are, and which version they have.
//!
//! An installation is a directory with `bin/postgres` and `bin/initdb`; whatever else they need
//! they find relative to themselves. This module never downloads one; see `install` for making one.

use crate::error::Error;
use std::path::{Path, PathBuf};

/// Older ones lack `NULLS NOT DISTINCT`, which the product's schema uses (and, before 14, `%b` in `log_line_prefix`, which
/// keeps statements out of our log).
pub(crate) const OLDEST_MAJOR: u32 = 15;

#[derive(Debug, Clone)]
pub struct Installation {
    bin: PathBuf,
    version: String,
    major: u32,
}

impl Installation {
    /// Takes `explicit` when it is given, else the first of: `postgresql/` beside the running
    /// program or up to two directories above it, the places bundles put it relative to the
    /// program, and the newest of the system's packages. Runs `postgres --version` (about 5 ms), so
    /// that what is returned does run on this machine.
    pub fn find(explicit: Option<&Path>) -> Result<Self, Error> {
        let candidates = match explicit {
            Some(path) => vec![path.to_owned()],
            None => candidates(std::env::current_exe().ok().as_deref()),
        };
        for candidate in &candidates {
            for bin in [candidate.join("bin"), candidate.clone()] {
                if bin.join(executable("postgres")).is_file() {
                    return Self::open(&bin);
                }
            }
        }
        Err(Error::InstallationNotFound { tried: candidates })
    }

    /// For example 18.
    pub fn major_version(&self) -> u32 {
        self.major
    }

    /// As the server says it, for example `18.4`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(executable(name))
    }

    /// The directory of its programs.
    pub fn bin_dir(&self) -> &Path {
        &self.bin
    }

    /// The same binaries at another place.
    pub(crate) fn moved_to(&self, bin: PathBuf) -> Self {
        Self {
            bin,
            ..self.clone()
        }
    }

    fn open(bin: &Path) -> Result<Self, Error> {
        let unusable = |cause: String| Error::InstallationUnusable {
            path: bin.to_owned(),
            cause,
        };
        let bin = bin
            .canonicalize()
            .map_err(|error| unusable(error.to_string()))?;
        if !bin.join(executable("initdb")).is_file() {
            return Err(unusable("initdb is missing beside postgres".to_owned()));
        }
        let version = version_of(&bin.join(executable("postgres"))).map_err(unusable)?;
        let major = version.split(['.', 'b', 'd', 'r']).next();
        let major = major
            .and_then(|major| major.parse().ok())
            .ok_or_else(|| unusable(format!("its version \"{version}\" is not understood")))?;
        if major < OLDEST_MAJOR {
            return Err(unusable(format!(
                "PostgreSQL {major} is too old, {OLDEST_MAJOR} is the oldest that works"
            )));
        }
        Ok(Self {
            bin,
            version,
            major,
        })
    }
}

/// Reads `18.4` out of `postgres (PostgreSQL) 18.4 (Debian …)`.
fn version_of(postgres: &Path) -> Result<String, String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "ends by itself and is waited for"
    )]
    let output = std::process::Command::new(postgres)
        .arg("--version")
        .output()
        .map_err(|error| format!("{} does not run: {error}", postgres.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text
        .split(") ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    match version {
        Some(version) if output.status.success() => Ok(version.to_owned()),
        _ => Err(format!(
            "{} --version says: {}{}",
            postgres.display(),
            text.trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

fn candidates(program: Option<&Path>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if let Some(beside) = program.and_then(Path::parent) {
        // Beside it, and above it for cargo's target/debug/ and target/debug/deps/.
        found.extend(beside.ancestors().take(3).map(|dir| dir.join("postgresql")));
        // Debian packages and AppImages; macOS bundles; the Windows installer.
        for place in [
            "../lib/archestra/postgresql",
            "../lib/archestra-desktop/postgresql",
            "../Resources/postgresql",
            "resources/postgresql",
        ] {
            found.push(beside.join(place));
        }
    }
    found.extend(packaged());
    found
}

/// Debian's and Ubuntu's installations, newest first.
fn packaged() -> Vec<PathBuf> {
    let root = Path::new("/usr/lib/postgresql");
    let majors = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut majors: Vec<u32> = majors
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|major| *major >= OLDEST_MAJOR)
        .collect();
    majors.sort_unstable_by(|left, right| right.cmp(left));
    if majors.is_empty() {
        return vec![root.to_owned()];
    }
    majors
        .iter()
        .map(|major| root.join(major.to_string()))
        .collect()
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests;
