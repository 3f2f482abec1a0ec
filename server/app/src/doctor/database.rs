//! The database: our own PostgreSQL, or somebody else's by its URL.

mod own;

use std::sync::Arc;

use db::examination::{self, Examination, OLDEST_MAJOR};
use db::{Db, Endpoint};
use domain::clock::{Clock as _, SystemClock};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{ANSWER_WITHIN, Finding, Patient, exposure, upstreams};
use crate::secret_stores;

const NAME: &str = "database";
const WHY: &str = "the program does not start without its database";

pub(super) async fn check(patient: Arc<Patient>) -> Vec<Finding> {
    let url = tokio::time::timeout(ANSWER_WITHIN, secret_stores::database_url(&patient.config));
    match url.await {
        Ok(Ok(Some(url))) => {
            Server::at(&patient, &url)
                .look_at(&patient, &Endpoint::Url(url))
                .await
        }
        Ok(Ok(None)) => own::check(patient).await,
        Ok(Err(error)) => vec![Finding::fault(
            NAME,
            error.to_string(),
            WHY,
            "Look at the finding about Vault.",
        )],
        Err(_) => {
            let fix = "Look at the finding about Vault, or set ARCHESTRA_DATABASE_URL.";
            vec![Finding::fault(
                NAME,
                "Vault does not tell the database's address",
                WHY,
                fix,
            )]
        }
    }
}

/// Where it is, for people.
struct Server {
    variable: &'static str,
    host: String,
    port: u16,
    user: String,
    database: String,
}

impl Server {
    fn at(patient: &Patient, url: &SecretString) -> Self {
        let url = Url::parse(url.expose_secret()).ok();
        let of_query = |name: &str| {
            let pairs = url.iter().flat_map(Url::query_pairs);
            pairs
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
                .last()
        };
        let variable = if patient.config.secrets.database_url.is_some() {
            "ARCHESTRA_DATABASE_URL_VAULT_REF"
        } else if patient.environment.get("ARCHESTRA_DATABASE_URL").is_some() {
            "ARCHESTRA_DATABASE_URL"
        } else {
            "DATABASE_URL"
        };
        let (host, path, port, user) = url.as_ref().map_or(("", "", None, ""), |url| {
            (
                url.host_str().unwrap_or_default(),
                url.path(),
                url.port(),
                url.username(),
            )
        });
        Self {
            variable,
            host: of_query("host").unwrap_or_else(|| host.to_owned()),
            port: port.unwrap_or(5432),
            user: of_query("user").unwrap_or_else(|| user.to_owned()),
            database: of_query("dbname").unwrap_or_else(|| path.trim_start_matches('/').to_owned()),
        }
    }

    fn is_here(&self) -> bool {
        self.host.starts_with('/')
            || ["localhost", "127.0.0.1", "[::1]"].contains(&self.host.as_str())
    }

    async fn look_at(&self, patient: &Patient, endpoint: &Endpoint) -> Vec<Finding> {
        let db = match Db::connect_lazily(endpoint, 1, ANSWER_WITHIN) {
            Ok(db) => db,
            Err(error) => {
                return vec![Finding::fault(
                    NAME,
                    error.to_string(),
                    WHY,
                    format!("Correct {}.", self.variable),
                )];
            }
        };
        let reached = tokio::time::timeout(ANSWER_WITHIN, db.reach()).await;
        let error = match reached {
            Ok(Ok(())) => return self.examined(patient, &db).await,
            Ok(Err(error)) => error,
            Err(_) => db::Error::Unavailable("it does not answer".to_owned()),
        };
        vec![self.refused(&error)]
    }

    fn refused(&self, error: &db::Error) -> Finding {
        let Self {
            variable,
            host,
            port,
            user,
            database,
        } = self;
        let text = error.to_string();
        let (found, fix) = match error.code().as_deref() {
            Some("28P01") => (
                format!("PostgreSQL at {host} does not take the password of {user}"),
                format!("Correct the password in {variable}, or change it there: `psql -h {host} -p {port} -U postgres -c '\\password {user}'`."),
            ),
            Some("28000") => (
                format!("PostgreSQL at {host} does not let {user} in: {text}"),
                format!("Make the role (`createuser -h {host} -p {port} -U postgres --pwprompt {user}`), or allow it in pg_hba.conf."),
            ),
            Some("3D000") => (
                format!("PostgreSQL at {host} has no database {database}"),
                format!("Run `createdb -h {host} -p {port} -U postgres --owner {user} {database}`, or correct {variable}."),
            ),
            _ if text.contains("too many clients") || text.contains("connection slots") => (
                format!("PostgreSQL at {host} has no connection left: {text}"),
                "Raise its max_connections, or lower ARCHESTRA_DATABASE_POOL_MAX of all servers that share it.".to_owned(),
            ),
            _ => (
                format!("PostgreSQL at {host} port {port} can't be used: {text}"),
                format!("Start it there (`pg_isready -h {host} -p {port}` asks for it), or correct {variable}."),
            ),
        };
        Finding::fault(NAME, found, WHY, fix)
    }

