//! Why somebody could not be identified, by who can do something about it.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// For the administrator: the settings cannot work.
    #[error("the provider's settings don't work: {0}")]
    Settings(String),
    /// The provider cannot be reached, or answers with something else than it should.
    #[error("the identity provider did not answer as it should: {0}")]
    Provider(String),
    /// The provider itself said no, mostly because the person did.
    #[error("the identity provider refused: {0}")]
    Denied(String),
    /// What came back is not what this server asked for, or not from whom it was asked. Nothing of it is used.
    #[error("the answer can't be trusted: {0}")]
    Untrusted(String),
}

impl Error {
    pub(crate) fn settings(cause: impl Into<String>) -> Self {
        Self::Settings(cause.into())
    }

    pub(crate) fn provider(cause: impl Into<String>) -> Self {
        Self::Provider(cause.into())
    }

    pub(crate) fn untrusted(cause: impl Into<String>) -> Self {
        Self::Untrusted(cause.into())
    }
}
