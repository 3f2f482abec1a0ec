//! `OpenAI`'s embeddings. There is no stream, and the vectors are never parsed.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::Value;

use super::{openai_chat, openai_error};
use crate::dialect::{Dialect, RequestFacts, ResponseFacts};
use crate::error::ProxyError;
use crate::fields::Fields;
use crate::json::{count, error_text};
use crate::usage::Usage;

pub(super) struct OpenaiEmbeddings;

impl Dialect for OpenaiEmbeddings {
    fn read_request(&self, body: &[u8]) -> RequestFacts {
        let fields = Fields::read(body, &["model", "user"]);
        RequestFacts {
            model: fields.text("model"),
            user: fields.text("user"),
            ..RequestFacts::default()
        }
    }

    fn read_response(&self, body: &[u8]) -> ResponseFacts {
        let fields = Fields::read(body, &["model", "usage", "error"]);
        let usage = fields.get::<Value>("usage").filter(Value::is_object);
        let error = fields.get::<Value>("error");
        ResponseFacts {
            model: fields.text("model"),
            usage: usage.map(|usage| Usage {
                input: count(&usage, "/prompt_tokens"),
                ..Usage::default()
            }),
            error: error.and_then(|error| error_text(&serde_json::json!({ "error": error }))),
            complete: fields.complete(),
            ..ResponseFacts::default()
        }
    }

    fn read_stream(&self, raw: &[u8]) -> ResponseFacts {
        self.read_response(raw)
    }

    fn error_body(&self, error: &ProxyError) -> Bytes {
        openai_error::body(error)
    }

    fn error_event(&self, error: &ProxyError) -> Bytes {
        openai_chat::OpenaiChat.error_event(error)
    }
}
