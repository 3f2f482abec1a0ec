//! Why a secret could not be read or kept, and what to do. No message holds a value.

use uuid::Uuid;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the secrets in the database were encrypted with another ARCHESTRA_AUTH_SECRET than the present one. Start with \
         the one they were encrypted with (without the variable, it is the file .auth_secret in the data directory), or \
         run `archestra reset-secrets`, which deletes every stored secret, and enter them anew"
    )]
    AnotherKey,
    #[error(
        "the field {field} of the secret {id} cannot be decrypted: its row was changed or moved. Save the secret again"
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
    #[error(transparent)]
    Db(#[from] db::Error),
}
