//! Codes of RFC 6238's own test values, and what must not work twice.

use super::*;

/// "12345678901234567890" of RFC 6238, appendix B, in base 32.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn check_at(code: &str, now: u64, used: u64) -> Option<u64> {
    check(&SECRET.into(), code, now, used)
}

#[test]
fn codes_are_those_of_the_standard_and_work_once() {
    for (now, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (20_000_000_000, "353130"),
    ] {
        let step = now / 30;
        assert_eq!(check_at(code, now, 0), Some(step));
        assert_eq!(check_at(code, now, step), None, "used already");
        assert_eq!(
            check_at(code, now + 30, 0),
            Some(step),
            "a clock may be off"
        );
        assert_eq!(check_at(code, now + 90, 0), None, "too old");
    }
    assert_eq!(check_at("287 082", 59, 0), Some(1));
    assert_eq!(check_at("", 59, 0), None);
    assert_eq!(check_at("287083", 59, 0), None);
}

#[test]
fn an_app_is_given_a_secret_that_it_can_read() {
    let enrolment = enrol("ann:a@example.com");
    let enrolment = enrolment.ok();
    let uri = enrolment
        .as_ref()
        .map(|it| it.uri.expose_secret().to_owned());
    let uri = uri.unwrap_or_default();
    assert!(uri.starts_with("otpauth://totp/Archestra:"), "{uri}");
    let secret = enrolment.map(|it| it.secret.expose_secret().len());
    assert_eq!(secret, Some(32), "160 bits in base 32");
}

#[test]
fn recovery_codes_are_long_and_written_in_any_way() {
    let codes = recovery_codes();
    assert_eq!(codes.len(), 10);
    assert!(
        codes.iter().all(|code| plain(code).len() == 16),
        "{codes:?}"
    );
    assert_eq!(plain("ABCD-efgh 2345"), "abcdefgh2345");
}
