//! What the configuration says of secrets.

use secrecy::SecretString;

use crate::stores::keyring::Keyring;
use crate::stores::vault;

/// Where new secrets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Database,
    Keyring,
    Vault,
    /// Secrets are references to what somebody else keeps in Vault; what the program must keep itself is in the database.
    ReadonlyVault,
}

impl Mode {
    /// As `ARCHESTRA_SECRETS_MANAGER` has it, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Database,
            Self::Keyring,
            Self::Vault,
            Self::ReadonlyVault,
        ]
        .into_iter()
        .find(|mode| mode.name().eq_ignore_ascii_case(text))
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Database => "DB",
            Self::Keyring => "KEYRING",
            Self::Vault => "VAULT",
            Self::ReadonlyVault => "READONLY_VAULT",
        }
    }
}

/// Something is not as configured, and what to do about it.
#[derive(Debug, Clone)]
pub struct Degraded {
    pub reason: String,
    pub fix: String,
}

/// Where the auth secret comes from.
#[derive(Debug, Clone)]
pub struct AuthSecretPlace {
    /// `environment`, `keyring` or `file`.
    pub place: &'static str,
    /// Why it is not in a better place.
    pub degraded: Option<Degraded>,
}

pub struct Options {
    pub auth_secret: SecretString,
    /// The one before, while what it encrypted is encrypted anew.
    pub previous: Option<SecretString>,
    /// In force.
    pub mode: Mode,
    /// What was asked for.
    pub configured: Mode,
    /// Why the two differ.
    pub degraded: Option<Degraded>,
    /// Also while another store is in force: secrets may be there still.
    pub vault: Option<vault::Settings>,
    pub keyring: Keyring,
    pub auth_secret_place: AuthSecretPlace,
}

impl Options {
    /// Everything in the database.
    pub fn new(auth_secret: SecretString) -> Self {
        Self {
            auth_secret,
            previous: None,
            mode: Mode::Database,
            configured: Mode::Database,
            degraded: None,
            vault: None,
            keyring: Keyring::default(),
            auth_secret_place: AuthSecretPlace {
                place: "environment",
                degraded: None,
            },
        }
    }
}
