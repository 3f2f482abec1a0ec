//! One request being answered: what the handler may say before its result, and what it may ask.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::State;
use super::legacy::Session;

/// How long a client may take to answer a question.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Exchange {
    pub(super) state: Arc<State>,
    pub(super) method: String,
    pub(super) params: Value,
    /// Messages before the result; without it the answer is one piece of JSON.
    pub(super) out: Option<mpsc::UnboundedSender<Value>>,
    /// The session, in the era that has one.
    pub(super) session: Option<Arc<Session>>,
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Refusal {
    Error {
        code: i64,
        message: String,
        data: Option<Value>,
    },
    /// 2026-07-28: the client is to come back with answers.
    Input {
        questions: Map<String, Value>,
        state: Option<String>,
    },
}

pub(super) type Answer = Result<Value, Refusal>;

/// A question to the client: its key, its method and its parameters.
pub(super) type Question<'a> = (&'a str, &'a str, Value);

impl Refusal {
    pub(super) fn error(code: i64, message: impl Into<String>) -> Self {
        Self::Error {
            code,
            message: message.into(),
            data: None,
        }
    }
}

impl Exchange {
    pub(super) fn is_stateless(&self) -> bool {
        self.session.is_none()
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.params[name].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn argument(&self, name: &str) -> String {
        let value = &self.params["arguments"][name];
        value.as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn notify(&self, method: &str, params: &Value) {
        if let Some(out) = &self.out {
            // A client that has left misses it.
            let _ = out.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
        }
    }

    /// 2026-07-28: only clients that ask for log messages get any.
    pub(super) fn log(&self, data: &str) {
        let wanted = self.params["_meta"].get("io.modelcontextprotocol/logLevel");
        if !self.is_stateless() || wanted.is_some() {
            self.notify(
                "notifications/message",
                &json!({ "level": "info", "logger": "mcp-fixture", "data": data }),
            );
        }
    }

    /// Asks the client. In the stateless era the answers come with the next attempt.
    pub(super) async fn ask(
        &self,
        questions: &[Question<'_>],
        state: Option<String>,
    ) -> Result<Map<String, Value>, Refusal> {
        let Some(session) = &self.session else {
            return self.answered(questions, state);
        };
        let mut answers = Map::new();
        for (key, method, params) in questions {
            let answer = session.ask(method, params, self.out.as_ref());
            let answer = tokio::time::timeout(PATIENCE, answer).await;
            let answer = answer.ok().flatten().ok_or_else(|| {
                Refusal::error(-32_603, format!("the client did not answer `{method}`"))
            })?;
            answers.insert((*key).to_owned(), answer);
        }
        Ok(answers)
    }

    fn answered(
        &self,
        questions: &[Question<'_>],
        state: Option<String>,
    ) -> Result<Map<String, Value>, Refusal> {
        let given = self.params["inputResponses"].as_object();
        let mut answers = Map::new();
        let mut missing = Map::new();
        for (key, method, params) in questions {
            match given.and_then(|given| given.get(*key)) {
                Some(answer) if answer.is_object() => {
                    answers.insert((*key).to_owned(), answer.clone());
                }
                _ => {
                    self.require(capability(method))?;
                    let question = json!({ "method": method, "params": params });
                    missing.insert((*key).to_owned(), question);
                }
            }
        }
        if missing.is_empty() {
            return Ok(answers);
        }
        Err(Refusal::Input {
            questions: missing,
            state,
        })
    }

    pub(super) fn client_can(&self, capability: &str) -> bool {
        let capabilities = match &self.session {
            Some(session) => &session.capabilities,
            None => &self.params["_meta"]["io.modelcontextprotocol/clientCapabilities"],
        };
        capabilities.get(capability).is_some()
    }

    pub(super) fn require(&self, capability: &str) -> Result<(), Refusal> {
        if self.client_can(capability) {
            return Ok(());
        }
        Err(Refusal::Error {
            code: -32_021,
            message: format!("the client did not declare `{capability}`"),
            data: Some(json!({ "requiredCapabilities": { capability: {} } })),
        })
    }
}

pub(super) fn capability(method: &str) -> &'static str {
    match method {
        "sampling/createMessage" => "sampling",
        "roots/list" => "roots",
        _ => "elicitation",
    }
}
