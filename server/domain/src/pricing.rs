//! What a model call costs, in whole picodollars: exact for every price of up to six decimals.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

use llm::prices::{ModelPrice, price_table};
use llm::usage::Usage;

/// Picodollars per token, which is the price in USD per million tokens times a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rates {
    input: i64,
    output: i64,
    cache_read: i64,
    cache_write: i64,
    cache_write_1h: i64,
}

/// The prices of one model, with those of long prompts where the provider has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    rates: Rates,
    /// Prompts longer than this many tokens cost this instead, ascending.
    tiers: Vec<(u64, Rates)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a price is a decimal number of USD per million tokens, such as 0.15, with at most six decimals"
)]
pub struct InvalidPrice;

impl Price {
    /// From decimal texts of USD per million tokens. Without a price of its own, a cached token costs as
    /// much as an uncached one.
    pub fn parse(
        input: &str,
        output: &str,
        cache_read: Option<&str>,
        cache_write: Option<&str>,
    ) -> Result<Self, InvalidPrice> {
        Ok(Self {
            rates: Rates::parse(input, output, cache_read, cache_write, None)?,
            tiers: Vec::new(),
        })
    }

    /// From a row of the built-in table.
    pub fn listed(model: &ModelPrice) -> Result<Self, InvalidPrice> {
        let rates = Rates::parse(
            model.input,
            model.output,
            model.cache_read,
            model.cache_write,
            model.cache_write_1h,
        )?;
        let tiers = model.tiers.iter().map(|tier| {
            let rates = Rates::parse(
                tier.input,
                tier.output,
                tier.cache_read,
                tier.cache_write,
                tier.cache_write_1h,
            )?;
            Ok((tier.above_prompt_tokens, rates))
        });
        Ok(Self {
            rates,
            tiers: tiers.collect::<Result<_, _>>()?,
        })
    }

    /// `None` where the sum leaves the range of an `i64` (nine million dollars for one call).
    pub fn cost(&self, usage: &Usage) -> Option<i64> {
        let rates = self.rates_of(usage);
        part(usage.input, rates.input)?
            .checked_add(part(usage.output, rates.output)?)?
            .checked_add(rates.cached(usage)?)
    }

    /// The share of [`Price::cost`] that caches have; `None` for a call without any, too.
    pub fn cache_cost(&self, usage: &Usage) -> Option<CacheCost> {
        if usage.cache_read == 0 && usage.cache_write == 0 {
            return None;
        }
        let rates = self.rates_of(usage);
        let cheaper = rates.input.saturating_sub(rates.cache_read).max(0);
        Some(CacheCost {
            cost_pico: rates.cached(usage)?,
            saved_pico: part(usage.cache_read, cheaper)?,
        })
    }

    fn rates_of(&self, usage: &Usage) -> &Rates {
        let reached = |tier: &&(u64, Rates)| usage.prompt() > tier.0;
        let tier = self.tiers.iter().rev().find(reached);
        tier.map_or(&self.rates, |(_, rates)| rates)
    }
}

fn part(tokens: u64, price: i64) -> Option<i64> {
    i64::try_from(tokens).ok()?.checked_mul(price)
}

/// The built-in table by provider and model, read once.
static LISTED: LazyLock<HashMap<(&str, &str), Price>> = LazyLock::new(|| {
    let read = |model: &ModelPrice| {
        let price = Price::listed(model).ok()?;
        Some(((model.provider, model.model), price))
    };
    // Of two rows of one name the first counts, as it does in the table.
    price_table().models.iter().rev().filter_map(read).collect()
});

pub fn built_in(provider: &str, model: &str) -> Option<&'static Price> {
    let listed = price_table().find(provider, model)?;
    LISTED.get(&(listed.provider, listed.model))
}

/// What caches of a provider cost and saved in one call, in picodollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheCost {
    /// Of reading and writing.
    pub cost_pico: i64,
    /// By what was read instead of being sent anew; never negative.
    pub saved_pico: i64,
}

impl Rates {
    fn parse(
        input: &str,
        output: &str,
        cache_read: Option<&str>,
        cache_write: Option<&str>,
        cache_write_1h: Option<&str>,
    ) -> Result<Self, InvalidPrice> {
        let input = parse_price(input)?;
        let or = |text: Option<&str>, other: i64| text.map_or(Ok(other), parse_price);
        let cache_write = or(cache_write, input)?;
        Ok(Self {
            input,
            output: parse_price(output)?,
            cache_read: or(cache_read, input)?,
            cache_write,
            cache_write_1h: or(cache_write_1h, cache_write)?,
        })
    }

    fn cached(&self, usage: &Usage) -> Option<i64> {
        let short_lived = usage.cache_write.saturating_sub(usage.cache_write_1h);
        part(usage.cache_read, self.cache_read)?
            .checked_add(part(short_lived, self.cache_write)?)?
            .checked_add(part(usage.cache_write_1h, self.cache_write_1h)?)
    }
}

/// Reads `"3"`, `"0.15"` or `".075"` as picodollars per token.
fn parse_price(text: &str) -> Result<i64, InvalidPrice> {
    const DECIMALS: usize = 6;
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if (whole.is_empty() && fraction.is_empty() && !text.contains('0'))
        || !digits_only(whole)
        || !digits_only(fraction)
        || fraction.len() > DECIMALS
    {
        return Err(InvalidPrice);
    }
    let padded = format!("{whole:0>1}{fraction:0<DECIMALS$}");
    padded.parse().map_err(|_| InvalidPrice)
}

/// Picodollars as USD, for people and metrics.
#[expect(
    clippy::cast_precision_loss,
    reason = "a float is only what is shown; sums are made in picodollars"
)]
pub fn usd(pico: i64) -> f64 {
    pico as f64 / 1e12
}
