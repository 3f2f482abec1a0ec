//! How the embedded server is set up: small, durable, reachable from this machine only.
//!
//! Settings are given on the command line, so that a cluster carries none of them and a new version
//! of this program brings its own.

use std::path::Path;

/// Enough for the program's pool, that of a command beside it, a migration and a person with psql.
const MAX_CONNECTIONS: &str = "60";

/// What `log` relies on to tell who speaks: `time [pid] <who> SEVERITY:  text`.
const LOG_LINE_PREFIX: &str = "%m [%p] <%b> ";

/// The settings every server process of ours gets, also the one that resets the password.
pub(crate) fn common() -> Vec<(&'static str, String)> {
    [
        // A statement that fails is the client's business; in a log it might show a secret.
        ("log_min_error_statement", "panic"),
        ("log_line_prefix", LOG_LINE_PREFIX),
        ("log_destination", "stderr"),
        ("logging_collector", "off"),
        ("log_timezone", "UTC"),
        ("lc_messages", "C"),
        ("password_encryption", "scram-sha-256"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

pub(crate) fn server(major: u32, address: &Address<'_>) -> Vec<(&'static str, String)> {
    let mut settings = common();
    match address {
        Address::Socket { directory, port } => settings.extend([
            ("listen_addresses", String::new()),
            ("unix_socket_directories", quoted(directory)),
            ("unix_socket_permissions", "0700".to_owned()),
            ("port", port.to_string()),
        ]),
        Address::Loopback { port } => settings.extend([
            ("listen_addresses", "127.0.0.1".to_owned()),
            ("port", port.to_string()),
        ]),
    }
    let fixed = [
        ("max_connections", MAX_CONNECTIONS),
        ("shared_buffers", "64MB"),
        ("effective_cache_size", "512MB"),
        ("work_mem", "8MB"),
        ("maintenance_work_mem", "64MB"),
        ("random_page_cost", "1.1"),
        ("max_worker_processes", "4"),
        ("max_parallel_workers_per_gather", "1"),
        ("jit", "off"),
        // Nothing replicates from here, so the log needs to hold a crash's worth only.
        ("wal_level", "minimal"),
        ("max_wal_senders", "0"),
        ("wal_compression", "on"),
        ("max_wal_size", "512MB"),
        ("checkpoint_timeout", "15min"),
        ("log_checkpoints", "off"),
        ("ssl", "off"),
        ("timezone", "UTC"),
        ("restart_after_crash", "on"),
    ];
    settings.extend(fixed.map(|(name, value)| (name, value.to_owned())));
    if major >= 18 {
        // Three worker processes less; reads that miss the cache are few.
        settings.push(("io_method", "sync".to_owned()));
    }
    settings
}

/// Where the server listens.
pub(crate) enum Address<'a> {
    Socket { directory: &'a Path, port: u16 },
    Loopback { port: u16 },
}

/// The setting is a comma-separated list of names, so a comma in a path needs quotes.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\""))
}
