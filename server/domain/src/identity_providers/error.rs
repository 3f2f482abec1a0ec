//! Why a sign-in at a provider ends without one, by who can do something about it.

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("there is no such identity provider")]
    NotFound,
    /// The state is unknown, was used, is too old, or of another browser.
    #[error(
        "this sign-in is over: it was finished, took longer than ten minutes, or began in another browser. Begin again"
    )]
    Expired,
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error("{0}")]
    NotAllowed(String),
    #[error(
        "there is an account with the address {0} already, and this provider may not be linked to it. Sign in as before, or \
         ask an administrator to trust the provider"
    )]
    AccountExists(String),
    #[error("{0}")]
    Invalid(String),
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
}

impl IdentityError {
    /// For the page that shows it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Identity(identity::Error::Denied(_)) => "sso_denied",
            Self::Expired => "sso_expired",
            Self::NotAllowed(_) => "sso_not_allowed",
            Self::AccountExists(_) => "sso_account_exists",
            Self::NotFound
            | Self::Identity(_)
            | Self::Invalid(_)
            | Self::Db(_)
            | Self::Secrets(_) => "sso_failed",
        }
    }

    /// What whoever signs in may read; faults of this server are for its log.
    pub fn for_people(&self) -> String {
        match self {
            Self::Db(_) | Self::Secrets(_) => {
                "Something went wrong on the server. Try again in a moment.".to_owned()
            }
            other => other.to_string(),
        }
    }
}
