//! What each command does.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::TimeDelta;
use db::audit_log::{Origin, as_actor};
use domain::clock::{Clock as _, SystemClock};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::{print, reference};
use crate::config::{Config, Environment, VARIABLES, Variable};
use crate::database::Database;
use crate::telemetry;

/// Long enough to mend the identity provider that everybody else signs in with.
const PASSWORD_ALLOWED_FOR: TimeDelta = TimeDelta::hours(1);

pub(super) fn serve(environment: &Environment, config: Config) -> anyhow::Result<ExitCode> {
    telemetry::init(&config.logging_level, config.logging_json);
    for name in environment.unknown() {
        tracing::warn!(
            name,
            "this variable is not one of this program's; `archestra config` lists them all"
        );
    }
    runtime()?.block_on(async {
        let shutdown = CancellationToken::new();
        let asked = shutdown.clone();
        let signals = async move {
            stop_signal().await;
            asked.cancel();
            // A second signal means now.
            stop_signal().await;
        };
        tokio::select! {
            served = crate::serve(config, shutdown) => served.map(|()| ExitCode::SUCCESS).map_err(Into::into),
            () = signals => Ok(ExitCode::FAILURE),
        }
    })
}

pub(super) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the async runtime could not start")
}

/// Ctrl-C, or what service managers send.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
        ) {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Opens the database (which migrates it), also while a server uses it, does something, closes it.
pub(super) fn with_database<T>(
    config: &Config,
    work: impl AsyncFnOnce(&db::Db) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    telemetry::init(&config.logging_level, config.logging_json);
    runtime()?.block_on(async {
        let database = Database::open_beside(config).await?;
        let result = work(&database.db).await;
        database.close().await;
        result
    })
}

pub(super) fn migrate(config: &Config) -> anyhow::Result<ExitCode> {
    with_database(config, async |_| Ok(()))?;
    print(&format!(
        "The schema is up to date ({}).",
        db::Db::newest_migration()
    ))
}

pub(super) fn reset_admin(config: &Config) -> anyhow::Result<ExitCode> {
    let password = Uuid::new_v4().simple().to_string();
    let work = async |db: &db::Db| {
        let admin = db::users::first_admin(db)
            .await?
            .context("there is no administrator; `archestra serve` creates one")?;
        let hash = admin_api::passwords::hash(password.clone()).await?;
        db::users::set_password(db, &admin.id, &hash, false).await?;
        db::sessions::revoke_others(db, &admin.id, None).await?;
        // Whoever is at the shell may have lost the app as well, or the identity provider.
        if let Some(secret) = db::two_factor::delete(db, &admin.id).await? {
            db::secrets::delete(db, secret).await?;
        }
        let until = SystemClock.now() + PASSWORD_ALLOWED_FOR;
        db::users::allow_password(db, &admin.id, until).await?;
        Ok(admin.email)
    };
    let origin = Origin::shell("archestra reset-admin");
    let email = with_database(config, async |db| as_actor(&origin, work(db)).await)?;
    print(&format!(
        "{email} has the new password {password}\nAll their sessions have ended. Change it after signing in."
    ))
}

pub(super) fn reset_secrets(config: &Config) -> anyhow::Result<ExitCode> {
    let origin = Origin::shell("archestra reset-secrets");
    let secrets = with_database(config, async |db| {
        Ok(as_actor(&origin, db::secrets::delete_all(db)).await?)
    })?;
    print(&format!(
        "{secrets} secrets were deleted. Enter them anew: servers say in their status which ones they miss, and tokens \
         that were shown once go on working until they are rotated."
    ))
}

pub(super) fn config(environment: &Environment) -> anyhow::Result<ExitCode> {
    print(&configuration(environment))
}

/// Every variable, its secrets masked.
pub(super) fn configuration(environment: &Environment) -> String {
    let paragraph = |variable: &Variable| {
        let (value, source) = match (environment.get(variable.name), variable.default) {
            (Some(_), _) if variable.secret => ("********".to_owned(), "environment"),
            (Some(value), _) => (without_password(value), "environment"),
            (None, Some(_)) if variable.secret => ("********".to_owned(), "default"),
            (None, Some(default)) => (default.to_owned(), "default"),
            (None, None) => ("-".to_owned(), "unset"),
        };
        format!(
            "{}\n    value   {value}\n    source  {source}\n    effect  {}",
            variable.name,
            reference::about(variable)
        )
    };
    let paragraphs: Vec<String> = VARIABLES.iter().map(paragraph).collect();
    paragraphs.join("\n")
}

/// Somebody may have put one into an address that is no secret otherwise.
fn without_password(value: &str) -> String {
    match Url::parse(value) {
        Ok(mut url) if url.password().is_some() => {
            // A URL with a password has a host, so it takes another one.
            let _ = url.set_password(Some("********"));
            url.to_string()
        }
        _ => value.to_owned(),
    }
}
