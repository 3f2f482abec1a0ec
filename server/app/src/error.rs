//! Why the program could not start: what happened, why, and what to do.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    #[error(
        "port {port} on {address} can't be listened on: {cause}. Stop the program that uses it, or set {variable}."
    )]
    Port {
        address: std::net::IpAddr,
        port: u16,
        variable: &'static str,
        cause: std::io::Error,
    },
    #[error("the data directory {} can't be used: {cause}. Set ARCHESTRA_DATA_DIR to one that can be written.", path.display())]
    DataDir {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("no place for data is known on this system. Set ARCHESTRA_DATA_DIR.")]
    NoDataDir,
    #[error(transparent)]
    Postgres(#[from] postgres::error::Error),
    #[error("the database at {place} can't be used: {cause}. {}", way_out(.place))]
    Database {
        place: &'static str,
        cause: db::Error,
    },
    #[error(
        "the database was written by a newer version of this program: its schema is {found}, this program knows {known}. Start that version, or restore a backup."
    )]
    NewerSchema { found: i64, known: i64 },
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
    #[error("the auth secret can't be used: {0}.")]
    AuthSecret(String),
    #[error(
        "what is in Vault at {reference} can't be used as the database's address: {fault}. Correct it there, or \
         ARCHESTRA_DATABASE_URL_VAULT_REF. Example: postgresql://user:password@host:5432/archestra"
    )]
    DatabaseReference { reference: String, fault: String },
    #[error(
        "the schema has to be brought up to date, and the backup that is made before it failed: {cause}. Make room in {}, or \
         set ARCHESTRA_DATA_DIR to a place that can be written.", directory.display()
    )]
    BackupBeforeMigration {
        directory: PathBuf,
        cause: domain::backups::BackupError,
    },
    #[error(transparent)]
    Servers(#[from] domain::servers::ServerError),
    #[error(
        "traces can't be sent to ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT: {0}. Correct it, or leave it out."
    )]
    Traces(String),
    #[error("{0}")]
    Admin(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

fn way_out(place: &str) -> &'static str {
    if place == "ARCHESTRA_DATABASE_URL" {
        "Start that database or correct the variable; without it this program runs a PostgreSQL of its own."
    } else {
        "The log above says more."
    }
}
