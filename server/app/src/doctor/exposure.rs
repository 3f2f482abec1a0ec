//! Who reaches the server, and whether what protects it then is there.

use std::net::IpAddr;
use std::path::Path;

use secrecy::ExposeSecret as _;
use url::{Host, Url};

use super::{Finding, Patient};
use crate::config::Config;

pub(super) fn check(patient: &Patient) -> Vec<Finding> {
    let config = &patient.config;
    let mut findings = vec![Finding::ok("reach", reach(config))];
    findings.extend(plain_text(config));
    findings.extend(cookie_domain(config));
    findings.push(user_interface());
    findings
}

fn reach(config: &Config) -> String {
    if config.bind.is_loopback() {
        return "this machine only".to_owned();
    }
    let place = if is_container() {
        "whoever reaches this container"
    } else {
        "other machines"
    };
    format!("{} listens for {place}", config.bind)
}

pub(crate) fn is_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|mark| Path::new(mark).exists())
}

fn plain_text(config: &Config) -> Option<Finding> {
    let url = &config.frontend_url;
    (url.scheme() == "http" && !is_local(url)).then(|| {
        Finding::warning(
            "encryption",
            format!("people open {} without TLS", super::http::shown(url)),
            "passwords, sessions and API keys can be read on the way",
            format!(
                "Put a reverse proxy with a certificate in front, and set ARCHESTRA_FRONTEND_URL=https://{}.",
                url.host_str().unwrap_or("archestra.example.com")
            ),
        )
    })
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// A browser drops a cookie for a domain that its page is not in (RFC 6265, 5.3).
fn cookie_domain(config: &Config) -> Option<Finding> {
    let domain = config.cookie_domain.as_deref()?.trim_start_matches('.');
    let hosts = [
        ("ARCHESTRA_FRONTEND_URL", &config.frontend_url),
        ("ARCHESTRA_API_BASE_URL", &config.api_base_url),
    ];
    let is_in = |url: &Url| {
        url.host_str()
            .is_some_and(|host| host == domain || host.ends_with(&format!(".{domain}")))
    };
    let (variable, url) = hosts.into_iter().find(|(_, url)| !is_in(url))?;
    let host = url.host_str().unwrap_or_default();
    Some(Finding::fault(
        "cookie domain",
        format!(
            "ARCHESTRA_AUTH_COOKIE_DOMAIN is {domain}, and {variable} is on {host}, which is not in it"
        ),
        "browsers refuse the session's cookie there, so nobody can sign in",
        format!("Unset ARCHESTRA_AUTH_COOKIE_DOMAIN, or set {variable} to a name in {domain}."),
    ))
}

fn user_interface() -> Finding {
    if crate::ui::is_built() {
        return Finding::ok("user interface", "built in");
    }
    Finding::warning(
        "user interface",
        "not built into this program",
        "pages say so instead of showing anything; the API works",
        "Run `npm run build` in ui/, and build the program again.",
    )
}

/// `published`: whether somebody can sign in with the password that the documentation shows; none if nobody can tell.
pub(super) fn administrator(config: &Config, published: Option<bool>) -> Option<Finding> {
    const NAME: &str = "administrator";
    if published != Some(true) {
        return published.map(|_| Finding::ok(NAME, "has a password of their own"));
    }
    let found = "the published password signs in";
    if config.bind.is_loopback() {
        return Some(Finding::ok(
            NAME,
            format!("{found}, from this machine only"),
        ));
    }
    Some(Finding::fault(
        NAME,
        format!("{found}, and {} listens for other machines", config.bind),
        "whoever reaches the server is its administrator",
        "Run `archestra reset-admin`, which prints a new password; before the first start set ARCHESTRA_AUTH_ADMIN_PASSWORD.",
    ))
}

/// Before the first start.
pub(super) fn will_be_published(config: &Config) -> bool {
    config.admin_password.expose_secret() == admin_api::passwords::DEFAULT
}
