//! Which redirects are followed, and with what.

use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use super::Outgoing;
use crate::era::headers;
use crate::guard::Refused;

/// The request to make next; `None` when the answer is final.
pub(super) fn next(
    outgoing: &Outgoing,
    status: StatusCode,
    answer: &HeaderMap,
) -> Result<Option<Outgoing>, Refused> {
    let keeps_method = matches!(
        status,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    let is_redirect = keeps_method
        || matches!(
            status,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER
        );
    let is_get = outgoing.method == Method::GET;
    if !is_redirect || !(is_get || keeps_method) {
        return Ok(None);
    }
    let Some(location) = answer.get(LOCATION).and_then(|value| value.to_str().ok()) else {
        return Ok(None);
    };
    let refused = |cause: &str| Refused::Redirect {
        to: location.to_owned(),
        cause: cause.to_owned(),
    };
    let url = outgoing.url.join(location);
    let url = url.map_err(|error| refused(&error.to_string()))?;
    if outgoing.url.scheme() == "https" && url.scheme() != "https" {
        return Err(refused("it would leave encryption"));
    }
    let elsewhere = url.origin() != outgoing.url.origin();
    if elsewhere && !is_get {
        return Err(refused(
            "it would hand the request's body to another server",
        ));
    }
    let mut next = outgoing.clone();
    if elsewhere {
        keep_harmless(&mut next.headers);
    }
    next.url = without_fragment(url);
    Ok(Some(next))
}

/// Keys are in headers of any name, so what goes to another server is a list of what may.
fn keep_harmless(headers: &mut HeaderMap) {
    let harmless = [ACCEPT, CONTENT_TYPE, headers::PROTOCOL_VERSION.clone()];
    let mut kept = HeaderMap::new();
    for name in harmless {
        if let Some(value) = headers.get(&name) {
            kept.insert(name, value.clone());
        }
    }
    *headers = kept;
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}
