//! The secret that signs and encrypts: given, or generated once and kept beside the data.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use secrecy::SecretString;
use uuid::Uuid;

use crate::StartError;

const FILE: &str = ".auth_secret";

pub(crate) fn ensure(
    configured: Option<&SecretString>,
    data_dir: &Path,
) -> Result<SecretString, StartError> {
    if let Some(secret) = configured {
        return Ok(secret.clone());
    }
    let path = data_dir.join(FILE);
    let secret = match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => Ok(text.trim().to_owned()),
        Ok(_) => Err(io::Error::other("it holds fewer than 32 characters")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(&path),
        Err(error) => Err(error),
    };
    secret
        .map(SecretString::from)
        .map_err(|cause| StartError::DataDir { path, cause })
}

/// Readable by this user alone from its first byte on.
fn create(path: &Path) -> io::Result<String> {
    let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    Ok(secret)
}
