//! Models on the wire, and what people may say about one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use db::models::{CustomPrice, Model as Row};
use domain::platform::Platform;
use domain::pricing::Price;
use llm::providers::Provider;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::ApiError;
use crate::agents::one_of;
use crate::extract::given;

/// As the published contract has it. Prices are decimal texts, in USD.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published contract")]
pub(crate) struct LlmModel {
    id: Uuid,
    provider: String,
    model_id: String,
    external_id: String,
    description: Option<String>,
    context_length: Option<i32>,
    /// Null unless a person set them.
    input_modalities: Option<Vec<String>>,
    output_modalities: Option<Vec<String>>,
    embedding_dimensions: Option<i32>,
    supports_tool_calling: Option<bool>,
    ignored: bool,
    is_best: bool,
    is_fastest: bool,
    discovered_via_llm_proxy: bool,
    prompt_price_per_token: Option<String>,
    completion_price_per_token: Option<String>,
    custom_price_per_million_input: Option<String>,
    custom_price_per_million_output: Option<String>,
    /// What is in force.
    price_per_million_input: Option<String>,
    price_per_million_output: Option<String>,
    is_custom_price: bool,
    /// `custom` or `default`
    price_source: &'static str,
    /// The keys it can be used with.
    api_keys: Vec<ModelKey>,
    last_synced_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelKey {
    id: Uuid,
    name: String,
    provider: String,
    scope: String,
    is_system: bool,
}

impl ModelKey {
    pub(super) fn new(key: &db::provider_keys::ProviderKey) -> Self {
        Self {
            id: key.id,
            name: key.name.clone(),
            provider: key.provider.clone(),
            scope: key.scope.clone(),
            is_system: false,
        }
    }
}

/// For pickers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChatModel {
    id: String,
    display_name: String,
    provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
    context_length: Option<i32>,
    price_per_million_input: Option<String>,
    price_per_million_output: Option<String>,
}

/// Prices that people set; the built-in ones stand behind them.
pub(super) struct Prices(HashMap<(String, String), CustomPrice>);

impl Prices {
    pub(super) async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let rows = db::token_prices::list(&platform.db).await?;
        let rows = rows.into_iter().map(|row| {
            let price = CustomPrice {
                input: row.input,
                output: row.output,
            };
            ((row.provider, row.model), price)
        });
        Ok(Self(rows.collect()))
    }

    fn custom(&self, row: &Row) -> Option<&CustomPrice> {
        self.0.get(&(row.provider.clone(), row.model_id.clone()))
    }

    fn in_force(&self, row: &Row) -> Option<CustomPrice> {
        self.custom(row).cloned().or_else(|| built_in(row))
    }
}

fn built_in(row: &Row) -> Option<CustomPrice> {
    let listed = llm::prices::price_table().find(&row.provider, &row.model_id)?;
    Some(CustomPrice {
        input: listed.input.to_owned(),
        output: listed.output.to_owned(),
    })
}

/// The halves of a custom price that a person typed.
fn typed(row: &Row, price: Option<&CustomPrice>) -> (Option<String>, Option<String>) {
    let half = |name, text: fn(&CustomPrice) -> &String| {
        let is_typed = row.price_filled_in.as_deref() != Some(name);
        price.filter(|_| is_typed).map(|price| text(price).clone())
    };
    (
        half("input", |price| &price.input),
        half("output", |price| &price.output),
    )
}

