//! How a server, and the runtime it runs in, is doing.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    #[default]
    NotCreated,
    /// On its way: being pulled, scheduled, created or restarted.
    Pending,
    Running,
    /// Ended on its own with a failure, or cannot start.
    Failed,
    /// Ended with exit code 0, or was stopped.
    Succeeded,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotCreated => "not_created",
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    pub state: State,
    /// A sentence for people: why it is in this state, and what to do where something is wrong.
    pub detail: Option<String>,
    pub exit_code: Option<i64>,
    /// How often it was started again since this runtime first saw it.
    pub restarts: u32,
    pub started_at: Option<DateTime<Utc>>,
}

/// A server that a runtime holds, found by its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: Uuid,
    pub name: String,
    /// Of the spec it was started with: `ServerSpec::fingerprint`.
    pub fingerprint: String,
    pub status: Status,
}

/// What stands between a server and the machine it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// A container: its own file system, processes and limits.
    Container,
    /// A pod on another machine or node.
    Pod,
    /// A process that sees the system read-only and no home directory, on the machine's network.
    Sandbox,
    /// A plain process with the rights of this program.
    Nothing,
}

impl Isolation {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Pod => "pod",
            Self::Sandbox => "sandbox",
            Self::Nothing => "none",
        }
    }
}

/// How this program, which runs in a container itself, holds the engine of that container. Who may create containers may
/// create one that is root on the machine: whoever takes this program over has the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The engine's socket is mounted.
    Socket,
    /// Something that listens on a network passes calls on to the engine, perhaps not all.
    Network,
}

impl Hold {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Network => "network",
        }
    }
}

/// Whether servers can be started now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    Available {
        /// Of the engine or cluster, as it states it.
        version: String,
        /// Which one it is and how it is reached, for people.
        detail: String,
        isolation: Isolation,
        hold: Option<Hold>,
    },
    Unavailable {
        cause: String,
        /// What a person can do about it.
        fix: String,
    },
}
