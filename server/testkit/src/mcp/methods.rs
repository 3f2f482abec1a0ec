//! From a method's name to its answer, for both eras.

use serde_json::{Value, json};

use super::exchange::{Answer, Exchange, Refusal};
use super::{capabilities, server_info, tools};

/// Methods that 2026-07-28 has taken away.
const LEGACY_ONLY: [&str; 5] = [
    "initialize",
    "ping",
    "logging/setLevel",
    "resources/subscribe",
    "resources/unsubscribe",
];

pub(super) async fn answer(exchange: &Exchange) -> Answer {
    let is_stateless = exchange.is_stateless();
    let method = exchange.method.as_str();
    if is_stateless && LEGACY_ONLY.contains(&method) {
        return Err(unknown(method));
    }
    let result = match method {
        "server/discover" if is_stateless => Ok(discover()),
        "ping" | "logging/setLevel" | "resources/subscribe" | "resources/unsubscribe" => {
            Ok(json!({}))
        }
        "tools/list" => Ok(exchange.state.list("tools")),
        "prompts/list" => Ok(exchange.state.list("prompts")),
        "resources/list" => Ok(exchange.state.list("resources")),
        "resources/templates/list" => Ok(exchange.state.list("resourceTemplates")),
        "tools/call" => tools::call(exchange).await,
        "prompts/get" => prompt(exchange).await,
        "resources/read" => resource(exchange),
        "completion/complete" => {
            Ok(json!({ "completion": { "values": [], "total": 0, "hasMore": false } }))
        }
        _ => Err(unknown(method)),
    };
    match result {
        Ok(result) if is_stateless => Ok(complete(method, result)),
        Err(Refusal::Input { questions, state }) => {
            let mut result = json!({ "resultType": "input_required", "inputRequests": questions });
            if let Some(state) = state {
                result["requestState"] = Value::String(state);
            }
            Ok(result)
        }
        other => other,
    }
}

fn unknown(method: &str) -> Refusal {
    Refusal::error(-32_601, format!("Method not found: {method}"))
}

/// What every result of the stateless era says, and those that may be cached.
fn complete(method: &str, mut result: Value) -> Value {
    result["resultType"] = json!("complete");
    result["_meta"] = json!({ "io.modelcontextprotocol/serverInfo": server_info() });
    if method.ends_with("/list") || matches!(method, "resources/read" | "server/discover") {
        result["ttlMs"] = json!(0);
        result["cacheScope"] = json!("private");
    }
    result
}

fn discover() -> Value {
    json!({
        "supportedVersions": ["2026-07-28"],
        "capabilities": capabilities(true),
        "instructions": "A server for tests.",
    })
}

async fn prompt(exchange: &Exchange) -> Answer {
    let name = exchange.text("name");
    if let Some(result) = exchange.state.fixture("promptResults", &name) {
        return Ok(result);
    }
    let message = |content: Value| json!({ "role": "user", "content": content });
    let said = |text: String| message(json!({ "type": "text", "text": text }));
    match name.as_str() {
        "test_prompt_with_arguments" => {
            let (first, second) = (exchange.argument("arg1"), exchange.argument("arg2"));
            let text = format!("Prompt with arguments: arg1='{first}', arg2='{second}'");
            Ok(json!({ "messages": [said(text)] }))
        }
        "test_prompt_with_embedded_resource" => {
            let resource = json!({
                "uri": exchange.argument("resourceUri"),
                "mimeType": "text/plain",
                "text": "Embedded resource content for testing.",
            });
            let embedded = message(json!({ "type": "resource", "resource": resource }));
            let text = said("Please process the embedded resource above.".to_owned());
            Ok(json!({ "messages": [embedded, text] }))
        }
        "test_input_required_result_prompt" => {
            let form = tools::form(exchange, "context");
            let asked = [("user_context", "elicitation/create", form)];
            let answers = exchange.ask(&asked, None).await?;
            let context = answers["user_context"]["content"]["context"].to_string();
            Ok(json!({ "messages": [said(format!("With context {context}"))] }))
        }
        _ => Err(Refusal::error(-32_602, format!("Unknown prompt: {name}"))),
    }
}

fn resource(exchange: &Exchange) -> Answer {
    let uri = exchange.text("uri");
    if let Some(contents) = exchange.state.fixture("resourceContents", &uri) {
        return Ok(json!({ "contents": [contents] }));
    }
    let id = uri
        .strip_prefix("test://template/")
        .and_then(|rest| rest.strip_suffix("/data"));
    if let Some(id) = id {
        let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
        let contents =
            json!({ "uri": uri, "mimeType": "application/json", "text": data.to_string() });
        return Ok(json!({ "contents": [contents] }));
    }
    Err(Refusal::Error {
        code: if exchange.is_stateless() {
            -32_602
        } else {
            -32_002
        },
        message: "Resource not found".to_owned(),
        data: Some(json!({ "uri": uri })),
    })
}
