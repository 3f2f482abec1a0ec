use super::*;

#[test]
fn three_failures_in_a_row_turn_callers_away_until_one_may_try() {
    let (breaker, start) = (Breaker::default(), Instant::now());
    for _ in 0..2 {
        breaker.failed(start, "refused");
        assert!(breaker.check(start).is_ok());
    }
    breaker.answered();
    for _ in 0..3 {
        assert!(
            breaker.check(start).is_ok(),
            "an answer begins the count anew"
        );
        breaker.failed(start, "refused");
    }
    assert_eq!(breaker.check(start), Err("refused".to_owned()));
    let later = start + PAUSE;
    assert!(breaker.check(later).is_ok(), "one may try");
    assert!(breaker.check(later).is_err(), "and only one");
    breaker.answered();
    assert!(breaker.check(later).is_ok());
}
