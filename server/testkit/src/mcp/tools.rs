//! What the tools do.

use std::time::Duration;

use serde_json::{Value, json};

use super::exchange::{Answer, Exchange, Refusal};
use super::questions::{open, seal};

/// Between two messages of a tool that takes its time.
const PAUSE: Duration = Duration::from_millis(50);

const ELICIT: &str = "elicitation/create";
const SAMPLE: &str = "sampling/createMessage";
const ROOTS: &str = "roots/list";

/// Tools that say something before their result, or ask; only they need a stream.
pub(super) fn streams(name: &str) -> bool {
    matches!(
        name,
        "test_tool_with_logging"
            | "test_logging_tool"
            | "test_tool_with_progress"
            | "test_reconnection"
            | "test_sampling"
            | "test_streaming_elicitation"
    ) || name.starts_with("test_elicitation")
        || name.starts_with("test_input_required")
}

pub(super) async fn call(exchange: &Exchange) -> Answer {
    let name = exchange.text("name");
    if let Some(result) = exchange.state.fixture("toolResults", &name) {
        return Ok(result);
    }
    match name.as_str() {
        "test_tool_with_logging" | "test_logging_tool" => Ok(logging(exchange).await),
        "test_tool_with_progress" => Ok(progress(exchange).await),
        "test_reconnection" => {
            tokio::time::sleep(2 * PAUSE).await;
            Ok(text("The stream was taken up again."))
        }
        "test_streaming_elicitation" => {
            exchange.log("about to ask");
            elicit(exchange, "user_name", "name").await
        }
        "test_sampling" => sampling(exchange).await,
        "test_elicitation" => elicitation(exchange).await,
        "test_elicitation_sep1034_defaults" => elicit(exchange, "values", "defaults").await,
        "test_elicitation_sep1330_enums" => elicit(exchange, "choices", "enums").await,
        "test_missing_capability" => {
            exchange.require("sampling")?;
            Ok(text("The client can sample."))
        }
        "test_trigger_tool_change" => Ok(change(exchange, "notifications/tools/list_changed")),
        "test_trigger_prompt_change" => Ok(change(exchange, "notifications/prompts/list_changed")),
        _ => match name.strip_prefix("test_input_required_result_") {
            Some(kind) => input_required(exchange, kind).await,
            None => other(exchange, &name),
        },
    }
}

pub(super) fn text(text: impl Into<String>) -> Value {
    json!({ "content": [{ "type": "text", "text": text.into() }] })
}

fn change(exchange: &Exchange, method: &'static str) -> Value {
    exchange.state.announce(method);
    text("Announced.")
}

/// A tool that a test has added answers with its arguments.
fn other(exchange: &Exchange, name: &str) -> Answer {
    let tools = exchange.state.list("tools");
    let tools = tools["tools"].as_array().cloned().unwrap_or_default();
    if tools.iter().any(|tool| tool["name"] == name) {
        return Ok(text(exchange.params["arguments"].to_string()));
    }
    Err(Refusal::error(-32_602, format!("Unknown tool: {name}")))
}

async fn logging(exchange: &Exchange) -> Value {
    exchange.log("Tool execution started");
    tokio::time::sleep(PAUSE).await;
    exchange.log("Tool processing data");
    tokio::time::sleep(PAUSE).await;
    exchange.log("Tool execution completed");
    text("Tool with logging executed successfully")
}

async fn progress(exchange: &Exchange) -> Value {
    let token = exchange.params["_meta"]["progressToken"].clone();
    for progress in [0, 50, 100] {
        if !token.is_null() {
            let params = json!({ "progressToken": token, "progress": progress, "total": 100 });
            exchange.notify("notifications/progress", &params);
        }
        tokio::time::sleep(PAUSE).await;
    }
    text(format!("Progress reported under {token}"))
}

async fn sampling(exchange: &Exchange) -> Answer {
    let params = sample(&exchange.argument("prompt"));
    let answers = exchange.ask(&[("answer", SAMPLE, params)], None).await?;
    let answer = &answers["answer"]["content"]["text"];
    Ok(text(format!(
        "LLM response: {}",
        answer.as_str().unwrap_or("none")
    )))
}

fn sample(prompt: &str) -> Value {
    json!({
        "messages": [{ "role": "user", "content": { "type": "text", "text": prompt } }],
        "maxTokens": 100,
    })
}

