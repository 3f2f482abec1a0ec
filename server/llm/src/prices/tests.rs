use super::{ModelPrice, price_table};
use crate::providers::provider;

fn input(provider: &str, model: &str) -> Option<&'static str> {
    price_table().find(provider, model).map(|price| price.input)
}

/// Millionths of a dollar, or nothing if it is no plain decimal of at most six places.
fn micro_dollars(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = !whole.is_empty() && fraction.len() <= 6;
    let digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let combined = format!("{whole}{fraction:0<6}");
    (plain && digits).then(|| combined.parse().ok())?
}

#[test]
fn the_table_is_dated_sourced_and_covers_all_providers() {
    let table = price_table();
    assert_eq!(table.as_of.len(), 10);
    assert!(table.sources.len() >= 3);
    for provider in ["openai", "anthropic", "gemini"] {
        let known = table
            .models
            .iter()
            .filter(|price| price.provider == provider);
        assert!(known.count() >= 10, "{provider}");
    }
}

#[test]
fn every_price_is_a_decimal_and_cached_input_is_not_dearer_than_fresh() {
    for price in &price_table().models {
        let name = price.model;
        assert!(provider(price.provider).is_some(), "{name}");
        let input = micro_dollars(price.input);
        assert!(
            input.is_some() && micro_dollars(price.output).is_some(),
            "{name}"
        );
        if let Some(read) = price.cache_read {
            assert!(micro_dollars(read) <= input, "{name}");
        }
        if let Some(write) = price.cache_write {
            assert!(micro_dollars(write) >= input, "{name}");
        }
        for tier in &price.tiers {
            assert!(micro_dollars(tier.input) > input, "{name}");
            assert!(
                micro_dollars(tier.output) > micro_dollars(price.output),
                "{name}"
            );
            assert_eq!(
                tier.cache_read.is_some(),
                price.cache_read.is_some(),
                "{name}"
            );
        }
    }
}

#[test]
fn no_name_stands_for_two_prices() {
    let mut names: Vec<(&str, &str)> = Vec::new();
    for price in &price_table().models {
        names.push((price.provider, price.model));
        names.extend(price.aliases.iter().map(|alias| (price.provider, *alias)));
    }
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn snapshots_and_aliases_cost_what_their_model_costs() {
    for (provider, snapshot, model) in [
        (
            "anthropic",
            "claude-sonnet-4-5-20250929",
            "claude-sonnet-4-5",
        ),
        ("anthropic", "claude-3-5-haiku-latest", "claude-3-5-haiku"),
        ("anthropic", "claude-opus-4-0", "claude-opus-4"),
        ("anthropic", "claude-opus-4-20250514", "claude-opus-4"),
        ("openai", "gpt-5.1-2025-11-13", "gpt-5.1"),
        ("openai", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("openai", "gpt-5.6", "gpt-5.6-sol"),
        ("gemini", "models/gemini-2.5-flash", "gemini-2.5-flash"),
        ("gemini", "gemini-2.5-flash-001", "gemini-2.5-flash"),
    ] {
        let found = price_table()
            .find(provider, snapshot)
            .map(|price| price.model);
        assert_eq!(found, Some(model), "{snapshot}");
    }
}

#[test]
fn what_is_not_listed_has_no_price() {
    for (provider, model) in [
        ("openai", "gpt-4o-2024-05-13"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme::x"),
        ("openai", "gpt-5.1-20251113"),
        ("openai", "gpt-4o-audio-preview"),
        ("openai", "claude-sonnet-4-5"),
        ("anthropic", "claude-sonnet-4-5-2025"),
        ("anthropic", "-20250929"),
        ("gemini", "tunedModels/gemini-2.5-flash"),
        ("gemini", "gemini-2.5-flash-image"),
        ("gemini", "\u{1f980}"),
        ("acme", "gpt-5.1"),
        ("openai", ""),
    ] {
        assert_eq!(input(provider, model), None, "{provider} {model}");
    }
}

#[test]
fn a_long_prompt_falls_into_the_tier_above_its_threshold() {
    let tier = |prompt| {
        let price = price_table().find("gemini", "gemini-2.5-pro");
        price
            .and_then(|price: &ModelPrice| price.tier(prompt))
            .map(|tier| tier.input)
    };
    assert_eq!(tier(200_000), None);
    assert_eq!(tier(200_001), Some("2.5"));
}
