//! The password of the server's only role: made by us, kept in a file that only this program reads,
//! never shown. If it is lost or unreadable, a new one is set (`cluster`), so deleting the file is
//! the way to change it.

use crate::error::{Error, because};
use secrecy::{ExposeSecret, SecretString};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

const LENGTH: usize = 48;

/// `None` when there is no file or what it holds is not one of our passwords.
pub(crate) fn read(path: &Path) -> Result<Option<SecretString>, Error> {
    match fs::read_to_string(path) {
        Ok(text) if is_ours(&text) => {
            close(path)?;
            Ok(Some(text.into()))
        }
        Ok(_) => {
            tracing::warn!(path = %path.display(), "the database password file is damaged");
            Ok(None)
        }
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::InvalidData => Ok(None),
            _ => Err(because("read", path)(error)),
        },
    }
}

pub(crate) fn generate() -> Result<SecretString, Error> {
    let mut bytes = [0_u8; LENGTH / 2];
    getrandom::fill(&mut bytes).map_err(|error| Error::CreationFailed {
        cause: format!("the system gave no random bytes: {error}"),
    })?;
    Ok(hex(&bytes).into())
}

/// Replaces the file at once or not at all.
pub(crate) fn write(path: &Path, password: &SecretString) -> Result<(), Error> {
    let side = path.with_extension("new");
    write_private(&side, password)?;
    fs::rename(&side, path).map_err(because("put in place", path))
}

/// Creates `path` anew, readable by this program's user only.
pub(crate) fn write_private(path: &Path, password: &SecretString) -> Result<(), Error> {
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(password.expose_secret().as_bytes())?;
            file.sync_all()
        })
        .map_err(because("write", path))
}

/// A file that somebody opened to others is closed again.
#[cfg(unix)]
fn close(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let mode = fs::metadata(path).map_err(because("read", path))?.mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "the database password was open to others; closed");
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(path, private).map_err(because("close", path))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn close(_path: &Path) -> Result<(), Error> {
    Ok(())
}

fn is_ours(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
