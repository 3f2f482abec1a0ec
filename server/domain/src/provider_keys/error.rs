//! Why a key cannot be saved or used, for the person who can mend it. No message holds a key.

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("There is no such key. Somebody may have deleted it.")]
    NotFound,
    #[error("{0}")]
    Invalid(String),
    /// A key was given where they are named, or the other way round.
    #[error("{0}")]
    WrongStore(&'static str),
    #[error("{0}")]
    Address(String),
    #[error(
        "{provider} refused this key: “{words}” (HTTP {status}). Check it, or create another one at the provider."
    )]
    Refused {
        provider: &'static str,
        status: u16,
        words: String,
    },
    #[error("{provider} answered HTTP {status} at {origin}: “{words}”.{hint}")]
    Answered {
        provider: &'static str,
        origin: String,
        status: u16,
        words: String,
        hint: String,
    },
    #[error(
        "{provider} could not be reached at {origin}: {cause}. Is the address right, and is it running?"
    )]
    Unreachable {
        provider: &'static str,
        origin: String,
        cause: String,
    },
    #[error("What {origin} answers is not a list of models.{hint}")]
    NoListing { origin: String, hint: String },
    #[error("There is no address for {0}: give the key a base URL.")]
    NoAddress(&'static str),
    #[error(
        "The value of this key is gone from the secret store. Enter it again under Settings → Chat."
    )]
    ValueGone,
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
}
