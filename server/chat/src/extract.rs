//! axum's extractors with our error envelope, and whose conversation a request is about.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use domain::access::SignedIn;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use url::form_urlencoded;
use uuid::Uuid;

use crate::{Chat, ChatError};

/// Who asks.
pub(crate) struct Caller(pub(crate) SignedIn);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ChatError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ChatError> {
        let caller = parts.extensions.get::<SignedIn>().cloned();
        caller.map(Self).ok_or(ChatError::Unauthenticated)
    }
}

/// The caller's own conversation that the path names. Somebody else's is not there.
pub(crate) struct Mine(pub(crate) db::conversations::Conversation);

impl FromRequestParts<Arc<Chat>> for Mine {
    type Rejection = ChatError;

    async fn from_request_parts(parts: &mut Parts, chat: &Arc<Chat>) -> Result<Self, ChatError> {
        let caller = Caller::from_request_parts(parts, chat).await?.0;
        let Id(id) = Id::from_request_parts(parts, chat).await?;
        Ok(Self(own(chat, &caller, id).await?))
    }
}

pub(crate) async fn own(
    chat: &Chat,
    caller: &SignedIn,
    id: Uuid,
) -> Result<db::conversations::Conversation, ChatError> {
    let found = db::conversations::find(&chat.platform.db, id).await?;
    found
        .filter(|conversation| conversation.user_id == caller.user_id)
        .ok_or(ChatError::NotFound("Conversation"))
}

/// The first id in the path.
pub(crate) struct Id(pub(crate) Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ChatError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ChatError> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let first = path.ok().and_then(|path| path.0.into_iter().next());
        let id = first.and_then(|(_, value)| value.parse().ok());
        id.map(Self)
            .ok_or_else(|| ChatError::Invalid("The id in the path is not a UUID.".to_owned()))
    }
}

/// What follows the first id in the path.
pub(crate) struct Below(pub(crate) Vec<String>);

impl Below {
    pub(crate) fn part(&self, index: usize) -> &str {
        self.0.get(index).map_or("", String::as_str)
    }

    pub(crate) fn id(&self, index: usize) -> Result<Uuid, ChatError> {
        let invalid = |_| ChatError::Invalid("An id in the path is not a UUID.".to_owned());
        self.part(index).parse().map_err(invalid)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Below {
    type Rejection = ChatError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ChatError> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let path = path.map(|path| path.0).unwrap_or_default();
        Ok(Self(
            path.into_iter().skip(1).map(|(_, value)| value).collect(),
        ))
    }
}

/// A JSON body; an empty one counts as `{}`.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ChatError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ChatError> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| ChatError::Invalid(rejection.body_text()))?;
        let body: &[u8] = if body.trim_ascii().is_empty() {
            b"{}"
        } else {
            &body
        };
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(&mut deserializer)
            .map(Self)
            .map_err(|error| {
                ChatError::Invalid(format!("The request body is not as expected: {error}"))
            })
    }
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ChatError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ChatError> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let deserializer = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                ChatError::Invalid(format!("The query string is not as expected: {error}"))
            })
    }
}

/// In a merge patch: tells null from absent.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
