//! Who changed what: a chain of entries that the database writes itself, in the transaction of the change.
//!
//! Here is how it learns who that is: [`as_actor`] names the caller for everything that happens within, and the pool tells
//! each connection that it hands out (`pool`).

use std::fmt::Write as _;

use serde::Serialize;
use sqlx::postgres::PgConnection;
use sqlx::{Postgres, QueryBuilder};

use crate::{Db, Result};

tokio::task_local! {
    static ACTOR: String;
}

/// Who changes something, from where, by what.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The entries of one request share it.
    pub request_id: uuid::Uuid,
    pub actor: Actor,
    pub from: Source,
    pub request: Request,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// `user`, `apiKey`, `shell` or `anonymous`.
    pub kind: &'static str,
    pub id: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub role: Option<String>,
    /// The session or the API key.
    pub credential_id: Option<uuid::Uuid>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Request {
    pub method: String,
    pub route: String,
    /// `resource:action`
    pub permission: Option<String>,
}

impl Origin {
    /// Somebody with a shell on the server's machine.
    pub fn shell(command: &str) -> Self {
        Self {
            request_id: uuid::Uuid::new_v4(),
            actor: Actor {
                kind: "shell",
                ..Actor::default()
            },
            from: Source::default(),
            request: Request {
                method: "SHELL".into(),
                route: command.into(),
                permission: None,
            },
        }
    }
}

/// Everything that `work` changes is entered as a change by `origin`, or by whoever it is done for already. Tasks that it
/// spawns are the program's own.
pub async fn as_actor<T>(origin: &Origin, work: impl Future<Output = T>) -> T {
    if ACTOR.try_with(|_| ()).is_ok() {
        return work.await;
    }
    // A value of texts always has a JSON form.
    let origin = serde_json::to_string(origin).unwrap_or_default();
    ACTOR.scope(origin, work).await
}

/// Tells a connection whom it works for now.
pub(crate) async fn name_actor(connection: &mut PgConnection) -> sqlx::Result<()> {
    let actor = ACTOR.try_with(Clone::clone).unwrap_or_default();
    sqlx::query("SELECT set_config('archestra.actor', $1, false)")
        .bind(actor)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Entry {
    pub id: i64,
    /// JSON, as it was hashed.
    pub entry: String,
    pub hash: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// A part of the entry.
    pub search: Option<String>,
    pub actor_id: Option<String>,
    pub resource: Option<String>,
    pub resource_id: Option<String>,
    pub action: Option<String>,
    pub request_id: Option<String>,
    /// As entries have it, from and to, both included.
    pub start: Option<String>,
    pub end: Option<String>,
}

impl AuditFilter {
    fn push(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" WHERE true");
        let equal = [
            (" AND actor_id = ", &self.actor_id),
            (" AND resource = ", &self.resource),
            (" AND resource_id = ", &self.resource_id),
            (" AND action = ", &self.action),
            (" AND request_id = ", &self.request_id),
            (" AND at >= ", &self.start),
            (" AND at <= ", &self.end),
        ];
        for (condition, value) in equal {
            if let Some(value) = value {
                query.push(condition).push_bind(value.clone());
            }
        }
        if let Some(search) = &self.search {
            // The case of letters beyond ASCII is the database's to know.
            query
                .push(" AND strpos(lower(entry), lower(")
                .push_bind(search.clone())
                .push(")) > 0");
        }
    }
}

/// Newest first.
pub async fn list(db: &Db, filter: &AuditFilter, limit: i64, offset: i64) -> Result<Vec<Entry>> {
    let mut query = QueryBuilder::new("SELECT id, entry, hash FROM audit_log");
    filter.push(&mut query);
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    query.push(" OFFSET ").push_bind(offset);
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

pub async fn count(db: &Db, filter: &AuditFilter) -> Result<i64> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM audit_log");
    filter.push(&mut query);
    Ok(query.build_query_scalar().fetch_one(&db.pool).await?)
}

/// What comes after the entry `after`, oldest first.
pub async fn following(
    db: &Db,
    filter: &AuditFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut query = QueryBuilder::new("SELECT id, entry, hash FROM audit_log");
    filter.push(&mut query);
    query.push(" AND id > ").push_bind(after);
    query.push(" ORDER BY id LIMIT ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

/// Resources that there are entries of.
pub async fn resources(db: &Db) -> Result<Vec<String>> {
    let query = "SELECT DISTINCT resource FROM audit_log ORDER BY resource";
    Ok(sqlx::query_scalar(query).fetch_all(&db.pool).await?)
}

/// Ids and latest names of those who changed something.
pub async fn actors(db: &Db) -> Result<Vec<(String, Option<String>)>> {
    let query =
        "SELECT DISTINCT ON (actor_id) actor_id, entry::jsonb #>> '{actor,name}' FROM audit_log
         WHERE actor_id IS NOT NULL ORDER BY actor_id, id DESC";
    Ok(sqlx::query_as(query).fetch_all(&db.pool).await?)
}

/// What checking the whole chain found.
#[derive(Debug, Default)]
pub struct Verified {
    pub entries: i64,
    /// The last entry and its hash. Noted elsewhere, it shows later that nothing was cut off at the end.
    pub head: Option<(i64, String)>,
    /// The first entry that is not as it was written, and why.
    pub broken: Option<(i64, &'static str)>,
}

pub async fn verify(db: &Db) -> Result<Verified> {
    let head: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT id, hash FROM audit_log ORDER BY id DESC LIMIT 1")
            .fetch_optional(&db.pool)
            .await?;
    let entries = count(db, &AuditFilter::default()).await?;
    // Up to the head only: what is added meanwhile is checked the next time.
    let broken: Option<(i64, bool)> = sqlx::query_as(
        "SELECT id, gap FROM (
             SELECT id, id <> 1 + lag(id, 1, 0::bigint) OVER chain AS gap,
                 hash <> sha256(lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chain || convert_to(entry, 'UTF8')) AS changed
             FROM audit_log WHERE id <= $1 WINDOW chain AS (ORDER BY id)) AS checked
         WHERE gap OR changed ORDER BY id LIMIT 1",
    )
    .bind(head.as_ref().map_or(0, |head| head.0))
    .fetch_optional(&db.pool)
    .await?;
    let broken = broken.map(|(id, gap)| {
        let reason = if gap {
            "the entry before it is missing"
        } else {
            "it, or the hash of the entry before it, was changed"
        };
        (id, reason)
    });
    Ok(Verified {
        entries,
        head: head.map(|(id, hash)| (id, hex(&hash))),
        broken,
    })
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
