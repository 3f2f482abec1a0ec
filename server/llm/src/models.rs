//! What providers say about the models they serve, and whose a model is by its name.

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::Value;

use crate::providers::{Provider, providers};

/// A model as its provider lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// What requests call it.
    pub id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub context_length: Option<u32>,
    pub released: Option<Released>,
    /// Whether one can chat with it; others embed, speak or paint.
    pub chats: bool,
}

/// As the provider says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Released {
    /// Seconds since 1970.
    Unix(i64),
    /// RFC 3339.
    Text(String),
}

/// The forms in which providers list their models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// `GET models`, `{"data":[{"id":…}]}`; compatible servers add what they like.
    OpenAi,
    /// `GET v1/models`, the same with other fields, at most 1,000 on a page.
    Anthropic,
    /// `GET v1beta/models`, `{"models":[{"name":"models/…"}]}`, at most 1,000 on a page.
    Gemini,
    /// It has none, or one that nobody here reads: its keys are kept untried.
    None,
}

impl Listing {
    /// What follows the base URL, query included.
    pub fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "models",
            Self::Anthropic => "v1/models?limit=1000",
            Self::Gemini => "v1beta/models?pageSize=1000",
            Self::None => "",
        }
    }

    /// Headers beside the key's.
    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // Without a version Anthropic refuses every request.
            Self::Anthropic => &[("anthropic-version", "2023-06-01")],
            Self::OpenAi | Self::Gemini | Self::None => &[],
        }
    }

    /// The models of an answer, sorted by id; `None` if it is no listing.
    pub fn read(self, body: &[u8]) -> Option<Vec<Model>> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let (list, model): (_, fn(&Value) -> Option<Model>) = match self {
            // Some compatible servers answer the bare list.
            Self::OpenAi => (answer.get("data").unwrap_or(&answer), openai),
            Self::Anthropic => (answer.get("data")?, anthropic),
            Self::Gemini => (answer.get("models")?, gemini),
            Self::None => return None,
        };
        let mut models: Vec<Model> = list.as_array()?.iter().filter_map(model).collect();
        models.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        models.dedup_by(|one, other| one.id == other.id);
        Some(models)
    }
}

fn text(model: &Value, field: &str) -> Option<String> {
    let text = model.get(field)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// `OpenAI`'s own list holds everything it serves and does not say what each is for.
const NOT_FOR_CHAT: [&str; 15] = [
    "audio",
    "babbage",
    "dall-e",
    "davinci",
    "embed",
    "gpt-3.5-turbo-instruct",
    "image",
    "moderation",
    "realtime",
    "rerank",
    "sora",
    "stable-diffusion",
    "transcribe",
    "tts",
    "whisper",
];

fn openai(model: &Value) -> Option<Model> {
    let id = text(model, "id")?;
    // In the words of OpenRouter, vLLM, and Groq.
    let context = ["context_length", "max_model_len", "context_window"];
    let context = context.iter().find_map(|field| model.get(*field)?.as_u64());
    Some(Model {
        chats: !NOT_FOR_CHAT.iter().any(|word| id.contains(word)),
        name: text(model, "name"),
        description: text(model, "description"),
        context_length: context.and_then(|length| u32::try_from(length).ok()),
        released: model
            .get("created")
            .and_then(Value::as_i64)
            .map(Released::Unix),
        id,
    })
}

fn anthropic(model: &Value) -> Option<Model> {
    let context = model.get("max_input_tokens").and_then(Value::as_u64);
    Some(Model {
        id: text(model, "id")?,
        name: text(model, "display_name"),
        description: None,
        context_length: context.and_then(|length| u32::try_from(length).ok()),
        released: text(model, "created_at").map(Released::Text),
        chats: true,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiModel {
    name: String,
    display_name: Option<String>,
    description: Option<String>,
    input_token_limit: Option<u32>,
    #[serde(default)]
    supported_generation_methods: Vec<String>,
}

fn gemini(model: &Value) -> Option<Model> {
    let model = GeminiModel::deserialize(model).ok()?;
    let id = model.name.strip_prefix("models/").unwrap_or(&model.name);
    let generates = model
        .supported_generation_methods
        .iter()
        .any(|method| method == "generateContent");
    Some(Model {
        id: id.to_owned(),
        chats: generates && !NOT_FOR_CHAT.iter().any(|word| id.contains(word)),
        name: model.display_name,
        description: model.description,
        context_length: model.input_token_limit,
        released: None,
    })
}

/// Whose a model is by its name alone. A tuned one (`ft:gpt-4o:…`) is where its base is.
pub fn provider_of(model: &str) -> Option<&'static Provider> {
    let bare = ["models/", "ft:"]
        .iter()
        .find_map(|prefix| model.strip_prefix(prefix))
        .unwrap_or(model)
        .to_ascii_lowercase();
    let is_theirs =
        |provider: &&Provider| provider.model_prefixes.iter().any(|p| bare.starts_with(p));
    providers().iter().find(is_theirs)
}
