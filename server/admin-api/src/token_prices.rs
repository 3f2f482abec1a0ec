//! Model prices: the built-in dated table, and what people set over it.

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use domain::platform::Platform;
use domain::pricing::Price;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::auth::{SUCCESS, Success};
use crate::error::ErrorBody;
use crate::extract::{self, Id};
use crate::{ApiError, State};

/// USD per million tokens, as decimal texts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenPrice {
    id: Uuid,
    provider: String,
    model: String,
    price_per_million_input: String,
    price_per_million_output: String,
    price_per_million_cache_read: Option<String>,
    price_per_million_cache_write: Option<String>,
    /// `builtin` or `custom`
    source: &'static str,
    /// The day a built-in price was read at its source.
    as_of: Option<String>,
    created_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenPriceInput {
    provider: Option<String>,
    model: Option<String>,
    price_per_million_input: Option<String>,
    price_per_million_output: Option<String>,
    price_per_million_cache_read: Option<String>,
    price_per_million_cache_write: Option<String>,
}

impl TokenPrice {
    fn custom(row: db::token_prices::TokenPrice) -> Self {
        Self {
            id: row.id,
            provider: row.provider,
            model: row.model,
            price_per_million_input: row.input,
            price_per_million_output: row.output,
            price_per_million_cache_read: row.cache_read,
            price_per_million_cache_write: row.cache_write,
            source: "custom",
            as_of: None,
            created_at: Some(row.created_at),
            updated_at: Some(row.updated_at),
        }
    }

    fn built_in(model: &llm::prices::ModelPrice) -> Self {
        Self {
            id: built_in_id(model.provider, model.model),
            provider: model.provider.to_owned(),
            model: model.model.to_owned(),
            price_per_million_input: model.input.to_owned(),
            price_per_million_output: model.output.to_owned(),
            price_per_million_cache_read: model.cache_read.map(str::to_owned),
            price_per_million_cache_write: model.cache_write.map(str::to_owned),
            source: "builtin",
            as_of: Some(
                model
                    .as_of
                    .unwrap_or(llm::prices::price_table().as_of)
                    .to_owned(),
            ),
            created_at: None,
            updated_at: None,
        }
    }
}

/// The same id for the same model in every process: the first half of a hash of its name.
fn built_in_id(provider: &str, model: &str) -> Uuid {
    let digest = domain::api_keys::digest(&format!("{provider}/{model}"));
    let half: [u8; 16] = std::array::from_fn(|index| digest[index]);
    uuid::Builder::from_custom_bytes(half).into_uuid()
}

/// All prices in force; a custom one hides the built-in one of the same model.
#[utoipa::path(get, path = "/api/token-prices", tag = "prices", responses((status = 200, body = Vec<TokenPrice>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<TokenPrice>>, ApiError> {
    Ok(Json(in_force(&platform).await?))
}

async fn in_force(platform: &Platform) -> Result<Vec<TokenPrice>, ApiError> {
    let rows = db::token_prices::list(&platform.db).await?;
    let hidden = |model: &llm::prices::ModelPrice| {
        rows.iter()
            .any(|row| row.provider == model.provider && row.model == model.model)
    };
    let built_in = llm::prices::price_table()
        .models
        .iter()
        .filter(|model| !hidden(model))
        .map(TokenPrice::built_in);
    let mut prices: Vec<TokenPrice> = built_in.collect();
    prices.extend(rows.into_iter().map(TokenPrice::custom));
    prices.sort_by(|a, b| (&a.provider, &a.model).cmp(&(&b.provider, &b.model)));
    Ok(prices)
}

/// Get a price.
#[utoipa::path(get, path = "/api/token-prices/{id}", tag = "prices", params(("id" = Uuid, Path)),
    responses((status = 200, body = TokenPrice), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<TokenPrice>, ApiError> {
    let price = in_force(&platform)
        .await?
        .into_iter()
        .find(|price| price.id == id);
    price.map(Json).ok_or(ApiError::NotFound("Price"))
}

/// Set a model's price.
#[utoipa::path(post, path = "/api/token-prices", tag = "prices", request_body = TokenPriceInput,
    responses((status = 200, body = TokenPrice), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    extract::Json(input): extract::Json<TokenPriceInput>,
) -> Result<Json<TokenPrice>, ApiError> {
    let missing = |field: &str| ApiError::Validation(format!("{field} is required."));
    let now = platform.clock.now();
    let row = db::token_prices::TokenPrice {
        id: Uuid::now_v7(),
        provider: input.provider.ok_or_else(|| missing("provider"))?,
        model: input.model.ok_or_else(|| missing("model"))?,
        input: input
            .price_per_million_input
            .ok_or_else(|| missing("pricePerMillionInput"))?,
        output: input
            .price_per_million_output
            .ok_or_else(|| missing("pricePerMillionOutput"))?,
        cache_read: input.price_per_million_cache_read,
        cache_write: input.price_per_million_cache_write,
        created_at: now,
        updated_at: now,
    };
    check(&row)?;
    db::token_prices::insert(&platform.db, &row).await?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(TokenPrice::custom(row)))
}

