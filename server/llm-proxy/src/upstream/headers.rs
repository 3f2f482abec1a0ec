//! Which headers stay on one side of the proxy.

use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderMap, HeaderName,
    HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use llm::providers::Credential;
use secrecy::{ExposeSecret as _, SecretString};

/// They concern one connection, not the call (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];
const OURS: &str = "x-archestra-";
/// How the names of our own cookies begin.
const OUR_COOKIES: &str = "archestra";

/// What a client sent, made fit for its provider. A call that is read must not come back compressed.
pub(super) fn for_upstream(headers: &mut HeaderMap, is_read: bool) {
    remove_hop_by_hop(headers);
    for name in [HOST, CONTENT_LENGTH, EXPECT] {
        headers.remove(name);
    }
    remove_ours(headers);
    if is_read {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
}

pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if let Some(connection) = headers.remove(CONNECTION) {
        let named = connection.to_str().unwrap_or_default().split(',');
        for name in named.filter_map(|name| HeaderName::try_from(name.trim()).ok()) {
            headers.remove(name);
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

fn remove_ours(headers: &mut HeaderMap) {
    let ours: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(OURS))
        .cloned()
        .collect();
    for name in ours {
        headers.remove(name);
    }
    let cookies: Vec<HeaderValue> = headers.get_all(COOKIE).iter().cloned().collect();
    if !cookies.is_empty() {
        headers.remove(COOKIE);
        for cookie in cookies.iter().filter_map(foreign_cookies) {
            headers.append(COOKIE, cookie);
        }
    }
}

fn foreign_cookies(cookies: &HeaderValue) -> Option<HeaderValue> {
    let foreign: Vec<&str> = cookies
        .to_str()
        .ok()?
        .split(';')
        .map(str::trim)
        .filter(|cookie| {
            !cookie.starts_with(OUR_COOKIES) && !cookie.starts_with("__Secure-archestra")
        })
        .collect();
    HeaderValue::try_from(foreign.join("; "))
        .ok()
        .filter(|cookie| !cookie.is_empty())
}

/// The header that carries a key to a provider; `None` if no header can.
pub(super) fn key(credential: Credential, key: &SecretString) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = credential.header(key.expose_secret());
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some((HeaderName::from_static(name), value))
}
