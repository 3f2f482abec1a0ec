//! A database of its own for every test: a clone of a migrated template on one Postgres that all tests share.
//!
//! Cloning costs some 30 ms, migrating ten times that. A database goes when the process of its test has ended and the
//! next test asks for one.

mod shared;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use db::{Db, Endpoint};
use secrecy::SecretString;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};

/// One advisory lock for whoever makes the template.
const TEMPLATE_LOCK: i64 = 0x6172_6368;
const CONNECTIONS: u32 = 5;

pub struct TestDatabase {
    pub db: Db,
    pub name: String,
    /// `postgresql://…`, for a program that is to use this database.
    pub url: String,
}

impl TestDatabase {
    /// A migrated database with nothing in it.
    pub async fn create() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = tokio::task::spawn_blocking(shared::find_or_start).await??;
        let mut admin = connect(&server, "postgres").await?;
        let template = template(&mut admin, &server).await?;
        drop_leftovers(&mut admin).await?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        execute(
            &mut admin,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await?;
        Ok(Self {
            db: open(&server, &name)?,
            url: server.url(&name),
            name,
        })
    }

    /// The same database through connections of its own, as another process has it.
    pub async fn reopened(&self) -> Result<Self> {
        let server = tokio::task::spawn_blocking(shared::find_or_start).await??;
        Ok(Self {
            db: open(&server, &self.name)?,
            url: self.url.clone(),
            name: self.name.clone(),
        })
    }

    /// Runs SQL that no query of the product has, to prepare or to look.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url).await?;
        execute(&mut connection, sql).await
    }

    /// One text, number or whatever else `sql` selects, as text; none where it is null or no row came.
    pub async fn text(&self, sql: &str) -> Result<Option<String>> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let wrapped = format!("SELECT q.value::text FROM ({sql}) AS q (value)");
        let row: Option<(Option<String>,)> = sqlx::query_as(AssertSqlSafe(wrapped))
            .fetch_optional(&mut connection)
            .await?;
        Ok(row.and_then(|(value,)| value))
    }

    /// Ends every connection and lets no new one in, as if the database were away; or lets them in again.
    pub async fn set_away(&self, away: bool) -> Result<()> {
        let server = tokio::task::spawn_blocking(shared::find_or_start).await??;
        let mut admin = connect(&server, "postgres").await?;
        let name = &self.name;
        execute(
            &mut admin,
            &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {}", !away),
        )
        .await?;
        if away {
            let end = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            );
            execute(&mut admin, &end).await?;
        }
        Ok(())
    }
}

fn open(server: &shared::SharedServer, name: &str) -> Result<Db> {
    let endpoint = Endpoint::Url(SecretString::from(server.url(name)));
    Ok(Db::connect_lazily(
        &endpoint,
        CONNECTIONS,
        Duration::from_secs(30),
    )?)
}

async fn connect(server: &shared::SharedServer, name: &str) -> Result<PgConnection> {
    let options: PgConnectOptions = server.url(name).parse()?;
    Ok(PgConnection::connect_with(&options).await?)
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .with_context(|| sql.to_owned())?;
    Ok(())
}

/// The migrated template for the migrations as they are now, made if it is not there.
async fn template(admin: &mut PgConnection, server: &shared::SharedServer) -> Result<String> {
    let name = format!("template_{:016x}", migrations_fingerprint()?);
    let exists = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
    let is_there: bool = sqlx::query_scalar(exists)
        .bind(&name)
        .fetch_one(&mut *admin)
        .await?;
    if is_there {
        return Ok(name);
    }
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *admin)
        .await?;
    let is_there: bool = sqlx::query_scalar(exists)
        .bind(&name)
        .fetch_one(&mut *admin)
        .await?;
    if !is_there {
        // Under another name first, so that a half migrated one is never taken for a template.
        let unfinished = format!("{name}_unfinished");
        execute(
            admin,
            &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
        )
        .await?;
        execute(admin, &format!("CREATE DATABASE {unfinished}")).await?;
        let db = open(server, &unfinished)?;
        db.migrate().await?;
        db.close().await;
        execute(
            admin,
            &format!("ALTER DATABASE {unfinished} RENAME TO {name}"),
        )
        .await?;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *admin)
        .await?;
    Ok(name)
}

fn migrations_fingerprint() -> Result<u64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        std::fs::read(file.path())?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Drops the databases of tests whose process has ended.
async fn drop_leftovers(admin: &mut PgConnection) -> Result<()> {
    let sql = "SELECT datname::text FROM pg_database WHERE datname LIKE 'test\\_%'";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *admin).await?;
    for name in names {
        let process = name
            .split('_')
            .nth(1)
            .and_then(|process| process.parse().ok());
        if process.is_some_and(|process| !is_alive(process)) {
            // Another test may be dropping it, too.
            let _ = execute(
                admin,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            )
            .await;
        }
    }
    Ok(())
}

fn is_alive(process: i32) -> bool {
    rustix::process::Pid::from_raw(process)
        .is_some_and(|process| rustix::process::test_kill_process(process).is_ok())
}
