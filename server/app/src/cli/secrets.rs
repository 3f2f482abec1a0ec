//! `archestra secrets`: another key, another store, and whether all of them can be read.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use secrets::Secrets;
use secrets::stores::keyring::Keyring;
use secrets::stores::{database, keyring, vault};

use super::{Store, commands, print};
use crate::auth_secret::{self, AuthSecret};
use crate::config::Config;
use crate::database::Database;
use crate::{data_dir, secret_stores, telemetry};

/// Opens the database and the stores, also while a server uses them, does something, closes them.
fn with_secrets<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Secrets) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    telemetry::init(&config.logging_level, config.logging_json);
    commands::runtime()?.block_on(async {
        let database = Database::open_beside(config).await?;
        let result = async {
            let keyring = Keyring::default();
            let directory = data_dir::choose(config)?;
            let auth_secret = auth_secret::ensure(config, &directory, &keyring).await?;
            let secrets =
                secret_stores::open(config, database.db.clone(), &auth_secret, keyring).await?;
            work(&secrets).await
        };
        let result = result.await;
        database.close().await;
        result
    })
}

pub(super) fn rotate(config: &Config) -> anyhow::Result<ExitCode> {
    if config.auth_secret.is_some() {
        let count = with_secrets(config, async |secrets| Ok(secrets.encrypt_anew().await?))?;
        return print(&format!(
            "{count} secrets were encrypted anew with the same key, which ARCHESTRA_AUTH_SECRET gives. For another key, put \
             the present value into ARCHESTRA_AUTH_SECRET_PREVIOUS and a new one into ARCHESTRA_AUTH_SECRET, and start every \
             replica anew."
        ));
    }
    telemetry::init(&config.logging_level, config.logging_json);
    let count = commands::runtime()?.block_on(async {
        let directory = data_dir::choose(config)?;
        // A server that runs would go on with the old key.
        let owner = data_dir::own(&directory)
            .context("stop the server first: it holds the present key in memory")?;
        let database = Database::open(config, owner).await?;
        let rotated = rotate_own(config, &database, &directory).await;
        database.close().await;
        rotated
    })?;
    print(&format!(
        "{count} secrets were encrypted anew with a new key."
    ))
}

async fn rotate_own(
    config: &Config,
    database: &Database,
    directory: &std::path::Path,
) -> anyhow::Result<usize> {
    let keyring = Keyring::default();
    let mut auth_secret = auth_secret::ensure(config, directory, &keyring).await?;
    let open = async |secret: &AuthSecret| {
        secret_stores::open(config, database.db.clone(), secret, keyring.clone()).await
    };
    // Finishes a rotation that was cut short, and proves the present key before it is replaced.
    open(&auth_secret).await?;
    auth_secret.replace()?;
    let secrets = open(&auth_secret).await?;
    let verified = secrets.verify().await?;
    Ok(verified.readable + verified.unreadable.len())
}

pub(super) fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let found = with_secrets(config, async |secrets| Ok(secrets.verify().await?))?;
    let mut text = format!("{} secrets can be read.", found.readable);
    for (name, cause) in &found.unreadable {
        write!(text, "\nFAIL  {name}: {cause}")?;
    }
    for name in &found.orphans {
        write!(
            text,
            "\nnote  {name} is in Vault, and nothing here refers to it"
        )?;
    }
    print(&text)?;
    Ok(if found.unreadable.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub(super) fn move_to(config: &Config, to: Store) -> anyhow::Result<ExitCode> {
    let (store, manager) = match to {
        Store::Db => (database::ID, "DB"),
        Store::Keyring => (keyring::ID, "KEYRING"),
        Store::Vault => (vault::ID, "VAULT"),
    };
    let moved = with_secrets(config, async |secrets| Ok(secrets.move_to(store).await?))?;
    let mut text = format!(
        "{} secrets were moved, {} are there already",
        moved.moved, moved.already_there
    );
    if moved.references > 0 {
        write!(
            text,
            ", {} are references into Vault and stay",
            moved.references
        )?;
    }
    text.push('.');
    for (name, cause) in &moved.failed {
        write!(text, "\nFAIL  {name}: {cause}")?;
    }
    if config.secrets.mode.name() != manager {
        write!(
            text,
            "\nNew secrets go there with ARCHESTRA_SECRETS_MANAGER={manager}."
        )?;
    }
    print(&text)?;
    Ok(if moved.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
