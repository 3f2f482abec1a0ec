#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn usage(input: u64, output: u64, cache_read: u64, cache_write: u64) -> Usage {
    Usage {
        input,
        output,
        cache_read,
        cache_write,
        ..Usage::default()
    }
}

#[test]
fn a_call_costs_each_kind_of_token_at_its_own_price() {
    let price = Price::parse("3", "15", Some("0.30"), Some("3.75")).unwrap();
    let cost = price
        .cost(&usage(1_000_000, 1_000_000, 1_000_000, 1_000_000))
        .unwrap();
    assert_eq!(cost, 22_050_000_000_000, "3 + 15 + 0.30 + 3.75 USD");
}

#[test]
fn a_cached_token_without_a_price_costs_as_much_as_any_other() {
    let price = Price::parse("2", "8", None, None).unwrap();
    assert_eq!(
        price.cost(&usage(0, 0, 10, 5)),
        price.cost(&usage(15, 0, 0, 0))
    );
}

#[test]
fn prices_are_read_exactly() {
    for (text, expected) in [
        ("0.15", 150_000),
        ("3", 3_000_000),
        (".075", 75_000),
        ("0.000001", 1),
        ("0", 0),
        ("10.50", 10_500_000),
    ] {
        assert_eq!(parse_price(text), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_a_price_is_refused() {
    for text in [
        "",
        ".",
        "-1",
        "1e3",
        "0.0000001",
        "1,5",
        "$3",
        "1.2.3",
        "99999999999999999999",
    ] {
        assert_eq!(parse_price(text), Err(InvalidPrice), "{text:?}");
    }
}

#[test]
fn an_absurd_number_of_tokens_has_no_cost_rather_than_a_wrong_one() {
    let price = Price::parse("3", "15", None, None).unwrap();
    assert_eq!(price.cost(&usage(u64::MAX, 0, 0, 0)), None);
    assert_eq!(price.cost(&usage(i64::MAX as u64, 1, 0, 0)), None);
}

#[test]
fn a_long_prompt_costs_its_tier_and_an_hour_of_cache_its_own_price() {
    let listed: ModelPrice = serde_json::from_str(
        r#"{"provider":"p","model":"m","input":"1","output":"2","cache_write":"1.25","cache_write_1h":"2",
            "tiers":[{"above_prompt_tokens":100,"input":"3","output":"4"}]}"#,
    )
    .unwrap();
    let price = Price::listed(&listed).unwrap();
    assert_eq!(price.cost(&usage(100, 10, 0, 0)), Some(120_000_000));
    assert_eq!(price.cost(&usage(101, 10, 0, 0)), Some(343_000_000));
    let hour = Usage {
        cache_write: 10,
        cache_write_1h: 4,
        ..Usage::default()
    };
    assert_eq!(price.cost(&hour), Some(6 * 1_250_000 + 4 * 2_000_000));
}

#[test]
fn every_built_in_price_can_be_read() {
    for model in &llm::prices::price_table().models {
        assert!(Price::listed(model).is_ok(), "{}", model.model);
    }
}

#[test]
fn what_caches_cost_and_save_is_a_share_of_the_call() {
    let price = Price::parse("3", "15", Some("0.30"), Some("3.75")).unwrap();
    let share = price.cache_cost(&usage(1_000_000, 1_000_000, 1_000_000, 1_000_000));
    let share = share.unwrap();
    assert_eq!(share.cost_pico, 4_050_000_000_000, "0.30 + 3.75 USD");
    assert_eq!(share.saved_pico, 2_700_000_000_000, "3 - 0.30 USD");
    assert_eq!(price.cache_cost(&usage(1_000_000, 1, 0, 0)), None);
}

#[test]
fn a_cache_that_costs_more_than_sending_anew_saves_nothing() {
    let price = Price::parse("1", "2", Some("1.5"), None).unwrap();
    assert_eq!(price.cache_cost(&usage(0, 0, 9, 0)).unwrap().saved_pico, 0);
}
