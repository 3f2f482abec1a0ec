//! What is added to a request on its way out: `_meta` of the stateless era, and a progress token of our own.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::era::{Era, ProtocolVersion, meta};
use crate::object::{Object, raw};

#[derive(Serialize)]
pub(super) struct Implementation<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
}

pub(super) struct Prepared {
    pub(super) params: Option<Box<RawValue>>,
    /// The caller's progress token, when there was one.
    pub(super) token: Option<Box<RawValue>>,
}

/// Callers choose their tokens without knowing of each other, so each goes out as the call's id.
pub(super) fn prepare(
    version: ProtocolVersion,
    id: i64,
    params: Option<Box<RawValue>>,
    client: &Implementation<'_>,
    capabilities: &RawValue,
) -> Prepared {
    let is_stateless = version.era() == Era::Stateless;
    let mentions_token = params.as_ref().is_some_and(|params| {
        memchr::memmem::find(params.get().as_bytes(), b"progressToken").is_some()
    });
    if !is_stateless && !mentions_token {
        return Prepared {
            params,
            token: None,
        };
    }
    let mut object = Object::parse_or_empty(params.as_deref());
    let present = object.get("_meta").map(ToOwned::to_owned);
    let mut members = Object::parse_or_empty(present.as_deref());
    let token = members.get(meta::PROGRESS_TOKEN).map(ToOwned::to_owned);
    if token.is_some() {
        members.set_value(meta::PROGRESS_TOKEN, &id);
    }
    if is_stateless {
        members.set_value(meta::PROTOCOL_VERSION, version.as_str());
        members.set_value(meta::CLIENT_INFO, client);
        members.set(meta::CLIENT_CAPABILITIES, Cow::Borrowed(capabilities));
    }
    if !members.is_empty() {
        let members = members.to_raw();
        object.set("_meta", Cow::Owned(members));
    }
    Prepared {
        params: Some(object.to_raw()),
        token,
    }
}

/// A progress notification under the token that the caller gave.
pub(super) fn with_token(params: &RawValue, token: &RawValue) -> Box<RawValue> {
    let Some(mut object) = Object::parse(params) else {
        return params.to_owned();
    };
    object.set(meta::PROGRESS_TOKEN, Cow::Borrowed(token));
    object.to_raw()
}

/// The call that a progress notification belongs to.
pub(super) fn token(params: &RawValue) -> Option<i64> {
    Object::parse(params)?.read(meta::PROGRESS_TOKEN)
}

/// The parameters of a call that is made again with the answers to the server's questions.
pub(super) fn with_input(
    params: Option<&RawValue>,
    answers: Option<&Object<'_>>,
    state: Option<&RawValue>,
) -> Box<RawValue> {
    let mut object = Object::parse_or_empty(params);
    match answers {
        Some(answers) => object.set_value("inputResponses", answers),
        None => object.remove("inputResponses"),
    }
    match state {
        Some(state) => object.set("requestState", Cow::Borrowed(state)),
        None => object.remove("requestState"),
    }
    object.to_raw()
}

/// The parameters for the next page of a list.
pub(super) fn with_cursor(cursor: Option<&str>) -> Option<Box<RawValue>> {
    #[derive(Serialize)]
    struct Page<'a> {
        cursor: &'a str,
    }
    cursor.map(|cursor| raw(&Page { cursor }))
}
