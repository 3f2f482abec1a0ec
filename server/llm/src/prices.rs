//! The built-in price table: public list prices, dated, from `prices.json`.
//!
//! An unknown model has no price here and gets none invented. A deployment's own prices live in
//! its database and win over these.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use serde::Deserialize;

/// List prices as of one day, in USD per million tokens.
#[derive(Debug, Default, Deserialize)]
pub struct PriceTable {
    /// The day the sources were read, `YYYY-MM-DD`.
    pub as_of: &'static str,
    pub sources: Vec<&'static str>,
    pub models: Vec<ModelPrice>,
}

/// One model's prices as decimal texts, so that no binary fraction creeps in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPrice {
    pub provider: &'static str,
    pub model: &'static str,
    pub input: &'static str,
    pub output: &'static str,
    /// What a prompt token read from the provider's cache costs; absent: the same as `input`.
    pub cache_read: Option<&'static str>,
    /// What writing a prompt token to the cache costs (Anthropic: for five minutes).
    pub cache_write: Option<&'static str>,
    pub cache_write_1h: Option<&'static str>,
    /// Prices of long prompts, ascending; see [`ModelPrice::tier`].
    #[serde(default)]
    pub tiers: Vec<PriceTier>,
}

/// The prices of the whole call once its prompt is longer than the threshold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTier {
    pub above_prompt_tokens: u64,
    pub input: &'static str,
    pub output: &'static str,
    pub cache_read: Option<&'static str>,
    pub cache_write: Option<&'static str>,
    pub cache_write_1h: Option<&'static str>,
}

static TABLE: LazyLock<PriceTable> = LazyLock::new(|| {
    // A fault in the file is caught by the tests; at run time it would only mean unknown prices.
    serde_json::from_str(include_str!("prices.json")).unwrap_or_default()
});

pub fn price_table() -> &'static PriceTable {
    &TABLE
}

impl PriceTable {
    /// The price of a model by its name, an alias of it or a dated snapshot of it.
    pub fn find(&self, provider: &str, model: &str) -> Option<&ModelPrice> {
        let name = listed_name(model);
        self.models
            .iter()
            .find(|price| price.provider == provider && price.model == name)
    }
}

impl ModelPrice {
    /// The tier a prompt of this many tokens falls into, if it is a long one.
    pub fn tier(&self, prompt_tokens: u64) -> Option<&PriceTier> {
        let reached = |tier: &&PriceTier| prompt_tokens > tier.above_prompt_tokens;
        self.tiers.iter().rev().find(reached)
    }
}

fn listed_name(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}
