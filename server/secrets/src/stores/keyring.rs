//! Values in the keyring of the operating system: the Secret Service on Linux, the Keychain on macOS, the Credential
//! Manager on Windows. Its programs may ask their user for a password, so every call runs on a thread of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error as Fault};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use super::{Health, SecretStore};
use crate::{Error, Fields, Result};

/// As rows name it.
pub const ID: &str = "keyring";
const TITLE: &str = "OS keyring";
/// Under what name its programs show our entries.
const SERVICE: &str = "archestra";
/// Long enough for a person to type a password.
const PATIENCE: Duration = Duration::from_mins(1);
/// A user that no secret has.
const CHECK: &str = "connection-check";

/// The keyring of whoever runs this program. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    /// None until the first use, and after a failure that another connection may mend.
    store: Arc<Mutex<Option<Connection>>>,
    health: Arc<Mutex<Health>>,
}

/// Its driver has an async runtime of its own, which may not end on a thread that drives another one.
#[derive(Clone)]
struct Connection(Option<Arc<CredentialStore>>);

impl Drop for Connection {
    fn drop(&mut self) {
        let store = self.0.take();
        if tokio::runtime::Handle::try_current().is_ok() {
            std::thread::spawn(move || drop(store));
        }
    }
}

impl Connection {
    fn entry(&self, user: &str) -> keyring_core::Result<Entry> {
        match &self.0 {
            Some(store) => store.build(SERVICE, user, None),
            None => Err(Fault::NoDefaultStore),
        }
    }
}

impl Default for Keyring {
    fn default() -> Self {
        let health = Health::Ok {
            detail: "not asked yet".to_owned(),
        };
        Self {
            store: Arc::default(),
            health: Arc::new(Mutex::new(health)),
        }
    }
}

impl Keyring {
    /// Blocks: for threads that may.
    pub fn read(&self, user: &str) -> Result<Option<SecretString>> {
        let found = self.with(user, |entry| match entry.get_secret() {
            Err(Fault::NoEntry) => Ok(None),
            bytes => bytes.map(Some),
        })?;
        let Some(bytes) = found.map(Zeroizing::new) else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&bytes).map_err(|_| broken(user, "it is not text"))?;
        Ok(Some(SecretString::from(text)))
    }

    /// Blocks.
    pub fn write(&self, user: &str, value: &SecretString) -> Result<()> {
        self.with(user, |entry| {
            entry.set_secret(value.expose_secret().as_bytes())
        })
    }

    /// Blocks.
    pub fn remove(&self, user: &str) -> Result<()> {
        self.with(user, |entry| match entry.delete_credential() {
            Err(Fault::NoEntry) => Ok(()),
            done => done,
        })
    }

    /// On a thread of its own: the driver's runtime may not run on one that drives another.
    fn with<T: Send>(
        &self,
        user: &str,
        work: impl Fn(&Entry) -> keyring_core::Result<T> + Sync,
    ) -> Result<T> {
        let attempt = || work(&self.connect()?.entry(user)?);
        let both_attempts = || match attempt() {
            // The session bus may have been restarted since.
            Err(Fault::PlatformFailure(_)) => {
                *lock(&self.store) = None;
                attempt()
            }
            done => done,
        };
        let done = std::thread::scope(|scope| scope.spawn(both_attempts).join());
        let done = done.unwrap_or_else(|_| Err(Fault::NoDefaultStore));
        let done = done.map_err(|fault| explain(&fault));
        lock(&self.health).learn(&done, "unlocked");
        done
    }

    fn connect(&self) -> keyring_core::Result<Connection> {
        let mut kept = lock(&self.store);
        if let Some(store) = &*kept {
            return Ok(store.clone());
        }
        let connection = Connection(Some(platform()?));
        *kept = Some(connection.clone());
        Ok(connection)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let keyring = self.clone();
        let task = tokio::task::spawn_blocking(move || work(&keyring));
        match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(unavailable("its driver failed".to_owned())),
            Err(_) => Err(unavailable(
                "it does not answer; it may be waiting for somebody to unlock it".to_owned(),
            )),
        }
    }
}

#[cfg(target_os = "linux")]
fn platform() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn platform() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn platform() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn platform() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Fault::NotSupportedByStore(
        "this system has no keyring that we know".to_owned(),
    ))
}

fn explain(fault: &Fault) -> Error {
    match fault {
        Fault::NoStorageAccess(cause) => Error::Unavailable {
            store: TITLE,
            cause: format!("it is locked ({cause})"),
            fix: "Unlock it (sign in to the desktop, or open its program, for example Passwords and Keys), then try again."
                .to_owned(),
        },
        Fault::TooLong(_, limit) => Error::Refused {
            store: TITLE,
            cause: format!("it takes no more than {limit} bytes"),
            fix: "Keep secrets in the database or in Vault: ARCHESTRA_SECRETS_MANAGER=DB.".to_owned(),
        },
        other => unavailable(format!("no keyring answers in this session ({other})")),
    }
}

fn unavailable(cause: String) -> Error {
    Error::Unavailable {
        store: TITLE,
        cause,
        fix: "Start one (gnome-keyring or KWallet, on the session bus that DBUS_SESSION_BUS_ADDRESS names), or set \
              ARCHESTRA_SECRETS_MANAGER=DB."
            .to_owned(),
    }
}

fn broken(user: &str, fault: &str) -> Error {
    Error::Refused {
        store: TITLE,
        cause: format!("its entry {SERVICE}/{user} can't be read: {fault}"),
        fix: "Delete that entry, and save the secret again.".to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl SecretStore for Keyring {
    fn id(&self) -> &'static str {
        ID
    }

    fn title(&self) -> &'static str {
        TITLE
    }

    fn writable(&self) -> bool {
        true
    }

    fn place(&self, location: &str) -> String {
        format!("OS keyring: {SERVICE}/{location}")
    }

    async fn get(&self, location: &str, _version: Option<i64>) -> Result<Fields> {
        let user = location.to_owned();
        let found = self.blocking(move |keyring| keyring.read(&user)).await?;
        let text = found.ok_or_else(|| Error::Gone {
            place: self.place(location),
        })?;
        serde_json::from_str(text.expose_secret())
            .map_err(|_| broken(location, "it is not one of ours"))
    }

    async fn put(&self, location: &str, fields: &Fields) -> Result<()> {
        let plain: std::collections::BTreeMap<&str, &str> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.expose_secret()))
            .collect();
        let text =
            serde_json::to_string(&plain).map_err(|error| broken(location, &error.to_string()))?;
        let (user, text) = (location.to_owned(), SecretString::from(text));
        self.blocking(move |keyring| keyring.write(&user, &text))
            .await
    }

    async fn delete(&self, location: &str) -> Result<()> {
        let user = location.to_owned();
        self.blocking(move |keyring| keyring.remove(&user)).await
    }

    /// Its interfaces list by attribute, which not all platforms have.
    async fn locations(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn check(&self) -> Result<String> {
        let probe = SecretString::from(uuid::Uuid::new_v4().to_string());
        self.blocking(move |keyring| {
            keyring.write(CHECK, &probe)?;
            let back = keyring.read(CHECK)?;
            keyring.remove(CHECK)?;
            if back.is_some_and(|back| back.expose_secret() == probe.expose_secret()) {
                Ok("unlocked; what is written comes back".to_owned())
            } else {
                Err(unavailable(
                    "it gives back something else than it was given".to_owned(),
                ))
            }
        })
        .await
    }

    fn health(&self) -> Health {
        lock(&self.health).clone()
    }
}
