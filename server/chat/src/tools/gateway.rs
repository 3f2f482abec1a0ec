//! The gateway, called in process in the era without sessions: a question comes as an answer, and the call is made again
//! with what was asked for.

use axum::body::Body;
use db::conversations::Conversation;
use domain::access::InProcess;
use domain::tool_policies::ChatCall;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use mcp::era::{ProtocolVersion, headers, meta, method, result_type};
use mcp::jsonrpc::{self, Id};
use mcp::object::raw;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use super::{Known, Question};
use crate::Chat;
use crate::run::Fault;

/// What became of a call.
pub(crate) enum Answered {
    Result(Value),
    Failed {
        text: String,
        link: Option<String>,
    },
    /// The server wants to know something first.
    Asks {
        questions: Vec<Question>,
        state: Value,
    },
}

/// Every page of the agent's list.
pub(crate) async fn list(chat: &Chat, user_id: &str, agent: Uuid) -> Result<Vec<Known>, Fault> {
    let mut known = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let mut params = json!({});
        if !cursor.is_null() {
            params["cursor"] = cursor;
        }
        let answer = rpc(
            chat,
            user_id,
            agent,
            method::TOOLS_LIST,
            params,
            None,
            ChatCall::default(),
        )
        .await?;
        if let Some(error) = answer["error"]["message"].as_str() {
            return Err(Fault::new("tools", error));
        }
        let tools = answer["result"]["tools"].as_array();
        known.extend(
            tools
                .into_iter()
                .flatten()
                .map(|tool| named(chat, agent, tool)),
        );
        cursor = answer["result"]["nextCursor"].clone();
        if cursor.is_null() {
            return Ok(known);
        }
    }
}

/// Built-in tools are known by their names.
fn named(chat: &Chat, agent: Uuid, definition: &Value) -> Known {
    let name = definition["name"].as_str().unwrap_or_default().to_owned();
    let snapshot = chat.platform.snapshot.load();
    let mut assigned = snapshot.tools_of(agent).iter();
    let found =
        assigned.find(|assigned| assigned.tool.name == name || assigned.tool.raw_name == name);
    let id = found.map_or_else(|| name.clone(), |found| found.tool.id.to_string());
    Known::new(id, name, definition.clone(), false)
}

/// `more`: what an earlier answer of the same call asked for.
pub(crate) async fn call(
    chat: &Chat,
    conversation: &Conversation,
    known: &Known,
    name: &str,
    arguments: &Value,
    more: &Value,
    made: ChatCall,
) -> Result<Answered, Fault> {
    let mut params = json!({ "name": name, "arguments": arguments });
    for member in ["inputResponses", "requestState"] {
        if !more[member].is_null() {
            params[member] = more[member].clone();
        }
    }
    let (user, agent) = (&conversation.user_id, conversation.agent_id);
    // A tool that runs another one has the headers of neither.
    let declared = (known.name == name).then_some(known);
    let answer = rpc(
        chat,
        user,
        agent,
        method::TOOLS_CALL,
        params,
        declared,
        made,
    )
    .await?;
    if answer["error"].is_object() {
        let error = &answer["error"];
        return Ok(Answered::Failed {
            text: error["message"].as_str().unwrap_or_default().to_owned(),
            link: own_link(chat, &error["data"]["link"]),
        });
    }
    let mut result = answer["result"].clone();
    if result["resultType"] == result_type::INPUT_REQUIRED {
        return Ok(asks(&result));
    }
    if let Some(link) = own_link(chat, &result["_meta"]["archestra/link"]) {
        return Ok(Answered::Failed {
            text: result["content"][0]["text"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            link: Some(link),
        });
    }
    if let Value::Object(members) = &mut result {
        members.remove("resultType");
    }
    Ok(Answered::Result(result))
}

/// Where a person can mend what went wrong. A server could write such a link, too, so only one to our own pages counts.
fn own_link(chat: &Chat, link: &Value) -> Option<String> {
    let own = format!("{}/", chat.platform.settings.frontend_url);
    let link = link.as_str().filter(|link| link.starts_with(&own));
    link.map(str::to_owned)
}

fn asks(result: &Value) -> Answered {
    let requests = result["inputRequests"].as_object();
    let questions = requests.into_iter().flatten().map(|(key, request)| {
        let params = &request["params"];
        let mode = params["mode"].as_str().unwrap_or("form");
        Question {
            key: key.clone(),
            shown: json!({
                "mode": mode,
                "message": params["message"],
                "requestedSchema": params["requestedSchema"],
                "url": params["url"].as_str().filter(|url| is_web_page(url)),
            }),
        }
    });
    Answered::Asks {
        questions: questions.collect(),
        state: result["requestState"].clone(),
    }
}

/// Anything else (`javascript:`, `file:`) is no place to send a person.
fn is_web_page(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

async fn rpc(
    chat: &Chat,
    user_id: &str,
    agent: Uuid,
    method: &str,
    mut params: Value,
    known: Option<&Known>,
    made: ChatCall,
) -> Result<Value, Fault> {
    params["_meta"] = json!({
        meta::PROTOCOL_VERSION: ProtocolVersion::LATEST.as_str(),
        meta::CLIENT_CAPABILITIES: { "elicitation": { "form": {}, "url": {} } },
        meta::CLIENT_INFO: { "name": "archestra-chat", "version": chat.platform.settings.version },
    });
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(format!("/v1/mcp/{agent}"))
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .header(&headers::PROTOCOL_VERSION, ProtocolVersion::LATEST.as_str())
        .header(&headers::METHOD, method)
        .extension(made)
        .extension(InProcess {
            user_id: user_id.to_owned(),
        });
    let params_text = raw(&params);
    if let Some(name) = headers::routing_name(method, Some(&params_text)) {
        request = request.header(&headers::NAME, headers::encode(&name));
    }
    let schema = known.map(|known| &known.definition["inputSchema"]);
    for header in schema
        .and_then(|schema| headers::param_headers(schema).ok())
        .unwrap_or_default()
    {
        if let Some(value) = headers::param_value(&params["arguments"], &header) {
            request = request.header(&header.name, value);
        }
    }
    let message = jsonrpc::request(&Id::Number(1), method, Some(&params_text));
    let unread = |error: String| {
        Fault::new(
            "tools",
            format!("The gateway's answer could not be read: {error}."),
        )
    };
    let request = request
        .body(Body::from(message))
        .map_err(|error| unread(error.to_string()))?;
    let response = match chat.gateway.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let body = response.into_body().collect().await;
    let body = body.map_err(|error| unread(error.to_string()))?.to_bytes();
    serde_json::from_slice(&body).map_err(|error| unread(error.to_string()))
}
