//! What a good value looks like. A check says what is wrong with a bad one, and never repeats the value.

use std::net::IpAddr;
use std::path::Path;

use url::Url;

pub(super) type Check = fn(&str) -> Result<(), String>;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all checks")]
pub(super) fn any(_: &str) -> Result<(), String> {
    Ok(())
}

pub(super) fn word(value: &str) -> Result<(), String> {
    require(
        !value.contains(char::is_whitespace),
        "it contains white space",
    )
}

pub(super) fn boolean(value: &str) -> Result<(), String> {
    require(parse_bool(value).is_some(), "it is neither true nor false")
}

pub(super) fn positive(value: &str) -> Result<(), String> {
    require(
        value.parse::<u64>().is_ok_and(|number| number > 0),
        "it is not a whole number greater than zero",
    )
}

pub(super) fn share(value: &str) -> Result<(), String> {
    require(
        value
            .parse::<f64>()
            .is_ok_and(|share| (0.0..=1.0).contains(&share)),
        "it is not a number from 0 to 1",
    )
}

pub(super) fn count(value: &str) -> Result<(), String> {
    require(value.parse::<u32>().is_ok(), "it is not a whole number")
}

pub(super) fn port(value: &str) -> Result<(), String> {
    require(
        value.parse::<u16>().is_ok(),
        "it is not a port between 0 and 65535",
    )
}

pub(super) fn size(value: &str) -> Result<(), String> {
    require(parse_size(value).is_some(), "it is not a size")
}

pub(super) fn quantity(value: &str) -> Result<(), String> {
    require(
        parse_quantity(value).is_some(),
        "it is not a quantity as Kubernetes writes it",
    )
}

pub(super) fn ip_address(value: &str) -> Result<(), String> {
    require(value.parse::<IpAddr>().is_ok(), "it is not an IP address")
}

pub(super) fn http_url(value: &str) -> Result<(), String> {
    let url = Url::parse(value).map_err(|error| format!("it is not a URL ({error})"))?;
    require(
        matches!(url.scheme(), "http" | "https"),
        "it does not begin with http:// or https://",
    )?;
    require(
        url.query().is_none() && url.fragment().is_none(),
        "it has a query or a fragment, which a base URL can't have",
    )
}

pub(super) fn postgres_url(value: &str) -> Result<(), String> {
    // Vault references are resolved before the database is opened.
    let url = Url::parse(value).map_err(|error| format!("it is not a URL ({error})"))?;
    require(
        matches!(url.scheme(), "postgres" | "postgresql"),
        "it does not begin with postgresql://",
    )
}

pub(super) fn auth_secret(value: &str) -> Result<(), String> {
    let length = value.chars().count();
    require(
        length >= 32,
        &format!("it has {length} characters and needs at least 32"),
    )
}

pub(super) fn email(value: &str) -> Result<(), String> {
    let parts = value
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    require(
        parts && !value.contains(char::is_whitespace),
        "it is not an email address",
    )
}

pub(super) fn password(value: &str) -> Result<(), String> {
    let least = admin_api::passwords::MIN_LENGTH;
    require(
        value.chars().count() >= least,
        &format!("it has fewer than {least} characters"),
    )
}

pub(super) fn file(value: &str) -> Result<(), String> {
    require(Path::new(value).is_file(), "there is no such file")
}

pub(super) fn level(value: &str) -> Result<(), String> {
    one_of(value, &["trace", "debug", "info", "warn", "error", "fatal"])
}

pub(super) fn format(value: &str) -> Result<(), String> {
    one_of(value, &["json", "pretty"])
}

pub(super) fn on_off(value: &str) -> Result<(), String> {
    one_of(value, &["enabled", "disabled"])
}

pub(super) fn secrets_manager(value: &str) -> Result<(), String> {
    one_of(value, &["db", "keyring", "vault", "readonly_vault"])
}

pub(super) fn vault_auth(value: &str) -> Result<(), String> {
    one_of(value, &["token", "k8s", "aws"])
}

pub(super) fn kv_version(value: &str) -> Result<(), String> {
    one_of(value, &["1", "2"])
}

pub(super) fn vault_reference(value: &str) -> Result<(), String> {
    let parts = value
        .rsplit_once(':')
        .is_some_and(|(path, key)| !path.is_empty() && !key.is_empty());
    require(parts, "it is not of the form path:key")
}

fn one_of(value: &str, allowed: &[&str]) -> Result<(), String> {
    let known = allowed
        .iter()
        .any(|allowed| value.eq_ignore_ascii_case(allowed));
    require(known, &format!("it is none of {}", allowed.join(", ")))
}

fn require(good: bool, fault: &str) -> Result<(), String> {
    if good { Ok(()) } else { Err(fault.to_owned()) }
}

pub(super) fn parse_bool(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Bytes, or a number with `KB`, `MB` or `GB`.
pub(super) fn parse_size(value: &str) -> Option<usize> {
    let value = value.trim().to_ascii_uppercase();
    let (number, unit) = ["KB", "MB", "GB"]
        .iter()
        .zip([1 << 10, 1 << 20, 1 << 30])
        .find_map(|(suffix, unit)| Some((value.strip_suffix(suffix)?, unit)))
        .unwrap_or((&value, 1));
    number.trim().parse::<usize>().ok()?.checked_mul(unit)
}

/// Thousandths of what Kubernetes writes as `128Mi`, `0.5` or `250m`.
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
pub(super) fn parse_quantity(value: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 10] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("T", 1_000_000_000_000),
        ("m", 0),
        ("", 1),
    ];
    let mut units = UNITS.iter();
    let (number, unit) = units.find_map(|(name, unit)| Some((value.strip_suffix(name)?, *unit)))?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    match unit {
        0 => (part == 0).then_some(whole),
        unit => whole
            .checked_mul(1000)?
            .checked_add(part)?
            .checked_mul(unit),
    }
}

pub(super) fn networks(value: &str) -> Result<(), String> {
    mcp::guard::Allow::parse(value).map(|_| ())
}
