//! The description of the API, as served and as the UI's client is generated from.

use serde_json::{Value, json};

pub(crate) fn document() -> Value {
    titled(admin_api::openapi(chat::documented()))
}

pub(crate) fn titled(mut document: Value) -> Value {
    document["info"] = json!({
        "title": "Archestra",
        "description": document["info"]["description"],
        "version": crate::VERSION,
    });
    document
}
