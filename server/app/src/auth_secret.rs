//! The secret that signs and encrypts: given, or generated once and kept in the keyring of the operating system (for the
//! window, and where secrets go there), else in a file beside the data.

#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use secrets::stores::keyring::Keyring;
use secrets::{AuthSecretPlace, Degraded, Mode};
use uuid::Uuid;

use crate::StartError;
use crate::config::Config;

pub(crate) const FILE: &str = ".auth_secret";
/// The one before, until nothing is encrypted with it any more.
const PREVIOUS_FILE: &str = ".auth_secret_previous";
/// Says that the secret is in the keyring: without it, a locked keyring would look like a first start.
const MARKER: &str = ".auth_secret_in_keyring";

pub(crate) struct AuthSecret {
    pub(crate) value: SecretString,
    pub(crate) previous: Option<SecretString>,
    pub(crate) place: AuthSecretPlace,
    directory: PathBuf,
    keyring: Keyring,
}

/// May wait for somebody to unlock the keyring.
pub(crate) async fn ensure(
    config: &Config,
    directory: &Path,
    keyring: &Keyring,
) -> Result<AuthSecret, StartError> {
    if let Some(secret) = &config.auth_secret {
        return Ok(AuthSecret {
            value: secret.clone(),
            previous: config.secrets.previous.clone(),
            place: AuthSecretPlace {
                place: "environment",
                degraded: None,
            },
            directory: directory.to_owned(),
            keyring: keyring.clone(),
        });
    }
    let home = Home {
        directory: directory.to_owned(),
        keyring: keyring.clone(),
        wants_keyring: config.desktop || config.secrets.mode == Mode::Keyring,
    };
    let given = config.secrets.previous.clone();
    let found = tokio::task::spawn_blocking(move || home.secret(given)).await;
    found.map_err(|_| StartError::AuthSecret("its reader failed".to_owned()))?
}

/// Where a secret of our own is.
struct Home {
    directory: PathBuf,
    keyring: Keyring,
    wants_keyring: bool,
}

impl Home {
    fn secret(self, given_previous: Option<SecretString>) -> Result<AuthSecret, StartError> {
        let (value, place) = self.find()?;
        let previous = match place.place {
            "keyring" => self.keyring.read(&entry(&self.directory, "previous"))?,
            _ => read(&self.directory.join(PREVIOUS_FILE))?,
        };
        Ok(AuthSecret {
            value,
            previous: previous.or(given_previous),
            place,
            directory: self.directory,
            keyring: self.keyring,
        })
    }

    fn find(&self) -> Result<(SecretString, AuthSecretPlace), StartError> {
        let (file, marker) = (self.directory.join(FILE), self.directory.join(MARKER));
        let user = entry(&self.directory, "secret");
        let in_keyring = AuthSecretPlace {
            place: "keyring",
            degraded: None,
        };
        if marker.exists() {
            let found = self.keyring.read(&user)?.ok_or_else(|| {
                StartError::AuthSecret(format!(
                    "the keyring has no entry {user:?} any more, which holds it. Restore the keyring, or set \
                     ARCHESTRA_AUTH_SECRET to a copy, or delete {} and run `archestra reset-secrets` to begin anew",
                    marker.display()
                ))
            })?;
            forget_copy(&file, &found)?;
            return Ok((found, in_keyring));
        }
        let of_file = read(&file)?;
        if !self.wants_keyring {
            let secret = of_file.map_or_else(|| create(&file), Ok)?;
            return Ok((secret, in_file(None)));
        }
        match self.move_into_keyring(&user, of_file.clone()) {
            Ok(secret) => {
                write(&marker, user.as_bytes())?;
                forget_copy(&file, &secret)?;
                Ok((secret, in_keyring))
            }
            Err(cause) => {
                let reason = format!(
                    "The key of all secrets is in the file {}, because {cause}",
                    file.display()
                );
                tracing::warn!(reason, "the OS keyring can't be used");
                let secret = of_file.map_or_else(|| create(&file), Ok)?;
                Ok((secret, in_file(Some(reason))))
            }
        }
    }

