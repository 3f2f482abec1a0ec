//! `archestra doctor`: what would keep the program from starting, and how to mend it.

use std::path::Path;

use postgres::installation::Installation;
use secrets::Mode;
use secrets::stores::SecretStore as _;
use secrets::stores::keyring::Keyring;
use secrets::stores::vault::{Settings, VaultStore};

use crate::config::{Config, ConfigError, Environment};
use crate::{data_dir, listen};

/// One finding.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// What was found, or what is wrong and what to do.
    pub(crate) result: Result<String, String>,
}

pub(crate) fn run(environment: &Environment, config: Result<&Config, &ConfigError>) -> Vec<Check> {
    let mut checks = vec![configuration(environment, config)];
    let Ok(config) = config else { return checks };
    checks.push(Check {
        name: "data directory",
        result: writable(config),
    });
    checks.push(Check {
        name: "database",
        result: database(config),
    });
    for (name, port, variable) in [
        ("API port", config.api_port(), "ARCHESTRA_API_BASE_URL"),
        ("UI port", config.frontend_port(), "ARCHESTRA_FRONTEND_URL"),
        (
            "metrics port",
            config.metrics_port,
            "ARCHESTRA_METRICS_PORT",
        ),
    ] {
        let bound = listen::bind(config.bind, port, variable);
        let result = bound
            .map(|_| format!("{port} is free"))
            .map_err(|error| error.to_string());
        checks.push(Check { name, result });
    }
    checks.push(Check {
        name: "user interface",
        result: user_interface(),
    });
    checks.push(Check {
        name: "reach",
        result: Ok(reach(config)),
    });
    checks.push(Check {
        name: "not enforced yet",
        result: Ok(NOT_ENFORCED.to_owned()),
    });
    checks
}

/// What can be saved, read and changed, and what nothing acts on so far.
const NOT_ENFORCED: &str = "TOON compression, delegations between agents, knowledge settings \
    and incoming mail of agents, enterprise-managed credentials, client and configuration secrets of catalog items that are \
    named by id or Vault path, and keys of providers that the proxy does not serve; sanitize_with_dual_llm counts as \
    mark_as_untrusted; policies of tools hold for calls through the gateway and the chat, not for tools that clients of the \
    LLM proxy run themselves, and what a conversation has read is followed in the chat only";

fn configuration(environment: &Environment, config: Result<&Config, &ConfigError>) -> Check {
    let unknown: Vec<&str> = environment.unknown().collect();
    let result = match config {
        Err(error) => Err(error.to_string()),
        Ok(_) if !unknown.is_empty() => Err(format!(
            "{} is not a variable of this program. `archestra config` lists them all.",
            unknown.join(", ")
        )),
        Ok(_) => Ok("every value can be used".to_owned()),
    };
    Check {
        name: "configuration",
        result,
    }
}

fn writable(config: &Config) -> Result<String, String> {
    let directory = data_dir::choose(config).map_err(|error| error.to_string())?;
    let probe = directory.join(".doctor");
    let written = std::fs::create_dir_all(&directory).and_then(|()| std::fs::write(&probe, "ok"));
    // Left behind only where it could not be written either.
    let _ = std::fs::remove_file(&probe);
    match written {
        Ok(()) => Ok(format!("{} can be written", directory.display())),
        Err(error) => Err(format!(
            "{} can't be written: {error}. Set ARCHESTRA_DATA_DIR.",
            directory.display()
        )),
    }
}

fn database(config: &Config) -> Result<String, String> {
    if config.database_url.is_some() {
        return Ok("somebody else's, by its URL; `archestra migrate` connects to it".to_owned());
    }
    let installation =
        Installation::find(config.postgres_dir.as_deref()).map_err(|error| error.to_string())?;
    Ok(format!("our own PostgreSQL {}", installation.version()))
}

fn user_interface() -> Result<String, String> {
    let built = crate::ui::is_built();
    if built {
        Ok("built in".to_owned())
    } else {
        Err("not built into this program: run `npm run build` in ui/.".to_owned())
    }
}

fn reach(config: &Config) -> String {
    if config.bind.is_loopback() {
        return "this machine only".to_owned();
    }
    let in_container = Path::new("/.dockerenv").exists();
    let place = if in_container {
        "whoever reaches this container"
    } else {
        "other machines"
    };
    format!("{} listens for {place}", config.bind)
}

/// Goes to the store of secrets and back.
pub(crate) async fn secrets(config: &Config) -> Check {
    let stores = &config.secrets;
    let result = match (&stores.degraded, stores.mode, &stores.vault) {
        (Some(degraded), _, _) => Err(format!("{}. {}", degraded.reason, degraded.fix)),
        (None, Mode::Keyring, _) => Keyring::default().check().await.map_err(|e| e.to_string()),
        (None, Mode::Vault | Mode::ReadonlyVault, Some(settings)) => vault(settings.clone()).await,
        (None, _, _) => Ok("in the database, encrypted".to_owned()),
    };
    Check {
        name: "secrets",
        result: result.map(|found| format!("{found}; {}", key(config))),
    }
}

async fn vault(settings: Settings) -> Result<String, String> {
    let store = VaultStore::new(settings).map_err(|error| error.to_string())?;
    store.check().await.map_err(|error| error.to_string())
}

/// Where their key is.
fn key(config: &Config) -> &'static str {
    let in_keyring = || {
        let directory = data_dir::choose(config);
        directory.is_ok_and(|directory| crate::auth_secret::is_in_keyring(&directory))
    };
    if config.auth_secret.is_some() {
        "the key comes from ARCHESTRA_AUTH_SECRET"
    } else if in_keyring() {
        "the key is in the OS keyring"
    } else {
        "the key is in a file of the data directory"
    }
}
