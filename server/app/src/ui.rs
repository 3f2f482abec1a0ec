//! The UI's files, inside the binary (read from disk in debug builds).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Files;

const INDEX: &str = "index.html";
/// The description of the API to read and try.
const DOCS: &str = "docs.html";

/// A file by its path; any other path is a page, which the UI's own router shows.
pub(crate) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Files::get(path) {
        Some(file) if !path.is_empty() => respond(path, &file, &headers),
        // A missing asset is not a page: a browser would take the answer for a script.
        None if path.starts_with("assets/") => StatusCode::NOT_FOUND.into_response(),
        _ => match Files::get(INDEX) {
            Some(index) => respond(INDEX, &index, &headers),
            None => missing(),
        },
    }
}

pub(crate) async fn docs(headers: HeaderMap) -> Response {
    match Files::get(DOCS) {
        Some(page) => respond(DOCS, &page, &headers),
        None => missing(),
    }
}

/// What the page of the API's description is made of, where the UI is not.
pub(crate) async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    match Files::get(path) {
        Some(file) => respond(path, &file, &headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn respond(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    // Sixteen bytes tell any two versions of a file apart.
    let hash = uuid::Uuid::from_slice(&file.metadata.sha256_hash()[..16]).unwrap_or_default();
    let etag = format!("\"{}\"", hash.simple());
    // Assets carry a hash in their name; everything else may change with the next version.
    let caching = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let unchanged = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data.to_vec()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Ok(kind) = HeaderValue::from_str(file.metadata.mimetype()) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

fn missing() -> Response {
    let text = "The UI has not been built into this program. Build it with `npm run build` in ui/, or start with `cargo xtask run`.";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

pub(crate) fn is_built() -> bool {
    Files::get(INDEX).is_some()
}
