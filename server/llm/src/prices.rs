//! The built-in price table: public list prices, dated, from `prices.json`.
//!
//! An unknown model has no price here and gets none invented. A deployment's own prices live in
//! its database and win over these.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// List prices of the standard tier, in USD per million tokens.
#[derive(Debug, Default, Deserialize)]
pub struct PriceTable {
    /// Every current price was seen on this day or a later one, `YYYY-MM-DD`.
    pub as_of: &'static str,
    /// Where the prices come from and what they leave out.
    pub sources: Vec<&'static str>,
    pub models: Vec<ModelPrice>,
    /// Where a provider's name, an alias too, is among the models: every call asks, more than once.
    #[serde(skip)]
    names: HashMap<(&'static str, &'static str), usize>,
}

/// One model's prices as decimal texts, so that no binary fraction creeps in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPrice {
    /// The provider's id, as in [`crate::providers`].
    pub provider: &'static str,
    pub model: &'static str,
    /// Other names of the same model.
    #[serde(default)]
    pub aliases: Vec<&'static str>,
    pub input: &'static str,
    pub output: &'static str,
    /// What a prompt token read from the provider's cache costs; absent: the same as `input`.
    pub cache_read: Option<&'static str>,
    /// What writing a prompt token to the cache costs (Anthropic: for five minutes); absent: the
    /// same as `input`.
    pub cache_write: Option<&'static str>,
    /// What writing it for an hour costs; absent: the same as `cache_write`.
    pub cache_write_1h: Option<&'static str>,
    /// Prices of long prompts, ascending; see [`ModelPrice::tier`].
    #[serde(default)]
    pub tiers: Vec<PriceTier>,
    /// The day this price was seen, where that is known.
    pub as_of: Option<&'static str>,
    pub note: Option<&'static str>,
}

/// The prices of the whole call once its prompt is longer than the threshold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceTier {
    /// Compared with [`crate::usage::Usage::prompt`], which counts cached tokens too.
    pub above_prompt_tokens: u64,
    pub input: &'static str,
    pub output: &'static str,
    pub cache_read: Option<&'static str>,
    pub cache_write: Option<&'static str>,
    pub cache_write_1h: Option<&'static str>,
}

/// Snapshots with a price of their own, which the rule for dated names would get wrong.
const UNLIKE_THEIR_MODEL: [&str; 1] = ["gpt-4o-2024-05-13"];

static TABLE: LazyLock<PriceTable> = LazyLock::new(|| {
    // A fault in the file is caught by the tests; at run time it would only mean unknown prices.
    let table: PriceTable = serde_json::from_str(include_str!("prices.json")).unwrap_or_default();
    table.indexed()
});

pub fn price_table() -> &'static PriceTable {
    &TABLE
}

impl PriceTable {
    /// The price of a model by its own name, an alias, or the name of a dated snapshot.
    pub fn find(&self, provider: &str, model: &str) -> Option<&ModelPrice> {
        let model = model.strip_prefix("models/").unwrap_or(model);
        self.listed(provider, model).or_else(|| {
            if UNLIKE_THEIR_MODEL.contains(&model) {
                return None;
            }
            self.listed(provider, without_snapshot(provider, model)?)
        })
    }

    fn listed(&self, provider: &str, name: &str) -> Option<&ModelPrice> {
        self.models.get(*self.names.get(&(provider, name))?)
    }

    /// The first of a name counts.
    fn indexed(mut self) -> Self {
        for (place, price) in self.models.iter().enumerate() {
            for name in price.aliases.iter().chain([&price.model]) {
                self.names.entry((price.provider, *name)).or_insert(place);
            }
        }
        self
    }
}

/// Every name by which people mean this model: as it is called, without the mark of a snapshot, and its listed aliases.
pub fn names_of(provider: &str, model: &str) -> Vec<String> {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let mut names = vec![model];
    if !UNLIKE_THEIR_MODEL.contains(&model) {
        names.extend(without_snapshot(provider, model));
    }
    if let Some(listed) = TABLE.find(provider, model) {
        names.push(listed.model);
        names.extend(&listed.aliases);
    }
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

impl ModelPrice {
    /// The tier a prompt of this many tokens falls into, if it is a long one.
    pub fn tier(&self, prompt_tokens: u64) -> Option<&PriceTier> {
        let reached = |tier: &&PriceTier| prompt_tokens > tier.above_prompt_tokens;
        self.tiers.iter().rev().find(reached)
    }
}

/// The model a snapshot belongs to, by each provider's documented way to name one: Anthropic
/// `-YYYYMMDD` (and `-latest` for the newest), `OpenAI` `-YYYY-MM-DD`, Google `-NNN`.
fn without_snapshot<'a>(provider: &str, model: &'a str) -> Option<&'a str> {
    let pattern = match provider {
        "anthropic" => "-DDDDDDDD",
        "openai" => "-DDDD-DD-DD",
        "gemini" => "-DDD",
        _ => return None,
    };
    if provider == "anthropic"
        && let Some(name) = model.strip_suffix("-latest")
    {
        return Some(name);
    }
    let (name, suffix) = model.split_at_checked(model.len().checked_sub(pattern.len())?)?;
    let fits = |(wanted, found): (u8, u8)| match wanted {
        b'D' => found.is_ascii_digit(),
        other => other == found,
    };
    let matches = pattern.bytes().zip(suffix.bytes()).all(fits);
    (matches && !name.is_empty()).then_some(name)
}
