//! Why a runtime could not do what it was asked, and what a person can do about it.

use uuid::Uuid;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// No variant carries a secret: causes come from an engine's answers, never from a spec's secret fields.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine or cluster is away. Worth another try when it is back; `fix` says how to mend it.
    #[error("{cause}. {fix}")]
    Unavailable { cause: String, fix: String },
    #[error("the image {image} is not to be had: {cause}")]
    ImageUnavailable { image: String, cause: String },
    /// The spec cannot run anywhere as it is; trying again does not help.
    #[error("the server's configuration cannot be used: {cause}")]
    InvalidSpec { cause: String },
    /// This runtime cannot do it, another one might.
    #[error("{runtime} cannot {what}")]
    Unsupported { runtime: &'static str, what: String },
    /// The engine understood and refused.
    #[error("could not {action}: {cause}")]
    Refused { action: String, cause: String },
    /// It was started and has ended before it could be of use. `detail` is a sentence for people.
    #[error("{detail}")]
    Ended {
        detail: String,
        exit_code: Option<i64>,
    },
    #[error("there is no server {id} in this runtime. Start it first")]
    NotFound { id: Uuid },
    #[error("the server {id} is not running: {detail}")]
    NotRunning { id: Uuid, detail: String },
    #[error("could not {action}: {source}")]
    Io {
        action: String,
        source: std::io::Error,
    },
}
