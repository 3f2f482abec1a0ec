//! What a caller can do about a failed query: nothing there, taken already, come back later, or a fault of ours.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique value is taken; the name is the constraint's.
    #[error("already taken ({0})")]
    Conflict(String),
    /// What a row refers to is not there, or what is to go is still referred to; the name is the constraint's.
    #[error("a reference would lead nowhere ({0})")]
    Reference(String),
    /// The database cannot be reached just now; the same call may succeed later.
    #[error("the database is not reachable: {0}")]
    Unavailable(String),
    #[error("the database refused the query: {0}")]
    Query(#[source] sqlx::Error),
    #[error("the database schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(inner) if inner.is_unique_violation() => {
                Self::Conflict(inner.constraint().unwrap_or("unique").to_owned())
            }
            E::Database(inner) if inner.is_foreign_key_violation() => {
                Self::Reference(inner.constraint().unwrap_or("reference").to_owned())
            }
            // Class 57 (operator intervention) and 53 (out of disk, memory, connections) pass by themselves or by an operator.
            E::Database(inner)
                if inner
                    .code()
                    .is_some_and(|code| code.starts_with("57") || code.starts_with("53")) =>
            {
                Self::Unavailable(inner.message().to_owned())
            }
            E::Io(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::Tls(_)
            | E::Protocol(_)
            | E::WorkerCrashed => Self::Unavailable(error.to_string()),
            _ => Self::Query(error),
        }
    }
}

impl Error {
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Why the database refused, as PostgreSQL's appendix of error codes names it: `28P01` is a wrong password.
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Query(sqlx::Error::Database(error)) => {
                error.code().map(std::borrow::Cow::into_owned)
            }
            _ => None,
        }
    }

    /// Whether a value is of no sort that can be stored (class 22): the character NUL, a number beyond its range.
    pub fn cannot_store(&self) -> bool {
        match self {
            Self::Query(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| code.starts_with("22"))
            }
            _ => false,
        }
    }

    /// Whether it is the values that were refused (classes 22, 23 and 54), so that they always will be.
    pub fn blames_the_values(&self) -> bool {
        match self {
            Self::Query(sqlx::Error::Database(error)) => error.code().is_some_and(|code| {
                ["22", "23", "54"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }),
            Self::Conflict(_) | Self::Reference(_) | Self::Query(sqlx::Error::Encode(_)) => true,
            Self::Query(_) | Self::Unavailable(_) | Self::Migration(_) => false,
        }
    }
}
