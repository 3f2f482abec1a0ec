//! axum's extractors with our error envelope, and small things every request carries.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use domain::platform::Platform;
use http::request::Parts;
use http::{Extensions, HeaderMap, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::form_urlencoded;

use crate::ApiError;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| ApiError::Validation(rejection.body_text()))?;
        read(&body).map(Self)
    }
}

/// A JSON body that may be left out.
pub(crate) struct OptionalJson<T>(pub(crate) Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| ApiError::Validation(rejection.body_text()))?;
        if body.trim_ascii().is_empty() || body.trim_ascii() == b"null" {
            return Ok(Self(None));
        }
        read(&body).map(|value| Self(Some(value)))
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // serde would take a list for the fields in their order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(ApiError::Validation(
            "The request body is not as expected: it is not an object".to_owned(),
        ));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut deserializer).or_else(|error| {
        with_whole_numbers(body).ok_or_else(|| {
            ApiError::Validation(format!(
                "The request body is not as expected: {}",
                fault(&error)
            ))
        })
    })
}

/// JSON has one sort of numbers: 5.0 is 5.
fn with_whole_numbers<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let mut body = serde_json::from_slice(body).ok()?;
    make_whole(&mut body);
    T::deserialize(body).ok()
}

fn make_whole(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0);
            let whole = whole.and_then(|number| format!("{number}").parse::<i64>().ok());
            if let Some(whole) = whole.filter(|_| number.is_f64()) {
                *value = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(fields) => fields.values_mut().for_each(make_whole),
        _ => {}
    }
}

/// In a merge patch: tells null from absent.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                ApiError::Validation(format!(
                    "The query string is not as expected: {}",
                    fault(&error)
                ))
            })
    }
}

/// Where a body is wrong and what was expected there. The libraries also quote what was sent, which may be a secret.
pub(crate) fn fault<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> String {
    let text = error.inner().to_string();
    let place = match error.path().to_string() {
        path if path == "." => "it".to_owned(),
        path => path,
    };
    if let Some((_, expected)) = text.rsplit_once(", expected ") {
        return format!("{place} is not {expected}");
    }
    // What is missing or unknown is a name of ours, or was at least meant as one.
    if text.starts_with("missing field") {
        return text;
    }
    format!("{place} can't be read")
}

/// An id in the path.
pub(crate) struct Id(pub(crate) uuid::Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(id)) => Ok(Self(id)),
            Err(_) => Err(ApiError::Validation(
                "The id in the path is not a UUID.".into(),
            )),
        }
    }
}

/// The variable parts of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(read)) => Ok(Self(read)),
            Err(_) => Err(ApiError::Validation(
                "An id in the path is not a UUID, or not text in UTF-8.".into(),
            )),
        }
    }
}

/// Where a request came from: the peer, or what a trusted proxy says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

impl FromRequestParts<Arc<Platform>> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Self, Infallible> {
        Ok(Self::of(platform, &parts.headers, &parts.extensions))
    }
}

impl ClientAddress {
    pub(crate) fn of(platform: &Platform, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        let forwarded = platform
            .settings
            .trust_proxy
            .then(|| forwarded_for(headers))
            .flatten();
        Self(forwarded.or(peer))
    }

    /// An unknown address counts as far away.
    pub(crate) fn is_loopback(self) -> bool {
        self.0
            .is_some_and(|address| address.to_canonical().is_loopback())
    }

    pub(crate) fn text(self) -> Option<String> {
        self.0.map(|address| address.to_canonical().to_string())
    }
}

/// The last entry is the one the nearest proxy wrote; earlier ones are anybody's words.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?
        .to_str()
        .ok()?
        .rsplit(',')
        .next()?
        .trim()
        .parse()
        .ok()
}

pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(300).collect())
}
