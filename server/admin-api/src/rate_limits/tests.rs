use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

#[test]
fn a_caller_has_so_many_a_minute_and_then_waits_for_the_next() {
    let mut window = Window::default();
    let mut take = |seconds| window.take(at(seconds), "ann".to_owned(), 2);
    assert_eq!(take(605).remaining, 1);
    assert!(!take(606).is_over);
    let third = take(640);
    assert!(third.is_over);
    assert_eq!(third.reset, 20);
    assert!(!take(660).is_over);
}

#[test]
fn callers_do_not_count_for_each_other_and_are_forgotten_after_the_minute() {
    let mut window = Window::default();
    window.take(at(600), "ann".to_owned(), 1);
    assert!(!window.take(at(600), "bob".to_owned(), 1).is_over);
    window.take(at(660), "bob".to_owned(), 1);
    assert_eq!(window.counts.len(), 1);
}
