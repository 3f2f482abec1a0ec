//! Secrets as files that only the user of this program can read.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use secrecy::ExposeSecret;

use crate::spec::ServerSpec;

/// Anew each time: what was in the directory goes.
pub(super) fn write(spec: &ServerSpec, directory: &Path) -> io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    fs::create_dir_all(directory)?;
    restrict(directory, 0o700)?;
    for (name, secret) in &spec.secret_files {
        let path = directory.join(name);
        let mut file = fs::File::create_new(&path)?;
        restrict(&path, 0o400)?;
        file.write_all(secret.expose_secret().as_bytes())?;
    }
    Ok(())
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}
