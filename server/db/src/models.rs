//! Models as providers listed them, with which keys they can be used, and what people said about them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Error, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Model {
    pub id: Uuid,
    pub provider: String,
    pub model_id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub context_length: Option<i32>,
    pub chats: bool,
    pub released_at: Option<DateTime<Utc>>,
    pub ignored: bool,
    pub input_modalities: Option<Vec<String>>,
    pub output_modalities: Option<Vec<String>>,
    pub embedding_dimensions: Option<i32>,
    pub price_filled_in: Option<String>,
    pub listed_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a provider says about a model of its own.
#[derive(Debug, Clone)]
pub struct Listed {
    pub model_id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub context_length: Option<i32>,
    pub chats: bool,
    pub released_at: Option<DateTime<Utc>>,
}

/// A custom price, as typed.
#[derive(Debug, Clone)]
pub struct CustomPrice {
    pub input: String,
    pub output: String,
}

pub async fn list(db: &Db) -> Result<Vec<Model>> {
    Ok(
        sqlx::query_as("SELECT * FROM models ORDER BY provider, model_id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Model>> {
    Ok(sqlx::query_as("SELECT * FROM models WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

/// What a key can be used for; without one, every model of the provider.
pub async fn of_key(db: &Db, provider: &str, key_id: Option<Uuid>) -> Result<Vec<Model>> {
    let query = sqlx::query_as(
        "SELECT * FROM models WHERE provider = $1
             AND ($2::uuid IS NULL OR id IN (SELECT model_id FROM model_keys WHERE key_id = $2))
         ORDER BY model_id",
    )
    .bind(provider)
    .bind(key_id);
    Ok(query.fetch_all(&db.pool).await?)
}

/// How much a model takes in at once, in tokens, where its provider says so.
pub async fn context_length(db: &Db, provider: &str, model: &str) -> Result<Option<i32>> {
    let query = sqlx::query_scalar(
        "SELECT context_length FROM models WHERE provider = $1 AND model_id = $2",
    )
    .bind(provider)
    .bind(model);
    Ok(query.fetch_optional(&db.pool).await?.flatten())
}

/// Model and key.
pub async fn keys(db: &Db) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(sqlx::query_as("SELECT model_id, key_id FROM model_keys")
        .fetch_all(&db.pool)
        .await?)
}

/// Names and their providers, for the snapshot.
pub async fn names(db: &Db) -> Result<Vec<(String, String)>> {
    Ok(sqlx::query_as("SELECT model_id, provider FROM models")
        .fetch_all(&db.pool)
        .await?)
}

/// Keeps a listing. With a key, it can be used for exactly these models from now on.
pub async fn keep(
    db: &Db,
    provider: &str,
    key_id: Option<Uuid>,
    models: &[Listed],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    let mut ids = Vec::with_capacity(models.len());
    for model in models {
        let id: Uuid = sqlx::query_scalar(
            "INSERT INTO models (id, provider, model_id, name, description, context_length, chats, released_at,
                 listed_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9)
             ON CONFLICT (provider, model_id) DO UPDATE SET name = excluded.name, description = excluded.description,
                 context_length = excluded.context_length, chats = excluded.chats,
                 released_at = excluded.released_at, listed_at = excluded.listed_at
             RETURNING id",
        )
        .bind(Uuid::now_v7())
        .bind(provider)
        .bind(&model.model_id)
        .bind(&model.name)
        .bind(&model.description)
        .bind(model.context_length)
        .bind(model.chats)
        .bind(model.released_at)
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
        ids.push(id);
    }
    if let Some(key_id) = key_id {
        sqlx::query("DELETE FROM model_keys WHERE key_id = $1 AND model_id <> ALL($2)")
            .bind(key_id)
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO model_keys SELECT unnest($2::uuid[]), $1 ON CONFLICT DO NOTHING")
            .bind(key_id)
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Reads a model and its custom price under a lock, lets `change` edit both, and writes them back; no price deletes it.
/// `None` if there is no such model.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Model, &mut Option<CustomPrice>) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Model>, E> {
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    let model: Option<Model> = sqlx::query_as("SELECT * FROM models WHERE id = $1 FOR UPDATE")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await
        .map_err(Error::from)?;
    let Some(mut model) = model else {
        return Ok(None);
    };
    let price: Option<(String, String)> = sqlx::query_as(
        "SELECT input, output FROM token_prices WHERE provider = $1 AND model = $2 FOR UPDATE",
    )
    .bind(&model.provider)
    .bind(&model.model_id)
    .fetch_optional(&mut *tx)
    .await
    .map_err(Error::from)?;
    let mut price = price.map(|(input, output)| CustomPrice { input, output });
    change(&mut model, &mut price)?;
    sqlx::query(
        "UPDATE models SET ignored = $2, input_modalities = $3, output_modalities = $4, embedding_dimensions = $5,
             price_filled_in = $6, updated_at = $7 WHERE id = $1",
    )
    .bind(id)
    .bind(model.ignored)
    .bind(&model.input_modalities)
    .bind(&model.output_modalities)
    .bind(model.embedding_dimensions)
    .bind(&model.price_filled_in)
    .bind(model.updated_at)
    .execute(&mut *tx)
    .await
    .map_err(Error::from)?;
    set_price(&mut tx, &model, price.as_ref()).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Some(model))
}

async fn set_price(
    connection: &mut sqlx::PgConnection,
    model: &Model,
    price: Option<&CustomPrice>,
) -> Result<()> {
    let query = match price {
        None => sqlx::query("DELETE FROM token_prices WHERE provider = $1 AND model = $2")
            .bind(&model.provider)
            .bind(&model.model_id),
        Some(price) => sqlx::query(
            "INSERT INTO token_prices (id, provider, model, input, output, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (provider, model) DO UPDATE SET input = excluded.input, output = excluded.output,
                 updated_at = excluded.updated_at",
        )
        .bind(Uuid::now_v7())
        .bind(&model.provider)
        .bind(&model.model_id)
        .bind(&price.input)
        .bind(&price.output)
        .bind(model.updated_at),
    };
    query.execute(connection).await?;
    Ok(())
}

/// How many models each key can be used for.
pub async fn counts(db: &Db) -> Result<Vec<(Uuid, i64)>> {
    Ok(
        sqlx::query_as("SELECT key_id, count(*) FROM model_keys GROUP BY key_id")
            .fetch_all(&db.pool)
            .await?,
    )
}