impl LlmModel {
    pub(super) fn new(row: Row, api_keys: Vec<ModelKey>, prices: &Prices) -> Self {
        let custom = prices.custom(&row);
        let (input, output) = typed(&row, custom);
        let in_force = prices.in_force(&row);
        Self {
            custom_price_per_million_input: input,
            custom_price_per_million_output: output,
            price_per_million_input: in_force.as_ref().map(|price| price.input.clone()),
            price_per_million_output: in_force.map(|price| price.output),
            is_custom_price: custom.is_some(),
            price_source: if custom.is_some() {
                "custom"
            } else {
                "default"
            },
            external_id: format!("{}/{}", row.provider, row.model_id),
            id: row.id,
            provider: row.provider,
            model_id: row.model_id,
            description: row.description,
            context_length: row.context_length,
            input_modalities: row.input_modalities,
            output_modalities: row.output_modalities,
            embedding_dimensions: row.embedding_dimensions,
            supports_tool_calling: None,
            ignored: row.ignored,
            is_best: false,
            is_fastest: false,
            discovered_via_llm_proxy: false,
            prompt_price_per_token: None,
            completion_price_per_token: None,
            api_keys,
            last_synced_at: row.listed_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl ChatModel {
    pub(super) fn new(row: Row, provider: &Provider, prices: &Prices) -> Self {
        let price = prices.in_force(&row);
        Self {
            display_name: row.name.unwrap_or_else(|| row.model_id.clone()),
            id: row.model_id,
            provider: provider.id,
            created_at: row.released_at,
            context_length: row.context_length,
            price_per_million_input: price.as_ref().map(|price| price.input.clone()),
            price_per_million_output: price.map(|price| price.output),
        }
    }
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LlmModelInput {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    custom_price_per_million_input: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    custom_price_per_million_output: Option<Option<String>>,
    ignored: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    input_modalities: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    output_modalities: Option<Option<Vec<String>>>,
    /// 768, 1536 or 3072
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i32>)]
    embedding_dimensions: Option<Option<i32>>,
}

const INPUTS: [&str; 5] = ["audio", "image", "pdf", "text", "video"];
const OUTPUTS: [&str; 3] = ["audio", "image", "text"];
const DIMENSIONS: [i32; 3] = [768, 1536, 3072];

impl LlmModelInput {
    pub(super) fn apply(
        &self,
        row: &mut Row,
        price: &mut Option<CustomPrice>,
    ) -> Result<(), ApiError> {
        row.ignored = self.ignored.unwrap_or(row.ignored);
        if let Some(kinds) = &self.input_modalities {
            row.input_modalities = checked("inputModalities", kinds.as_ref(), &INPUTS)?;
        }
        if let Some(kinds) = &self.output_modalities {
            row.output_modalities = checked("outputModalities", kinds.as_ref(), &OUTPUTS)?;
        }
        if let Some(dimensions) = self.embedding_dimensions {
            if dimensions.is_some_and(|dimensions| !DIMENSIONS.contains(&dimensions)) {
                return Err(ApiError::Validation(
                    "embeddingDimensions is 768, 1536, 3072 or null.".into(),
                ));
            }
            row.embedding_dimensions = dimensions;
        }
        let (input, output) = typed(row, price.as_ref());
        let is_priced = self.custom_price_per_million_input.is_some()
            || self.custom_price_per_million_output.is_some();
        if is_priced {
            let input = self.custom_price_per_million_input.clone().unwrap_or(input);
            let output = self
                .custom_price_per_million_output
                .clone()
                .unwrap_or(output);
            set_price(row, price, input, output)?;
        }
        Ok(())
    }
}

/// A half that nobody typed costs what the built-in table says, and nothing where that does not know the model.
fn set_price(
    row: &mut Row,
    price: &mut Option<CustomPrice>,
    input: Option<String>,
    output: Option<String>,
) -> Result<(), ApiError> {
    let filled_in = match (&input, &output) {
        (None, None) => {
            row.price_filled_in = None;
            *price = None;
            return Ok(());
        }
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some("input"),
        (Some(_), None) => Some("output"),
    };
    let built_in = built_in(row);
    let half = |typed: Option<String>, built_in: Option<&String>| {
        let known = typed.or_else(|| built_in.cloned());
        known.unwrap_or_else(|| "0".to_owned())
    };
    let set = CustomPrice {
        input: half(input, built_in.as_ref().map(|price| &price.input)),
        output: half(output, built_in.as_ref().map(|price| &price.output)),
    };
    Price::parse(&set.input, &set.output, None, None)
        .map_err(|error| ApiError::Validation(error.to_string()))?;
    row.price_filled_in = filled_in.map(str::to_owned);
    *price = Some(set);
    Ok(())
}

fn checked(
    field: &str,
    kinds: Option<&Vec<String>>,
    allowed: &[&str],
) -> Result<Option<Vec<String>>, ApiError> {
    let Some(kinds) = kinds else { return Ok(None) };
    let checked = kinds.iter().map(|kind| one_of(field, kind, allowed));
    checked.collect::<Result<_, _>>().map(Some)
}
