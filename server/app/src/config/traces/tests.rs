#![expect(clippy::unwrap_used, reason = "tests")]

use secrecy::ExposeSecret as _;

use super::*;

fn read(pairs: &[(&str, &str)]) -> Traces {
    let pairs = pairs
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    Traces::read(&Environment::from_pairs(pairs)).unwrap()
}

#[test]
fn an_endpoint_is_completed() {
    for given in [
        "http://c:4318",
        "http://c:4318/",
        "http://c:4318/v1",
        "http://c:4318/v1/traces/",
    ] {
        let traces = read(&[(ENDPOINT, given)]);
        assert_eq!(
            traces.endpoint.as_str(),
            "http://c:4318/v1/traces",
            "{given}"
        );
        assert!(!traces.is_default);
    }
    let below = read(&[(ENDPOINT, "https://c/otlp")]);
    assert_eq!(below.endpoint.as_str(), "https://c/otlp/v1/traces");
    assert!(read(&[]).is_default);
}

#[test]
fn a_token_wins_and_half_a_pair_is_none() {
    let [name, password, bearer] = ["USERNAME", "PASSWORD", "BEARER"]
        .map(|part| format!("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_{part}"));
    let of = |pairs: &[(&str, &str)]| {
        let header = read(pairs).authorization;
        header.map(|header| header.expose_secret().to_owned())
    };
    let all = [(&*name, "ann"), (&*password, "pass"), (&*bearer, "tok")];
    assert_eq!(of(&all).as_deref(), Some("Bearer tok"));
    assert_eq!(of(&all[..2]).as_deref(), Some("Basic YW5uOnBhc3M="));
    assert_eq!(of(&all[..1]), None);
}