    /// What is there stays; then what the file has; then a new one.
    fn move_into_keyring(
        &self,
        user: &str,
        of_file: Option<SecretString>,
    ) -> Result<SecretString, secrets::Error> {
        let secret = match (self.keyring.read(user)?, of_file) {
            (_, Some(of_file)) => of_file,
            (Some(kept), None) => return Ok(kept),
            (None, None) => generate(),
        };
        self.keyring.write(user, &secret)?;
        let back = self.keyring.read(user)?;
        if back.is_some_and(|back| back.expose_secret() == secret.expose_secret()) {
            return Ok(secret);
        }
        Err(secrets::Error::Invalid(
            "the keyring gives back something else than it was given".to_owned(),
        ))
    }
}

impl AuthSecret {
    /// Another value from now on; the one before is kept until [`Self::settle`].
    pub(crate) fn replace(&mut self) -> Result<(), StartError> {
        let (old, new) = (self.value.clone(), generate());
        match self.place.place {
            "environment" => {
                return Err(StartError::AuthSecret(
                    "it is given by ARCHESTRA_AUTH_SECRET. Put the present value into ARCHESTRA_AUTH_SECRET_PREVIOUS and a \
                     new one into ARCHESTRA_AUTH_SECRET, and start"
                        .to_owned(),
                ));
            }
            "keyring" => {
                self.keyring
                    .write(&entry(&self.directory, "previous"), &old)?;
                self.keyring
                    .write(&entry(&self.directory, "secret"), &new)?;
            }
            _ => {
                write(
                    &self.directory.join(PREVIOUS_FILE),
                    old.expose_secret().as_bytes(),
                )?;
                write(&self.directory.join(FILE), new.expose_secret().as_bytes())?;
            }
        }
        self.value = new;
        self.previous = Some(old);
        Ok(())
    }

    /// Nothing is encrypted with the one before any more.
    pub(crate) fn settle(&self) -> Result<(), StartError> {
        match self.place.place {
            "environment" => Ok(()),
            "keyring" if self.previous.is_some() => {
                Ok(self.keyring.remove(&entry(&self.directory, "previous"))?)
            }
            _ => remove(&self.directory.join(PREVIOUS_FILE)),
        }
    }
}

pub(crate) fn is_in_keyring(directory: &Path) -> bool {
    directory.join(MARKER).exists()
}

/// Data directories have secrets of their own.
fn entry(directory: &Path, what: &str) -> String {
    format!("auth-{what} of {}", directory.display())
}

fn in_file(reason: Option<String>) -> AuthSecretPlace {
    AuthSecretPlace {
        place: "file",
        degraded: reason.map(|reason| Degraded {
            reason,
            fix: "Unlock or start the keyring, and start again: the key then moves there."
                .to_owned(),
        }),
    }
}

/// 244 random bits.
fn generate() -> SecretString {
    let text = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    SecretString::from(text)
}

fn unusable(path: &Path, cause: io::Error) -> StartError {
    StartError::DataDir {
        path: path.to_owned(),
        cause,
    }
}

fn read(path: &Path) -> Result<Option<SecretString>, StartError> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= 32 => Ok(Some(SecretString::from(text.trim()))),
        Ok(_) => {
            let cause = io::Error::other("it holds fewer than 32 characters");
            Err(unusable(path, cause))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, error)),
    }
}

fn create(path: &Path) -> Result<SecretString, StartError> {
    let secret = generate();
    write(path, secret.expose_secret().as_bytes())?;
    Ok(secret)
}

/// Whole or not at all, and readable by this user alone from its first byte on.
fn write(path: &Path, content: &[u8]) -> Result<(), StartError> {
    let side = path.with_extension("new");
    let written = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Of a start that was cut short.
        match std::fs::remove_file(&side) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = options.open(&side)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&side, path)
    };
    written().map_err(|cause| unusable(path, cause))
}

/// Only what is known to be elsewhere.
fn forget_copy(file: &Path, secret: &SecretString) -> Result<(), StartError> {
    match read(file)? {
        Some(copy) if copy.expose_secret() == secret.expose_secret() => remove(file),
        _ => Ok(()),
    }
}

fn remove(path: &Path) -> Result<(), StartError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(path, error)),
        _ => Ok(()),
    }
}
