use chrono::{DateTime, TimeDelta};
use db::statistics::Hour;

use super::{spend, start_of_day};

fn hour(requests: i64, cost_pico: i64, unpriced: i64) -> Hour {
    Hour {
        hour: DateTime::UNIX_EPOCH,
        requests,
        errors: 0,
        input_tokens: 0,
        output_tokens: 0,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        cost_pico,
        unpriced,
    }
}

#[test]
fn the_hours_of_a_day_are_added_up() {
    let hours = [hour(2, 1_200_000_000_000, 0), hour(1, 34_000_000_000, 0)];
    assert_eq!(spend(&hours), "Today: $1.23, 3 calls");
}

#[test]
fn little_money_is_not_none() {
    assert_eq!(
        spend(&[hour(1, 1_000_000, 0)]),
        "Today: less than $0.01, 1 call"
    );
    assert_eq!(spend(&[]), "Today: $0.00, 0 calls");
}

#[test]
fn calls_without_a_price_are_named() {
    assert_eq!(
        spend(&[hour(3, 0, 2)]),
        "Today: $0.00, 3 calls (2 without a price)"
    );
}

#[test]
fn a_day_is_at_most_a_day_long() {
    let noon = DateTime::UNIX_EPOCH + TimeDelta::hours(12);
    let since = noon - start_of_day(noon);
    assert!(since >= TimeDelta::zero() && since < TimeDelta::hours(25));
}
