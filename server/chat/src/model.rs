//! Asks a model through the proxy, in process, and tells the readers what comes while it comes.

use std::collections::BTreeMap;

use axum::body::Body;
use bytes::Bytes;
use db::conversations::Conversation;
use domain::access::InProcess;
use futures_util::StreamExt as _;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use llm::chat::{Ask, ChatDialect, Delta, Reader, Tool, Turn, dialect_of};
use llm::dialect::{Dialect, ResponseFacts};
use llm::error::COST_LIMITED;
use llm::providers::provider;
use llm::sse::Parser;
use llm::usage::Usage;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::hub::LocalRun;
use crate::run::Fault;
use crate::{Chat, demo};

/// How the chat names itself in the log.
pub(crate) const EXTERNAL_AGENT: &str = "archestra_chat";
/// The longest event that is read.
const LONGEST_EVENT: usize = 16 * 1024 * 1024;

/// One request of a conversation to its model.
pub(crate) struct Asking<'a> {
    pub(crate) conversation: &'a Conversation,
    pub(crate) system: Option<String>,
    pub(crate) turns: &'a [Turn],
    pub(crate) tools: &'a [Tool],
}

/// A call the model made. An error says what is wrong with its arguments.
#[derive(Debug)]
pub(crate) struct CallMade {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: Result<Value, String>,
}

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) calls: Vec<CallMade>,
    /// The model's own word for why it ended; none if it goes on after the calls.
    pub(crate) finish: Option<String>,
    pub(crate) usage: Option<Usage>,
    pub(crate) cost_pico: Option<i64>,
}

/// An answer on its way, in words that do not depend on its provider.
pub(crate) async fn ask(
    chat: &Chat,
    asking: &Asking<'_>,
    local: &LocalRun,
) -> Result<Answer, Fault> {
    let mut narrator = Narrator::new(local);
    let facts = if asking.conversation.provider == demo::PROVIDER {
        demo::answer(asking.turns, asking.tools, |delta| narrator.hear(delta)).await
    } else {
        stream(chat, asking, |delta| narrator.hear(delta)).await?
    };
    let calls = narrator.finish();
    if let Some(error) = facts.error {
        return Err(Fault::new("model_error", error));
    }
    let cost_pico = price(chat, asking.conversation, &facts);
    let reason = facts.finish_reason.unwrap_or_else(|| "stop".to_owned());
    Ok(Answer {
        finish: calls.is_empty().then_some(reason),
        calls,
        usage: facts.usage,
        cost_pico,
    })
}

/// The text of an answer that nobody watches.
pub(crate) async fn ask_quietly(chat: &Chat, asking: &Asking<'_>) -> Result<String, Fault> {
    let mut text = String::new();
    let facts = stream(chat, asking, |delta| {
        if let Delta::Text(piece) = delta {
            text.push_str(&piece);
        }
    })
    .await?;
    match facts.error {
        Some(error) => Err(Fault::new("model_error", error)),
        None => Ok(text),
    }
}

/// As the record of the call has it.
fn price(chat: &Chat, conversation: &Conversation, facts: &ResponseFacts) -> Option<i64> {
    let snapshot = chat.platform.snapshot.load();
    let models = [facts.model.as_deref(), Some(conversation.model.as_str())];
    let price = models
        .into_iter()
        .find_map(|model| snapshot.price(&conversation.provider, model?))?;
    price.cost(facts.usage.as_ref()?)
}

async fn stream(
    chat: &Chat,
    asking: &Asking<'_>,
    mut on_delta: impl FnMut(Delta),
) -> Result<ResponseFacts, Fault> {
    let conversation = asking.conversation;
    let unknown = || {
        Fault::new(
            "unknown_provider",
            format!(
                "The chat cannot speak to the provider “{}”. Choose another model.",
                conversation.provider
            ),
        )
    };
    let speech = dialect_of(&conversation.provider).ok_or_else(unknown)?;
    let request = speech.request(&Ask {
        model: &conversation.model,
        system: asking.system.as_deref(),
        turns: asking.turns,
        tools: asking.tools,
        max_tokens: None,
    });
    let path = request.path.split('?').next().unwrap_or_default();
    let operation = provider(&conversation.provider)
        .and_then(|provider| provider.operation(&Method::POST, path))
        .ok_or_else(unknown)?;
    let response = send(chat, conversation, &request.path, request.body).await?;
    if !response.status().is_success() {
        return Err(refused(response, operation.dialect).await);
    }
    let raw = read(response, speech, &mut on_delta).await?;
    Ok(operation.dialect.read_stream(&raw))
}

