//! Proxy variables that catch what should stay on this machine.

use url::Url;

use super::Finding;
use crate::config::Environment;

const NAME: &str = "proxies";
const VARIABLES: [&str; 6] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

pub(super) fn check(environment: &Environment) -> Vec<Finding> {
    let set: Vec<&str> = VARIABLES
        .into_iter()
        .filter(|name| environment.get(name).is_some())
        .collect();
    let Some(first) = set.first() else {
        return vec![Finding::ok(NAME, "none are set")];
    };
    let proxy = environment.get(first).unwrap_or_default();
    let proxy = Url::parse(proxy).map_or_else(
        |_| "an address that can't be read".to_owned(),
        |url| super::http::shown(&url),
    );
    let exceptions = environment
        .get("NO_PROXY")
        .or_else(|| environment.get("no_proxy"))
        .unwrap_or_default();
    let caught: Vec<&str> = ["localhost", "127.0.0.1"]
        .into_iter()
        .filter(|host| !excepts(exceptions, host))
        .collect();
    let mut findings = Vec::new();
    if !caught.is_empty() {
        let mut complete: Vec<&str> = exceptions
            .split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .collect();
        complete.extend(["localhost", "127.0.0.1", "::1"]);
        complete.dedup();
        findings.push(Finding::warning(
            NAME,
            format!("{} leads to {proxy}, and NO_PROXY does not name {}", set.join(" and "), caught.join(" and ")),
            "agents on this machine, and our calls to a Vault on it, go to the proxy instead of to their neighbour",
            format!("Set NO_PROXY={}.", complete.join(",")),
        ));
    }
    if environment
        .get("HTTPS_PROXY")
        .or_else(|| environment.get("https_proxy"))
        .is_some()
    {
        findings.push(Finding::warning(
            NAME,
            format!("calls of models do not use {proxy}"),
            "where only the proxy leads outside, no provider can be reached",
            "Let this machine reach the providers, or set ARCHESTRA_OPENAI_BASE_URL and its like to a gateway that it reaches.",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            NAME,
            format!("{proxy}, not for this machine itself"),
        ));
    }
    findings
}

/// Names, suffixes and `*`, as curl reads them; of networks only the usual one.
fn excepts(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let name = entry.trim_start_matches('.');
        entry == "*"
            || name.eq_ignore_ascii_case(host)
            || (host.starts_with("127.") && name == "127.0.0.0/8")
    })
}
