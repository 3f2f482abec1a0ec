//! The session cookie: `HttpOnly`, `SameSite`, `Secure` on https.

use axum::response::{IntoResponseParts, ResponseParts};
use chrono::TimeDelta;
use cookie::{Cookie, SameSite};
use domain::platform::Settings;
use http::{HeaderValue, header};

use crate::ApiError;
use crate::authenticate::SESSION_COOKIE;

pub(crate) struct SetCookie(Cookie<'static>);

/// Without a lifetime the cookie ends with the browser.
pub(super) fn set(settings: &Settings, token: String, lifetime: Option<TimeDelta>) -> SetCookie {
    let mut cookie = base(settings, token);
    cookie.set_max_age(
        lifetime.map(|lifetime| cookie::time::Duration::seconds(lifetime.num_seconds())),
    );
    SetCookie(cookie)
}

pub(super) fn clear(settings: &Settings) -> SetCookie {
    let mut cookie = base(settings, String::new());
    cookie.set_max_age(cookie::time::Duration::ZERO);
    SetCookie(cookie)
}

/// For the few minutes that a sign-in takes; no seconds take it away.
pub(super) fn short(
    settings: &Settings,
    name: &'static str,
    value: String,
    seconds: i64,
) -> SetCookie {
    let mut cookie = base(settings, value);
    cookie.set_name(name);
    cookie.set_max_age(cookie::time::Duration::seconds(seconds));
    SetCookie(cookie)
}

fn base(settings: &Settings, value: String) -> Cookie<'static> {
    let mut cookie = Cookie::new(SESSION_COOKIE, value);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(settings.secure_cookies);
    if let Some(domain) = &settings.cookie_domain {
        cookie.set_domain(domain.clone());
    }
    cookie
}

impl IntoResponseParts for SetCookie {
    type Error = ApiError;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, ApiError> {
        let value = HeaderValue::from_str(&self.0.to_string()).map_err(ApiError::internal)?;
        response.headers_mut().append(header::SET_COOKIE, value);
        Ok(response)
    }
}
