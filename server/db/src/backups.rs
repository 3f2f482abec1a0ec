//! Every row of every table, out of the database and in again, as PostgreSQL's own COPY text: the one form that is exact
//! for every type, readable, and needs no tool of PostgreSQL.

use sqlx::migrate::Migrate as _;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Postgres, Transaction};

use crate::pool::MIGRATIONS;
use crate::{Db, Error, Result};

const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

/// A table and its columns, but for those that follow from others.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
}

/// Where a sequence stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Sequence {
    pub name: String,
    /// None: not used yet.
    pub last: Option<i64>,
}

/// The whole database as it is at one moment.
pub struct Snapshot(Transaction<'static, Postgres>);

impl Snapshot {
    pub async fn begin(db: &Db) -> Result<Self> {
        let mut tx = db
            .pool
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        sqlx::query("SET LOCAL statement_timeout = 0")
            .execute(&mut *tx)
            .await?;
        Ok(Self(tx))
    }

    /// The newest migration.
    pub async fn schema(&mut self) -> Result<i64> {
        schema(&mut self.0).await
    }

    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        tables(&mut self.0).await
    }

    pub async fn sequences(&mut self) -> Result<Vec<Sequence>> {
        let query = "SELECT sequencename::text AS name, last_value AS last FROM pg_sequences
             WHERE schemaname = current_schema() ORDER BY sequencename";
        Ok(sqlx::query_as(query).fetch_all(&mut *self.0).await?)
    }

    /// The last entry of the audit log, and its hash.
    pub async fn audit_head(&mut self) -> Result<Option<(i64, Vec<u8>)>> {
        if !exists(&mut self.0, "audit_log").await? {
            return Ok(None);
        }
        let query = "SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1";
        Ok(sqlx::query_as(query).fetch_optional(&mut *self.0).await?)
    }

    pub async fn count(&mut self, table: &str) -> Result<i64> {
        count(&mut self.0, table).await
    }

    /// Gives `sink` the rows of a table, in pieces.
    pub async fn copy<E: From<Error>>(
        &mut self,
        table: &Table,
        mut sink: impl FnMut(&[u8]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let statement = format!("COPY {} TO STDOUT", target(table));
        let copied = self.0.copy_out_raw(&statement).await;
        let mut pieces = copied.map_err(Error::from)?;
        while let Some(piece) = futures_util::StreamExt::next(&mut pieces).await {
            sink(&piece.map_err(Error::from)?)?;
        }
        Ok(())
    }
}

/// Replaces everything, in one transaction: until [`Replacement::finish`] nobody sees anything of it, and what ends before
/// it leaves everything as it was.
pub struct Replacement {
    tx: Transaction<'static, Postgres>,
    /// Statements that put the foreign keys back.
    keys: Vec<String>,
    keeps_audit_log: bool,
}

impl Replacement {
    /// Empties the database, and gives it the schema of that migration if it has another one.
    pub async fn begin(
        db: &Db,
        to_schema: i64,
        audit_head: Option<(i64, Vec<u8>)>,
    ) -> Result<Self> {
        let mut tx = db.pool.begin().await?;
        sqlx::raw_sql(
            "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SET LOCAL client_min_messages = warning",
        )
            .execute(&mut *tx)
            .await?;
        let keeps_audit_log = keep_audit_log(&mut tx, audit_head).await?;
        if schema(&mut tx).await? != to_schema {
            build_schema(&mut tx, to_schema).await?;
        }
        let keys = loosen(&mut tx).await?;
        Ok(Self {
            tx,
            keys,
            keeps_audit_log,
        })
    }

    /// Fills a table with what `next` gives, piece by piece.
    pub async fn fill<E: From<Error>>(
        &mut self,
        table: &Table,
        mut next: impl FnMut() -> std::result::Result<Option<Vec<u8>>, E>,
    ) -> std::result::Result<(), E> {
        let statement = format!("COPY {} FROM STDIN", target(table));
        let copied = self.tx.copy_in_raw(&statement).await;
        let mut copy = copied.map_err(Error::from)?;
        loop {
            match next() {
                Ok(Some(piece)) => {
                    copy.send(piece).await.map_err(Error::from)?;
                }
                Ok(None) => break,
                Err(error) => {
                    copy.abort("the backup can't be read")
                        .await
                        .map_err(Error::from)?;
                    return Err(error);
                }
            }
        }
        copy.finish().await.map_err(Error::from)?;
        Ok(())
    }

    /// Checks what was filled in, and makes it the state of the database. `told` is entered in the audit log.
    pub async fn finish(mut self, sequences: &[Sequence], told: &serde_json::Value) -> Result<()> {
        let tx = &mut *self.tx;
        known_migrations(tx).await?;
        for sequence in sequences {
            sqlx::query("SELECT setval(to_regclass($1), COALESCE($2::bigint, 1), $2 IS NOT NULL)")
                .bind(quoted(&sequence.name))
                .bind(sequence.last)
                .execute(&mut *tx)
                .await?;
        }
        if self.keeps_audit_log && exists(tx, "audit_log").await? {
            sqlx::raw_sql(
                "TRUNCATE audit_log; INSERT INTO audit_log (id, entry, hash) SELECT id, entry, hash FROM kept_audit_log",
            )
            .execute(&mut *tx)
            .await?;
        }
        for key in self.keys {
            sqlx::raw_sql(AssertSqlSafe(key)).execute(&mut *tx).await?;
        }
        for table in tables(tx).await? {
            let enable = format!("ALTER TABLE {} ENABLE TRIGGER USER", quoted(&table.name));
            sqlx::raw_sql(AssertSqlSafe(enable))
                .execute(&mut *tx)
                .await?;
        }
        if exists(tx, "audit_log").await? {
            sqlx::query("SELECT append_audit_log($1) WHERE COALESCE(current_setting('archestra.actor', true), '') <> ''")
                .bind(told)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("SELECT pg_notify('archestra_snapshot', 'restored')")
            .execute(&mut *tx)
            .await?;
        Ok(self.tx.commit().await?)
    }
}

async fn schema(connection: &mut PgConnection) -> Result<i64> {
    if !exists(connection, MIGRATIONS_TABLE).await? {
        return Ok(0);
    }
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await?;
    Ok(newest.unwrap_or(0))
}

async fn exists(connection: &mut PgConnection, table: &str) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table)
        .fetch_one(connection)
        .await?)
}