    async fn examined(&self, patient: &Patient, db: &Db) -> Vec<Finding> {
        let found = match examination::examine(db).await {
            Ok(found) => found,
            Err(error) => return vec![self.refused(&error)],
        };
        let mut findings = faults(&found, patient.config.database_pool_max);
        if let Ok(Some(newer)) = db.newer_schema().await {
            findings.push(Finding::fault(
                NAME,
                format!(
                    "its schema is {newer}, and this program knows {} at most",
                    Db::newest_migration()
                ),
                "a newer version of the program was started on it",
                "Start that version, or restore a backup: `archestra backup restore <file>`.",
            ));
        }
        if !self.is_here() {
            findings.extend(upstreams::uneven(
                "the database",
                SystemClock.now() - found.now,
            ));
        }
        if findings.is_empty() {
            let version = format!(
                "PostgreSQL {}.{}",
                found.version / 10_000,
                found.version % 10_000
            );
            let behind = matches!(db.is_behind().await, Ok(true));
            let schema = if behind {
                "; the next start brings its schema up to date"
            } else {
                ""
            };
            findings.push(Finding::ok(NAME, format!("{version} answers{schema}")));
        }
        let published = if found.has_tables {
            db::users::any_default_password(db).await.ok()
        } else {
            Some(exposure::will_be_published(&patient.config))
        };
        findings.extend(exposure::administrator(&patient.config, published));
        findings
    }
}

fn faults(found: &Examination, pool: u32) -> Vec<Finding> {
    let fault = |found: String, fix: String| Finding::fault(NAME, found, WHY, fix);
    let mut findings = Vec::new();
    if found.version / 10_000 < OLDEST_MAJOR {
        findings.push(fault(
            format!("it is PostgreSQL {}, and {OLDEST_MAJOR} is the oldest that works", found.version / 10_000),
            format!("Move the database to PostgreSQL {OLDEST_MAJOR} or newer (`pg_dump`, then `psql` there)."),
        ));
    }
    if found.read_only {
        findings.push(fault(
            "it can only be read: it is a standby".to_owned(),
            "Name the primary instead.".to_owned(),
        ));
    }
    if found.encoding != "UTF8" {
        findings.push(fault(
            format!("its encoding is {}", found.encoding),
            format!(
                "Make another one: `createdb --template=template0 --encoding=UTF8 {}-utf8`.",
                found.database
            ),
        ));
    }
    if !found.can_create {
        let schema = found.schema.as_deref().unwrap_or("public");
        findings.push(fault(
            format!(
                "the role {} may not create tables in the schema {schema}",
                found.user
            ),
            format!(
                "Run there: `GRANT CREATE ON SCHEMA {schema} TO \"{}\"`.",
                found.user
            ),
        ));
    }
    findings.extend(connections(found, i64::from(pool)));
    findings
}

fn connections(found: &Examination, pool: i64) -> Option<Finding> {
    let most = i64::from(found.max_connections - found.reserved);
    // The server's own may be among those that are there.
    let free = most - found.connections;
    let why = "requests wait for a connection and fail when there is none";
    if pool > most {
        let said = format!(
            "ARCHESTRA_DATABASE_POOL_MAX is {pool}, and the database takes {most} connections in all"
        );
        let fix = format!(
            "Set ARCHESTRA_DATABASE_POOL_MAX={}, or raise the database's max_connections.",
            (most / 2).max(1)
        );
        return Some(Finding::fault("connections", said, why, fix));
    }
    (free < 3).then(|| {
        let said = format!(
            "{} of the {most} connections that the database takes are in use",
            found.connections
        );
        Finding::warning(
            "connections",
            said,
            why,
            "Raise the database's max_connections.",
        )
    })
}
