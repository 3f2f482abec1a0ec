//! A conversation in neutral words, written as a dialect's request and read from its stream while it comes.
//!
//! This is for calls that this program makes itself. What passes through the proxy is never translated; what a whole
//! answer was about (usage, its end) is read by the same [`crate::dialect`] as everywhere.

mod anthropic;
mod gemini;
mod openai;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

/// What a model is asked.
#[derive(Debug)]
pub struct Ask<'a> {
    pub model: &'a str,
    pub system: Option<&'a str>,
    pub turns: &'a [Turn],
    pub tools: &'a [Tool],
    /// How long the answer may be, where somebody set a bound.
    pub max_tokens: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    User(Vec<UserPart>),
    Assistant(Vec<AssistantPart>),
    /// What the calls of the turn before it gave, in their order.
    Results(Vec<ToolResult>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum UserPart {
    Text(String),
    File(File),
}

#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AssistantPart {
    Text(String),
    Call(Call),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    pub id: String,
    pub name: String,
    pub arguments: Value,
    /// What the provider wants to see again with the call, unread.
    pub signature: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    pub call_id: String,
    pub name: String,
    pub content: String,
    pub is_error: bool,
}

/// A tool under a name that every provider takes: letters, digits, `_` and `-`, at most 64.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    pub name: String,
    pub description: Option<String>,
    /// A JSON schema of an object.
    pub parameters: Value,
}

/// Where the request goes below `/v1/{provider}/{agent}/`, and what it says.
#[derive(Debug)]
pub struct Request {
    pub path: String,
    pub body: Bytes,
}

/// A piece of an answer. Calls come whole from some providers, in pieces from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    Text(String),
    Reasoning(String),
    /// A call of this number begins; without an id where the provider gives none.
    CallBegins {
        index: u64,
        id: String,
        name: String,
    },
    /// More of its arguments' JSON.
    CallArguments {
        index: u64,
        json: String,
    },
    CallSignature {
        index: u64,
        signature: String,
    },
}

/// Reads the events of one stream.
pub trait Reader: Send {
    /// The JSON of one event. What is not understood gives nothing.
    fn event(&mut self, event: &Value) -> Vec<Delta>;
}

/// A dialect that can be spoken.
pub trait ChatDialect: Send + Sync {
    /// Always asks for a stream.
    fn request(&self, ask: &Ask<'_>) -> Request;
    fn reader(&self) -> Box<dyn Reader>;
}

/// How a provider is spoken to.
pub fn dialect_of(provider: &str) -> Option<&'static dyn ChatDialect> {
    match provider {
        "openai" => Some(&openai::OpenaiChat),
        "anthropic" => Some(&anthropic::AnthropicMessages),
        "gemini" => Some(&gemini::GeminiGenerate),
        _ => None,
    }
}

impl File {
    fn is_image(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    fn base64(&self) -> String {
        STANDARD.encode(&self.bytes)
    }

    fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.media_type, self.base64())
    }

    /// Files that are text are told as text: no provider has to know their type.
    fn as_text(&self) -> Option<String> {
        if self.is_image() || self.media_type == "application/pdf" {
            return None;
        }
        let text = String::from_utf8_lossy(&self.bytes);
        Some(format!("<file name=\"{}\">\n{text}\n</file>", self.name))
    }
}

impl Tool {
    /// Providers refuse a schema that is not an object's, which servers give for tools without parameters.
    fn schema(&self) -> Value {
        let mut schema = match &self.parameters {
            Value::Object(schema) => schema.clone(),
            _ => serde_json::Map::new(),
        };
        schema.entry("type").or_insert_with(|| "object".into());
        schema
            .entry("properties")
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
        // It names a dialect that some providers refuse to know.
        schema.remove("$schema");
        Value::Object(schema)
    }
}

fn body(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}