async fn count(connection: &mut PgConnection, table: &str) -> Result<i64> {
    if !exists(connection, &quoted(table)).await? {
        return Ok(0);
    }
    let query = format!("SELECT count(*) FROM {}", quoted(table));
    Ok(sqlx::query_scalar(AssertSqlSafe(query))
        .fetch_one(connection)
        .await?)
}

async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>> {
    let query = "SELECT relname::text AS name, array_agg(attname::text ORDER BY attnum) AS columns FROM pg_class
         JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
         WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = current_schema()::regnamespace
         GROUP BY relname ORDER BY relname";
    Ok(sqlx::query_as(query).fetch_all(connection).await?)
}

/// Whether the present log goes on where the backup's ends: what was written since must not get lost.
async fn keep_audit_log(
    connection: &mut PgConnection,
    head: Option<(i64, Vec<u8>)>,
) -> Result<bool> {
    if !exists(connection, "audit_log").await? {
        return Ok(false);
    }
    let (id, hash) = head.unwrap_or_default();
    let goes_on: bool = sqlx::query_scalar(
        "SELECT $1 = 0 OR EXISTS (SELECT FROM audit_log WHERE id = $1 AND hash = $2)",
    )
    .bind(id)
    .bind(hash)
    .fetch_one(&mut *connection)
    .await?;
    if goes_on {
        let keep = "CREATE TEMPORARY TABLE kept_audit_log ON COMMIT DROP AS SELECT id, entry, hash FROM audit_log";
        sqlx::raw_sql(keep).execute(connection).await?;
    }
    Ok(goes_on)
}

/// The database is this program's own: all tables and functions of its schema go.
async fn build_schema(connection: &mut PgConnection, to: i64) -> Result<()> {
    let drops: Vec<String> = sqlx::query_scalar(
        // Functions first: one that takes a table's row goes with the table, and could not be named any more.
        "SELECT format('DROP FUNCTION %s CASCADE', p.oid::regprocedure) FROM pg_proc p
             WHERE pronamespace = current_schema()::regnamespace
             AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
         UNION ALL
         SELECT format('DROP TABLE %I CASCADE', relname) FROM pg_class
             WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = current_schema()::regnamespace",
    )
    .fetch_all(&mut *connection)
    .await?;
    for drop in drops {
        sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut *connection)
            .await?;
    }
    connection.ensure_migrations_table(MIGRATIONS_TABLE).await?;
    for migration in MIGRATIONS
        .iter()
        .filter(|migration| migration.version <= to)
    {
        sqlx::raw_sql(migration.sql.clone())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes the rows, and what would watch over each new one: triggers, and foreign keys, some of which go round in a circle.
async fn loosen(connection: &mut PgConnection) -> Result<Vec<String>> {
    let keys: Vec<(String, String)> = sqlx::query_as(
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
         FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let names: Vec<String> = tables(connection)
        .await?
        .iter()
        .map(|table| quoted(&table.name))
        .collect();
    let mut statements: Vec<String> = keys.iter().map(|(drop, _)| drop.clone()).collect();
    let disable = |name: &String| format!("ALTER TABLE {name} DISABLE TRIGGER USER");
    statements.extend(names.iter().map(disable));
    statements.push(format!("TRUNCATE {}", names.join(", ")));
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut *connection)
            .await?;
    }
    Ok(keys.into_iter().map(|(_, add)| add).collect())
}

/// The rows say by which migrations their schema was made; these must be the ones that made it here.
async fn known_migrations(connection: &mut PgConnection) -> Result<()> {
    let rows: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations")
            .fetch_all(connection)
            .await?;
    let made_here = |(version, checksum): &(i64, Vec<u8>)| {
        MIGRATIONS
            .iter()
            .any(|one| one.version == *version && *one.checksum == **checksum)
    };
    match rows.iter().find(|row| !made_here(row)) {
        Some((version, _)) => Err(sqlx::migrate::MigrateError::VersionMismatch(*version).into()),
        None => Ok(()),
    }
}

fn target(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    format!("{} ({})", quoted(&table.name), columns.join(", "))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
