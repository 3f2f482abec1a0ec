//! Secrets as the store `database` keeps them: names in clear, values as envelopes that only the crate `secrets` opens.

use uuid::Uuid;

use crate::{Db, Result};

/// A field's name and its envelope.
pub type SealedField = (String, Vec<u8>);

/// `None` if there is no such secret; a secret may have no fields.
pub async fn fields(db: &Db, id: Uuid) -> Result<Option<Vec<SealedField>>> {
    let rows: Vec<(Option<String>, Option<Vec<u8>>)> = sqlx::query_as(
        "SELECT field, envelope FROM secrets LEFT JOIN secret_fields ON secret_id = id
         WHERE id = $1 ORDER BY field",
    )
    .bind(id)
    .fetch_all(&db.pool)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let fields = rows.into_iter();
    Ok(Some(
        fields
            .filter_map(|(field, envelope)| Some((field?, envelope?)))
            .collect(),
    ))
}

/// Creates a secret, or replaces all of its fields.
pub async fn put(db: &Db, id: Uuid, name: &str, fields: &[SealedField]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    sqlx::query(
        "INSERT INTO secrets (id, name) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = now()",
    )
    .bind(id)
    .bind(name)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM secret_fields WHERE secret_id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    let (names, envelopes): (Vec<&str>, Vec<&[u8]>) = fields
        .iter()
        .map(|(name, envelope)| (name.as_str(), envelope.as_slice()))
        .unzip();
    sqlx::query("INSERT INTO secret_fields SELECT $1, * FROM unnest($2::text[], $3::bytea[])")
        .bind(id)
        .bind(&names)
        .bind(&envelopes)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Creates a secret unless it is there; true if it was created now.
pub async fn put_first(db: &Db, id: Uuid, name: &str, field: &SealedField) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    let done =
        sqlx::query("INSERT INTO secrets (id, name) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
            .bind(id)
            .bind(name)
            .execute(&mut *tx)
            .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("INSERT INTO secret_fields VALUES ($1, $2, $3)")
        .bind(id)
        .bind(&field.0)
        .bind(&field.1)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(true)
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
