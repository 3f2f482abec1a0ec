//! Secrets: names, where their values are, and, for the store `database`, envelopes that only the crate `secrets` opens.

mod listing;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Error, Result};
pub use listing::{Listed, SecretFilter, SecretSort, User, count_by_store, list, one, users};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Secret {
    pub id: Uuid,
    pub name: String,
    /// The store that holds the values.
    pub store: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Counts the writes.
    pub version: i64,
    /// The secret's name within its store.
    pub location: Option<String>,
    /// A store that may still hold a copy, which is to be deleted.
    pub leaving_store: Option<String>,
    pub leaving_location: Option<String>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    Envelope(Vec<u8>),
    /// In clear, of older data.
    Plain(String),
    /// Where somebody else keeps the value.
    Reference(String),
}

pub type Field = (String, Held);

#[derive(sqlx::FromRow)]
struct Joined {
    #[sqlx(flatten)]
    secret: Secret,
    field: Option<String>,
    envelope: Option<Vec<u8>>,
    value: Option<String>,
    reference: Option<String>,
}

fn assembled(rows: Vec<Joined>) -> Found {
    let secret = rows.first()?.secret.clone();
    let field = |row: Joined| {
        let held = row.envelope.map(Held::Envelope);
        let held = held.or_else(|| row.value.map(Held::Plain));
        let held = held.or_else(|| row.reference.map(Held::Reference))?;
        Some((row.field?, held))
    };
    Some((secret, rows.into_iter().filter_map(field).collect()))
}

/// One statement, so that a version is never paired with another's envelopes.
pub async fn find(db: &Db, id: Uuid) -> Result<Found> {
    let rows = sqlx::query_as(
        "SELECT s.*, f.field, f.envelope, f.value, f.reference
         FROM secrets s LEFT JOIN secret_fields f ON f.secret_id = s.id WHERE s.id = $1 ORDER BY f.field",
    );
    Ok(assembled(rows.bind(id).fetch_all(&db.pool).await?))
}

/// The stores of some secrets, and their names there.
pub async fn places(db: &Db, ids: &[Uuid]) -> Result<Vec<(Uuid, String, Option<String>)>> {
    let query = sqlx::query_as("SELECT id, store, location FROM secrets WHERE id = ANY($1)");
    Ok(query.bind(ids).fetch_all(&db.pool).await?)
}

/// A secret with its fields.
pub type Found = Option<(Secret, Vec<Field>)>;

/// What a write leaves: a name, a place, and the fields that the database keeps.
pub struct Change {
    pub name: String,
    pub store: String,
    pub location: Option<String>,
    pub fields: Vec<Field>,
    /// Remember that the place before may still hold a copy.
    pub leaves_a_copy: bool,
}

/// Writes a secret as a whole, under its lock. `change` is given what is there and the version of the write; `None` leaves
/// it as it was. True if it wrote.
pub async fn write<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(Found, i64) -> std::result::Result<Option<Change>, E>,
) -> std::result::Result<bool, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    let before = locked(&mut tx, id).await?;
    let version = before.as_ref().map_or(1, |(row, _)| row.version + 1);
    let earlier = before
        .as_ref()
        .map(|(row, _)| (row.store.clone(), row.location.clone()));
    let Some(change) = change(before, version)? else {
        return Ok(false);
    };
    let (store, location) = earlier
        .filter(|_| change.leaves_a_copy)
        .map_or((None, None), |(store, location)| (Some(store), location));
    sqlx::query(
        "INSERT INTO secrets (id, name, store, location, version, leaving_store, leaving_location)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, store = excluded.store, location = excluded.location,
             version = excluded.version, updated_at = now(),
             leaving_store = coalesce(excluded.leaving_store, secrets.leaving_store),
             leaving_location = coalesce(excluded.leaving_location, secrets.leaving_location)",
    )
    .bind(id)
    .bind(change.name)
    .bind(change.store)
    .bind(change.location)
    .bind(version)
    .bind(store)
    .bind(location)
    .execute(&mut *tx)
    .await
    .map_err(Error::from)?;
    replace_fields(&mut tx, id, &change.fields).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(true)
}

/// A row that is not there yet can't be locked; its id can.
async fn locked(tx: &mut sqlx::PgConnection, id: Uuid) -> Result<Found> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let rows = sqlx::query_as(
        "SELECT s.*, f.field, f.envelope, f.value, f.reference
         FROM secrets s LEFT JOIN secret_fields f ON f.secret_id = s.id WHERE s.id = $1 ORDER BY f.field FOR UPDATE OF s",
    );
    Ok(assembled(rows.bind(id).fetch_all(tx).await?))
}

async fn replace_fields(tx: &mut sqlx::PgConnection, id: Uuid, fields: &[Field]) -> Result<()> {
    sqlx::query("DELETE FROM secret_fields WHERE secret_id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    for (field, held) in fields {
        let (envelope, plain, reference) = match held {
            Held::Envelope(envelope) => (Some(envelope), None, None),
            Held::Plain(plain) => (None, Some(plain), None),
            Held::Reference(reference) => (None, None, Some(reference)),
        };
        sqlx::query(
            "INSERT INTO secret_fields (secret_id, field, envelope, value, reference) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(field)
        .bind(envelope)
        .bind(plain)
        .bind(reference)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The ids after one, in order, a page at a time: for passes over all secrets.
pub async fn ids_after(db: &Db, after: Option<Uuid>, limit: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT id FROM secrets WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(&db.pool)
    .await?)
}

/// Secrets with values in clear.
pub async fn plain_ids(db: &Db) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(
        "SELECT DISTINCT secret_id FROM secret_fields WHERE value IS NOT NULL ORDER BY secret_id",
    )
    .fetch_all(&db.pool)
    .await?)
}

/// Secrets that may have a copy somewhere that is to be deleted: one, or all of them.
pub async fn leaving(db: &Db, only: Option<Uuid>) -> Result<Vec<Secret>> {
    Ok(sqlx::query_as(
        "SELECT * FROM secrets WHERE leaving_store IS NOT NULL AND ($1::uuid IS NULL OR id = $1) ORDER BY id",
    )
    .bind(only)
    .fetch_all(&db.pool)
    .await?)
}

/// The copy is gone, if it is still this one that is meant.
pub async fn has_left(db: &Db, secret: &Secret) -> Result<()> {
    sqlx::query(
        "UPDATE secrets SET leaving_store = NULL, leaving_location = NULL
         WHERE id = $1 AND leaving_store = $2 AND leaving_location IS NOT DISTINCT FROM $3",
    )
    .bind(secret.id)
    .bind(&secret.leaving_store)
    .bind(&secret.leaving_location)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Remembers, on a row that is always there, that the table's file may hold values in clear.
pub async fn mark_unscrubbed(db: &Db, row: Uuid) -> Result<()> {
    sqlx::query("UPDATE secrets SET location = 'unscrubbed' WHERE id = $1")
        .bind(row)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Rewrites the table's file, so that no page of it keeps a value that was in clear. A vacuum would copy rows that are
/// gone as long as any transaction might still see them; a change of type does not.
pub async fn scrub(db: &Db, row: Uuid) -> Result<()> {
    sqlx::query("ALTER TABLE secret_fields ALTER value TYPE text USING value || ''")
        .execute(&db.pool)
        .await?;
    sqlx::query("UPDATE secrets SET location = NULL WHERE id = $1")
        .bind(row)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM secrets WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets every secret: the way out when the key is lost.
pub async fn delete_all(db: &Db) -> Result<u64> {
    let done = sqlx::query("DELETE FROM secrets").execute(&db.pool).await?;
    Ok(done.rows_affected())
}
