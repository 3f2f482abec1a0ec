//! Why a server cannot be installed, reached or used, and what the caller can do about it.

#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("there is no such MCP server, or no such catalog item. Somebody may have deleted it")]
    NotFound,
    /// It is on its way, or something is missing that its status names.
    #[error("the MCP server {name} is not ready ({status}){}", because(detail.as_ref()))]
    NotReady {
        name: String,
        status: String,
        detail: Option<String>,
    },
    #[error("these values are required and missing: {}. Enter them and save again", keys.join(", "))]
    Missing { keys: Vec<String> },
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Forbidden(String),
    /// What would run it refuses, or is not there.
    #[error("the MCP server {name} cannot run: {cause}")]
    Runtime { name: String, cause: String },
    #[error("no connection to the MCP server {name}: {cause}")]
    Connect { name: String, cause: String },
    #[error(
        "the MCP server {name} wants a new sign-in: {cause}. Sign in at {link} and repeat the call"
    )]
    Reauthenticate {
        name: String,
        link: String,
        cause: String,
    },
    #[error("the address of the MCP server {name} may not be called: {cause}")]
    Refused {
        name: String,
        cause: mcp::guard::Refused,
    },
    #[error(transparent)]
    Db(#[from] db::Error),
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
}

impl ServerError {
    /// Where a person can mend it.
    pub fn link(&self) -> Option<&str> {
        match self {
            Self::Reauthenticate { link, .. } => Some(link),
            _ => None,
        }
    }

    pub(super) fn runtime(name: &str, error: &runtimes::error::Error) -> Self {
        Self::Runtime {
            name: name.to_owned(),
            cause: error.to_string(),
        }
    }

    pub(super) fn connect(name: &str, error: mcp::error::Error) -> Self {
        match error {
            mcp::error::Error::Address(cause) => Self::Refused {
                name: name.to_owned(),
                cause,
            },
            other => Self::Connect {
                name: name.to_owned(),
                cause: other.to_string(),
            },
        }
    }

    /// What a status shows: whose error it is, the status says itself.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Runtime { cause, .. } | Self::Connect { cause, .. } => cause.clone(),
            Self::NotReady {
                detail: Some(detail),
                ..
            } => detail.clone(),
            other => other.to_string(),
        }
    }
}

fn because(detail: Option<&String>) -> String {
    detail.map_or_else(String::new, |detail| format!(": {detail}"))
}
