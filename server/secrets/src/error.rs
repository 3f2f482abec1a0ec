//! Why a secret could not be read or kept, and what to do. No message holds a value.

use uuid::Uuid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the secrets in the database were encrypted with another ARCHESTRA_AUTH_SECRET than the present one. Start with \
         the one they were encrypted with (without the variable, it is the file .auth_secret in the data directory, or \
         on the desktop in the keyring), name it in ARCHESTRA_AUTH_SECRET_PREVIOUS beside the new one, or run \
         `archestra reset-secrets`, which deletes every stored secret, and enter them anew"
    )]
    AnotherKey,
    #[error(
        "the field {field} of the secret {id} cannot be decrypted: its row was changed, moved or put back, or it was \
         encrypted with another ARCHESTRA_AUTH_SECRET (then name that one in ARCHESTRA_AUTH_SECRET_PREVIOUS). Save the \
         secret again"
    )]
    Tampered { id: Uuid, field: String },
    #[error(
        "the field {field} of the secret {id} was written by a newer version of this program (envelope {version}). Start that version"
    )]
    NewerEnvelope {
        id: Uuid,
        field: String,
        version: u8,
    },
    #[error("the system gives no random numbers, so nothing can be encrypted: {0}")]
    Random(#[from] getrandom::Error),
    /// The same call may succeed later.
    #[error("{store} can't be used just now: {cause}. {fix}")]
    Unavailable {
        store: &'static str,
        cause: String,
        fix: String,
    },
    /// Nothing changes until somebody changes a setting or a right.
    #[error("{store} refuses: {cause}. {fix}")]
    Refused {
        store: &'static str,
        cause: String,
        fix: String,
    },
    #[error(
        "there is nothing at {place}, where a secret should be. Restore it there, or save the secret again"
    )]
    Gone { place: String },
    #[error("{0}")]
    Invalid(String),
    #[error(
        "a secret refers to Vault, and no Vault is configured. Set ARCHESTRA_HASHICORP_VAULT_ADDR and what its way to \
         sign in needs"
    )]
    NoVault,
    #[error(transparent)]
    Db(#[from] db::Error),
}
