//! `archestra doctor`: what keeps the program from starting or from working well, why it matters and how to mend it.
//!
//! Every check has a time of its own and they all run at once, so the whole takes less than five seconds whatever is
//! wrong. Nothing is changed but what a check must try out: a secret that is written to the keyring or to Vault and
//! deleted again.

mod certificates;
mod configuration;
mod data_dir;
mod database;
mod disk;
mod exposure;
mod glibc;
pub(crate) mod http;
mod network;
mod ports;
mod proxies;
mod runtimes;
mod secrets;
mod sockets;
mod system;
mod upstreams;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use postgres::owner::{self, Holder};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::config::{Config, ConfigError, Environment};
pub(crate) use exposure::is_container;

/// For one check, of the five seconds that all may take together.
const PATIENCE: Duration = Duration::from_millis(3_800);
/// For one question to another system, so that its check still has time to say what the silence means.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    Ok,
    /// The program works, but not as well or as safely as it could.
    Warning,
    /// The program does not start, or something that was asked for does not work.
    Fault,
}

#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) found: String,
    /// What comes of it; empty where all is well, as is `fix`.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) why: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) fix: String,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        let (found, fix) = (found.into(), String::new());
        let (level, why) = (Level::Ok, "");
        Self {
            name,
            level,
            found,
            why,
            fix,
        }
    }

    fn warning(
        name: &'static str,
        found: impl Into<String>,
        why: &'static str,
        fix: impl Into<String>,
    ) -> Self {
        let (found, fix) = (found.into(), fix.into());
        Self {
            name,
            level: Level::Warning,
            found,
            why,
            fix,
        }
    }

    fn fault(
        name: &'static str,
        found: impl Into<String>,
        why: &'static str,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Fault,
            ..Self::warning(name, found, why, fix)
        }
    }
}

/// What the checks look at.
struct Patient {
    environment: Environment,
    config: Config,
    /// None where this system has no place for data.
    directory: Option<PathBuf>,
    /// The program that uses the data directory now.
    holder: Option<Holder>,
}

type Waiting = Pin<Box<dyn Future<Output = Vec<Finding>> + Send>>;

enum Work {
    Blocking(Reading<Patient>),
    Waiting(fn(Arc<Patient>) -> Waiting),
}

/// In the order in which they are shown.
const CHECKS: &[(&str, Work)] = &[
    ("data directory", Work::Blocking(data_dir::check)),
    ("disk", Work::Blocking(disk::check)),
    ("auth secret", Work::Blocking(data_dir::auth_secret)),
    (
        "ports",
        Work::Waiting(|patient| Box::pin(ports::check(patient))),
    ),
    ("address", Work::Blocking(network::address)),
    ("exposure", Work::Blocking(exposure::check)),
    (
        "database",
        Work::Waiting(|patient| Box::pin(database::check(patient))),
    ),
    (
        "secrets",
        Work::Waiting(|patient| Box::pin(secrets::check(patient))),
    ),
    (
        "containers",
        Work::Waiting(|patient| Box::pin(runtimes::containers(patient))),
    ),
    (
        "Kubernetes",
        Work::Waiting(|patient| Box::pin(runtimes::kubernetes(patient))),
    ),
    (
        "providers",
        Work::Waiting(|patient| Box::pin(upstreams::providers(patient))),
    ),
    (
        "traces",
        Work::Waiting(|patient| Box::pin(upstreams::collector(patient))),
    ),
];

/// A check that reads files and the like.
type Reading<Of> = fn(&Of) -> Vec<Finding>;

/// Those that need no configuration, so that they also help while it can't be read.
const ALWAYS: &[(&str, Reading<Environment>)] = &[
    ("localhost", network::localhost),
    ("proxies", proxies::check),
    ("certificates", certificates::check),
    ("system", system::check),
];

pub(crate) async fn run(
    environment: &Environment,
    config: Result<Config, ConfigError>,
) -> Vec<Finding> {
    // A second call finds it done.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut findings = configuration::check(environment, config.as_ref());
    let mut checks = JoinSet::new();
    for (place, (name, check)) in ALWAYS.iter().enumerate() {
        let environment = environment.clone();
        let work = tokio::task::spawn_blocking(move || check(&environment));
        checks.spawn(async move {
            (
                place,
                patiently(name, async { work.await.unwrap_or_default() }).await,
            )
        });
    }
    if let Ok(config) = config {
        let patient = Arc::new(Patient::new(environment.clone(), config));
        for (place, (name, work)) in CHECKS.iter().enumerate() {
            let patient = Arc::clone(&patient);
            let place = ALWAYS.len() + place;
            checks.spawn(async move { (place, patiently(name, work.of(patient)).await) });
        }
    }
    let mut done = checks.join_all().await;
    done.sort_by_key(|(place, _)| *place);
    findings.extend(done.into_iter().flat_map(|(_, findings)| findings));
    findings
}

impl Patient {
    fn new(environment: Environment, mut config: Config) -> Self {
        // Three attempts and their pauses within the time of a check.
        if let Some(vault) = &mut config.secrets.vault {
            vault.timeout = Duration::from_millis(900);
        }
        let directory = crate::data_dir::choose(&config).ok();
        let holder = directory.as_deref().and_then(owner::holder_of);
        Self {
            environment,
            config,
            directory,
            holder,
        }
    }
}

impl Work {
    async fn of(&self, patient: Arc<Patient>) -> Vec<Finding> {
        match self {
            Self::Waiting(check) => check(patient).await,
            Self::Blocking(check) => {
                let check = *check;
                let work = tokio::task::spawn_blocking(move || check(&patient));
                work.await.unwrap_or_default()
            }
        }
    }
}

async fn patiently(name: &'static str, check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    tokio::time::timeout(PATIENCE, check).await.unwrap_or_else(|_| {
        vec![Finding::warning(
            name,
            format!("could not be looked at within {PATIENCE:?}"),
            "something that it reads or asks does not answer",
            "Look whether a disk, a network share or a name server hangs, and run `archestra doctor` again.",
        )]
    })
}