async fn elicitation(exchange: &Exchange) -> Answer {
    let params = json!({
        "mode": "form",
        "message": exchange.argument("message"),
        "requestedSchema": {
            "type": "object",
            "properties": {
                "username": { "type": "string", "description": "User's response" },
                "email": { "type": "string", "description": "User's email address" },
            },
            "required": ["username", "email"],
        },
    });
    let answers = exchange.ask(&[("user", ELICIT, params)], None).await?;
    let answer = &answers["user"];
    Ok(text(format!(
        "User response: action={}, content={}",
        answer["action"].as_str().unwrap_or_default(),
        answer["content"]
    )))
}

async fn elicit(exchange: &Exchange, key: &str, question: &str) -> Answer {
    let answers = exchange
        .ask(&[(key, ELICIT, form(exchange, question))], None)
        .await?;
    let answer = &answers[key];
    Ok(text(format!(
        "Elicitation completed: action={}, content={}",
        answer["action"].as_str().unwrap_or_default(),
        answer["content"]
    )))
}

pub(super) fn form(exchange: &Exchange, question: &str) -> Value {
    let form = exchange.state.fixture("questions", question);
    form.unwrap_or_default()
}

async fn input_required(exchange: &Exchange, kind: &str) -> Answer {
    let form = |question| form(exchange, question);
    match kind {
        "elicitation" => {
            let answers = exchange
                .ask(&[("user_name", ELICIT, form("name"))], None)
                .await?;
            Ok(text(format!(
                "Hello, {}!",
                answers["user_name"]["content"]["name"]
                    .as_str()
                    .unwrap_or("stranger")
            )))
        }
        "sampling" => {
            let question = sample("What is the capital of France?");
            let asked = [("capital_question", SAMPLE, question)];
            let answers = exchange.ask(&asked, None).await?;
            Ok(text(answers["capital_question"]["content"].to_string()))
        }
        "list_roots" => {
            let asked = [("client_roots", ROOTS, json!({}))];
            let answers = exchange.ask(&asked, None).await?;
            Ok(text(answers["client_roots"].to_string()))
        }
        "request_state" | "tampered_state" => {
            check_state(exchange)?;
            let asked = [("confirm", ELICIT, form("confirm"))];
            exchange.ask(&asked, Some(seal("confirm"))).await?;
            Ok(text("state-ok"))
        }
        "multiple_inputs" => {
            check_state(exchange)?;
            let asked = [
                ("user_name", ELICIT, form("name")),
                ("greeting", SAMPLE, sample("Generate a greeting")),
                ("client_roots", ROOTS, json!({})),
            ];
            let answers = exchange.ask(&asked, Some(seal("three"))).await?;
            Ok(text(Value::Object(answers).to_string()))
        }
        "multi_round" => multi_round(exchange).await,
        "capabilities" => only_what_the_client_can(exchange).await,
        _ => other(exchange, &exchange.text("name")),
    }
}

/// The second question depends on the state, which the first answer went into.
async fn multi_round(exchange: &Exchange) -> Answer {
    let state = exchange.params["requestState"].as_str();
    let opened = state.map(open).transpose()?;
    if exchange.is_stateless() && opened.is_some_and(|state| state.starts_with("round-2")) {
        let asked = [("step2", ELICIT, form(exchange, "step2"))];
        let answers = exchange.ask(&asked, state.map(str::to_owned)).await?;
        return Ok(text(answers["step2"].to_string()));
    }
    let asked = [("step1", ELICIT, form(exchange, "step1"))];
    let answers = exchange.ask(&asked, Some(seal("round-1"))).await?;
    let asked = [("step2", ELICIT, form(exchange, "step2"))];
    let state = seal(&format!("round-2 {}", answers["step1"]["content"]["name"]));
    let answers = exchange.ask(&asked, Some(state)).await?;
    Ok(text(answers["step2"].to_string()))
}

async fn only_what_the_client_can(exchange: &Exchange) -> Answer {
    let asked = [
        ("user_name", ELICIT, form(exchange, "name")),
        ("greeting", SAMPLE, sample("Generate a greeting")),
        ("client_roots", ROOTS, json!({})),
    ];
    let can = |method: &str| exchange.client_can(super::exchange::capability(method));
    let asked: Vec<_> = asked
        .into_iter()
        .filter(|(_, method, _)| can(method))
        .collect();
    let answers = exchange.ask(&asked, None).await?;
    Ok(text(Value::Object(answers).to_string()))
}

fn check_state(exchange: &Exchange) -> Result<(), Refusal> {
    match exchange.params["requestState"].as_str() {
        Some(state) => open(state).map(drop),
        None => Ok(()),
    }
}