fn check(row: &db::token_prices::TokenPrice) -> Result<(), ApiError> {
    if llm::providers::provider(&row.provider).is_none() {
        let known: Vec<&str> = llm::providers::providers()
            .iter()
            .map(|provider| provider.id)
            .collect();
        return Err(ApiError::Validation(format!(
            "provider is one of {}, not \"{}\".",
            known.join(", "),
            row.provider
        )));
    }
    if row.model.trim().is_empty() || row.model.len() > 200 {
        return Err(ApiError::Validation(
            "model has 1 to 200 characters.".into(),
        ));
    }
    Price::parse(
        &row.input,
        &row.output,
        row.cache_read.as_deref(),
        row.cache_write.as_deref(),
    )
    .map(|_| ())
    .map_err(|error| ApiError::Validation(error.to_string()))
}

/// Change a custom price; a built-in one becomes custom.
#[utoipa::path(put, path = "/api/token-prices/{id}", tag = "prices", params(("id" = Uuid, Path)),
    request_body = TokenPriceInput, responses((status = 200, body = TokenPrice), (status = 404, body = ErrorBody)))]
pub(crate) async fn update(
    Extract(platform): State,
    Id(id): Id,
    extract::Json(input): extract::Json<TokenPriceInput>,
) -> Result<Json<TokenPrice>, ApiError> {
    let Some(mut row) = db::token_prices::find(&platform.db, id).await? else {
        let built_in = llm::prices::price_table()
            .models
            .iter()
            .find(|model| built_in_id(model.provider, model.model) == id);
        let built_in = TokenPrice::built_in(built_in.ok_or(ApiError::NotFound("Price"))?);
        return create(Extract(platform), extract::Json(input.over(built_in))).await;
    };
    row.provider = input.provider.unwrap_or(row.provider);
    row.model = input.model.unwrap_or(row.model);
    row.input = input.price_per_million_input.unwrap_or(row.input);
    row.output = input.price_per_million_output.unwrap_or(row.output);
    row.cache_read = input.price_per_million_cache_read.or(row.cache_read);
    row.cache_write = input.price_per_million_cache_write.or(row.cache_write);
    row.updated_at = platform.clock.now();
    check(&row)?;
    db::token_prices::update(&platform.db, &row).await?;
    platform.snapshot.refresh(&platform.db).await?;
    Ok(Json(TokenPrice::custom(row)))
}

impl TokenPriceInput {
    fn over(self, price: TokenPrice) -> Self {
        Self {
            provider: self.provider.or(Some(price.provider)),
            model: self.model.or(Some(price.model)),
            price_per_million_input: self
                .price_per_million_input
                .or(Some(price.price_per_million_input)),
            price_per_million_output: self
                .price_per_million_output
                .or(Some(price.price_per_million_output)),
            price_per_million_cache_read: self
                .price_per_million_cache_read
                .or(price.price_per_million_cache_read),
            price_per_million_cache_write: self
                .price_per_million_cache_write
                .or(price.price_per_million_cache_write),
        }
    }
}

/// Delete a custom price; the built-in one, if any, is in force again.
#[utoipa::path(delete, path = "/api/token-prices/{id}", tag = "prices", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    if !db::token_prices::delete(&platform.db, id).await? {
        return Err(ApiError::NotFound("Custom price"));
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(SUCCESS)
}

/// A model that was called in the last 30 days and has no price.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnpricedModel {
    provider: String,
    model: String,
    requests: i64,
    last_seen_at: DateTime<Utc>,
}

/// Models without a price, most called first.
#[utoipa::path(get, path = "/api/token-prices/unpriced", tag = "prices",
    responses((status = 200, body = Vec<UnpricedModel>)))]
pub(crate) async fn unpriced(
    Extract(platform): State,
) -> Result<Json<Vec<UnpricedModel>>, ApiError> {
    Ok(Json(still_unpriced(&platform).await?))
}

/// A model that has got a price since is none of them.
pub(crate) async fn still_unpriced(platform: &Platform) -> Result<Vec<UnpricedModel>, ApiError> {
    let rows = db::token_prices::unpriced(&platform.db, platform.clock.now()).await?;
    let snapshot = platform.snapshot.load();
    let models = rows
        .into_iter()
        .filter(|row| snapshot.price(&row.provider, &row.model).is_none());
    Ok(models
        .map(|row| UnpricedModel {
            provider: row.provider,
            model: row.model,
            requests: row.requests,
            last_seen_at: row.last_hour,
        })
        .collect())
}
