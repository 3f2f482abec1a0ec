//! The embedded PostgreSQL: installed, started, watched and stopped by us.
//!
//! A program calls [`child::run_if_child`] first in `main`, takes the [`owner::OwnerLock`] of its
//! data directory, finds an [`installation::Installation`] and calls [`server::Server::start`].
//! What it gets is the address and password of a server of its own, reachable by this machine only,
//! and a channel that says when the server is away.
//!
//! This crate speaks no SQL: it knows processes, files and signals. It is not for servers that
//! somebody else runs.
//!
//! What lies in the data directory (`postgres` may be elsewhere):
//! ```text
//! owner.lock                 held while a program uses the directory
//! postgres/data/             the cluster, owned by the account the server runs as
//! postgres/password          of the only role, readable by the program alone
//! postgres/server.log[.1]    what the server says, bounded
//! postgres/socket/           the unix socket, unless the path is too long for one
//! postgres/installation-*/   a copy of the binaries, where the account cannot reach the original
//! ```

pub mod install;

#[cfg(feature = "server")]
mod account;
#[cfg(feature = "server")]
pub mod child;
#[cfg(feature = "server")]
mod cluster;
#[cfg(feature = "server")]
pub mod error;
#[cfg(feature = "server")]
pub mod installation;
#[cfg(feature = "server")]
mod leftovers;
#[cfg(feature = "server")]
mod log;
#[cfg(feature = "server")]
pub mod owner;
#[cfg(feature = "server")]
mod password;
#[cfg(feature = "server")]
mod process;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
mod settings;
#[cfg(all(feature = "server", unix))]
mod socket;
#[cfg(all(feature = "server", unix))]
mod staging;
#[cfg(feature = "server")]
mod supervise;
