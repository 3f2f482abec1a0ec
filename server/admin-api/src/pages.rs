//! Parts of lists that are bare arrays, as the published contract has them: `?limit=&offset=` narrows the array, and headers
//! say how long all of it is and where it goes on.

use std::collections::HashSet;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, Uri, header};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ApiError;
use crate::document::TOTAL_COUNT;

/// The paths that answer a bare array.
pub(crate) type Lists = Arc<HashSet<String>>;

#[derive(Deserialize)]
struct Part {
    limit: Option<i64>,
    offset: Option<i64>,
}

pub(crate) async fn narrow(
    State(lists): State<Lists>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let path = request.extensions().get::<MatchedPath>();
    let is_list = path.is_some_and(|path| lists.contains(path.as_str()));
    if !is_list || !request.method().is_safe() {
        return Ok(next.run(request).await);
    }
    let uri = request.uri().clone();
    let part = part(&uri)?;
    let response = next.run(request).await;
    let Some((limit, offset)) = part.filter(|_| response.status().is_success()) else {
        return Ok(response);
    };
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(ApiError::internal)?;
    let all: Vec<&RawValue> = serde_json::from_slice(&body).map_err(ApiError::internal)?;
    let of_part: Vec<_> = all.iter().skip(offset).take(limit).collect();
    let end = offset.saturating_add(of_part.len());
    if !of_part.is_empty()
        && end < all.len()
        && let Ok(link) = HeaderValue::from_str(&next_part(&uri, end))
    {
        head.headers.insert(header::LINK, link);
    }
    let total = HeaderName::from_lowercase(TOTAL_COUNT.to_lowercase().as_bytes());
    head.headers.insert(
        total.map_err(ApiError::internal)?,
        HeaderValue::from(all.len()),
    );
    head.headers.remove(header::CONTENT_LENGTH);
    let body = serde_json::to_vec(&of_part).map_err(ApiError::internal)?;
    Ok(Response::from_parts(head, Body::from(body)))
}

/// How many, and after how many; none where all was asked for.
fn part(uri: &Uri) -> Result<Option<(usize, usize)>, ApiError> {
    let invalid =
        || ApiError::Validation("limit and offset are whole numbers, 0 or more.".to_owned());
    let query = uri.query().unwrap_or_default();
    let part: Part = serde_urlencoded::from_str(query).map_err(|_| invalid())?;
    if part.limit.is_none() && part.offset.is_none() {
        return Ok(None);
    }
    let number = |given: Option<i64>, other: i64| {
        usize::try_from(given.unwrap_or(other)).map_err(|_| invalid())
    };
    Ok(Some((
        number(part.limit, i64::MAX)?,
        number(part.offset, 0)?,
    )))
}

fn next_part(uri: &Uri, offset: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        if name != "offset" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("offset", &offset.to_string());
    format!("<{}?{}>; rel=\"next\"", uri.path(), query.finish())
}
