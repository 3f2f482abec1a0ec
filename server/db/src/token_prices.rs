//! Model prices that a person set.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

/// USD per million tokens, as typed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TokenPrice {
    pub id: Uuid,
    pub provider: String,
    pub model: String,
    pub input: String,
    pub output: String,
    pub cache_read: Option<String>,
    pub cache_write: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A model that was called and has no price.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UnpricedModel {
    pub provider: String,
    pub model: String,
    pub requests: i64,
    pub last_hour: DateTime<Utc>,
}

pub async fn list(db: &Db) -> Result<Vec<TokenPrice>> {
    Ok(
        sqlx::query_as("SELECT * FROM token_prices ORDER BY provider, model")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<TokenPrice>> {
    Ok(sqlx::query_as("SELECT * FROM token_prices WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn insert(db: &Db, price: &TokenPrice) -> Result<()> {
    sqlx::query("INSERT INTO token_prices VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(price.id)
        .bind(&price.provider)
        .bind(&price.model)
        .bind(&price.input)
        .bind(&price.output)
        .bind(&price.cache_read)
        .bind(&price.cache_write)
        .bind(price.created_at)
        .bind(price.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// False if there is no such row.
pub async fn update(db: &Db, price: &TokenPrice) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE token_prices SET provider = $2, model = $3, input = $4, output = $5,
             cache_read = $6, cache_write = $7, updated_at = $8 WHERE id = $1",
    )
    .bind(price.id)
    .bind(&price.provider)
    .bind(&price.model)
    .bind(&price.input)
    .bind(&price.output)
    .bind(&price.cache_read)
    .bind(&price.cache_write)
    .bind(price.updated_at)
    .execute(&db.pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM token_prices WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Models whose calls of the last 30 days could not be priced, most called first.
pub async fn unpriced(db: &Db, now: DateTime<Utc>) -> Result<Vec<UnpricedModel>> {
    let query = sqlx::query_as(
        "SELECT provider, model, sum(unpriced)::bigint AS requests, max(hour) AS last_hour
         FROM interaction_hours WHERE hour > $1 AND unpriced > 0 AND model <> ''
         GROUP BY provider, model ORDER BY requests DESC, provider, model LIMIT 200",
    )
    .bind(now - chrono::TimeDelta::days(30));
    Ok(query.fetch_all(&db.pool).await?)
}