async fn send(
    chat: &Chat,
    conversation: &Conversation,
    path: &str,
    body: Bytes,
) -> Result<Response<Body>, Fault> {
    let uri = format!(
        "/v1/{}/{}/{path}",
        conversation.provider, conversation.agent_id
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "archestra-chat")
        .header("x-archestra-agent-id", EXTERNAL_AGENT)
        .header("x-archestra-session-id", conversation.id.to_string())
        .extension(InProcess {
            user_id: conversation.user_id.clone(),
        })
        .body(Body::from(body));
    let request = request.map_err(|error| {
        let name = &conversation.model;
        Fault::new(
            "model_error",
            format!("The model “{name}” cannot be asked for: {error}."),
        )
    })?;
    match chat.proxy.clone().oneshot(request).await {
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

/// What the provider, or the proxy in front of it, says of its refusal.
async fn refused(response: Response<Body>, dialect: &dyn Dialect) -> Fault {
    let status = response.status();
    let body = response.into_body().collect().await;
    let body = body
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let said = dialect.read_response(&body).error;
    let said = said.unwrap_or_else(|| String::from_utf8_lossy(&body).chars().take(500).collect());
    let mut fault = Fault::new("model_error", format!("{said} (HTTP {})", status.as_u16()));
    if is_cost_limit(&body) {
        return Fault {
            message: said_plainly(&body).unwrap_or(fault.message),
            kind: "limit",
            link: Some(domain::limits::PAGE.to_owned()),
        };
    }
    if matches!(status.as_u16(), 401 | 403) {
        fault.kind = "model_key";
        fault.link = Some("/settings/chat".to_owned());
    }
    fault
}

/// The proxy's own refusal, in whatever dialect it was said.
fn is_cost_limit(body: &[u8]) -> bool {
    let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
    let codes = [
        &body["error"]["code"],
        &body["error"]["details"][0]["reason"],
    ];
    codes
        .iter()
        .filter_map(|code| code.as_str())
        .any(|code| code.eq_ignore_ascii_case(COST_LIMITED))
}

/// Without the dialect's word for it, and without the address that the link is for.
fn said_plainly(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let message = body["error"]["message"].as_str()?;
    let (said, _address) = message.rsplit_once(": ")?;
    Some(format!("{said}."))
}

async fn read(
    response: Response<Body>,
    speech: &dyn ChatDialect,
    on_delta: &mut impl FnMut(Delta),
) -> Result<Vec<u8>, Fault> {
    let mut raw = Vec::new();
    let mut parser = Parser::new(LONGEST_EVENT);
    let mut reader = speech.reader();
    let mut body = response.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| Fault::new("model_error", error.to_string()))?;
        raw.extend_from_slice(&piece);
        parser.feed(&piece, |event| deltas(&mut *reader, event.data, on_delta));
    }
    parser.finish(|event| deltas(&mut *reader, event.data, on_delta));
    Ok(raw)
}

fn deltas(reader: &mut dyn Reader, data: &[u8], on_delta: &mut impl FnMut(Delta)) {
    if let Ok(event) = serde_json::from_slice(data) {
        reader.event(&event).into_iter().for_each(on_delta);
    }
}

/// Turns deltas into the events that readers know.
struct Narrator<'a> {
    local: &'a LocalRun,
    /// The part that is being said, and its id.
    open: Option<(&'static str, String)>,
    said: usize,
    calls: BTreeMap<u64, Told>,
}

struct Told {
    id: String,
    name: String,
    arguments: String,
}

impl<'a> Narrator<'a> {
    fn new(local: &'a LocalRun) -> Self {
        Self {
            local,
            open: None,
            said: local.parts().0.len(),
            calls: BTreeMap::new(),
        }
    }

    fn hear(&mut self, delta: Delta) {
        match delta {
            Delta::Text(text) => self.say("text", &text),
            Delta::Reasoning(text) => self.say("reasoning", &text),
            Delta::CallBegins { index, id, name } => self.begin_call(index, id, name),
            Delta::CallArguments { index, json } => {
                if let Some(call) = self.calls.get_mut(&index) {
                    call.arguments.push_str(&json);
                    self.local.tell(&json!({
                        "type": "tool-input-delta", "toolCallId": call.id, "inputTextDelta": json,
                    }));
                }
            }
            Delta::CallSignature { index, signature } => {
                if let Some(call) = self.calls.get(&index) {
                    let data = json!({ "toolCallId": call.id, "signature": signature });
                    self.local.tell(&crate::run::data_event("data-tool", &data));
                }
            }
        }
    }

    fn say(&mut self, kind: &'static str, text: &str) {
        if self.open.as_ref().is_none_or(|(open, _)| *open != kind) {
            self.close();
            self.said += 1;
            let id = self.said.to_string();
            self.local
                .tell(&json!({ "type": format!("{kind}-start"), "id": id }));
            self.open = Some((kind, id));
        }
        if let Some((_, id)) = &self.open {
            let event = json!({ "type": format!("{kind}-delta"), "id": id, "delta": text });
            self.local.tell(&event);
        }
    }

    fn close(&mut self) {
        if let Some((kind, id)) = self.open.take() {
            self.local
                .tell(&json!({ "type": format!("{kind}-end"), "id": id }));
        }
    }

    /// A call needs an id that no other one in the message has; some providers give none, some the same again.
    fn begin_call(&mut self, index: u64, id: String, name: String) {
        self.close();
        let is_taken = id.is_empty() || self.local.parts().call(&id).is_some();
        let id = if is_taken {
            format!("call_{}", Uuid::new_v4().simple())
        } else {
            id
        };
        self.local.tell(&json!({
            "type": "tool-input-start", "toolCallId": id, "toolName": name, "dynamic": true,
        }));
        let arguments = String::new();
        self.calls.insert(
            index,
            Told {
                id,
                name,
                arguments,
            },
        );
    }

    fn finish(mut self) -> Vec<CallMade> {
        self.close();
        let local = self.local;
        let calls = self.calls.into_values();
        calls.map(|call| call.made(local)).collect()
    }
}

impl Told {
    fn made(self, local: &LocalRun) -> CallMade {
        let text = self.arguments.trim();
        let text = if text.is_empty() { "{}" } else { text };
        let arguments = serde_json::from_str::<Value>(text).map_err(|error| {
            format!(
                "The model's arguments are not valid JSON ({error}), so the tool was not called."
            )
        });
        let input = arguments
            .clone()
            .unwrap_or_else(|_| Value::String(self.arguments.clone()));
        local.tell(&json!({
            "type": "tool-input-available", "toolCallId": self.id, "toolName": self.name, "input": input, "dynamic": true,
        }));
        CallMade {
            id: self.id,
            name: self.name,
            arguments,
        }
    }
}
