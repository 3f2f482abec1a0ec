//! Uses everything that a server has: each tool, the first prompt, the first resource.

use anyhow::Result;
use mcp::client::{CallOptions, Client, Input};
use mcp::error::Error;
use mcp::object::{Object, raw};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::answers::{answer, example};
use crate::sign_in::SignIn;

pub(crate) async fn everything(
    client: &Client,
    sign_in: &mut SignIn,
    context: &Value,
) -> Result<()> {
    let tools = list(client, sign_in, "tools/list").await?;
    let asked = context["toolCalls"].as_array();
    let calls: Vec<Value> = match asked {
        Some(calls) => calls.clone(),
        None => tools
            .iter()
            .map(|tool| json!({ "name": tool["name"], "arguments": arguments(tool, &tools) }))
            .collect(),
    };
    for call in calls {
        request(client, sign_in, "tools/call", &call).await?;
    }
    let server = client.server();
    let offers = |capability| {
        Object::parse(&server.capabilities)
            .is_some_and(|capabilities| capabilities.get(capability).is_some())
    };
    if offers("prompts") {
        let prompts = list(client, sign_in, "prompts/list").await?;
        if let Some(prompt) = prompts.first() {
            let params = json!({ "name": prompt["name"] });
            request(client, sign_in, "prompts/get", &params).await?;
        }
    }
    if offers("resources") {
        let resources = list(client, sign_in, "resources/list").await?;
        if let Some(resource) = resources.first() {
            let params = json!({ "uri": resource["uri"] });
            request(client, sign_in, "resources/read", &params).await?;
        }
    }
    Ok(())
}

/// A tool that wants to see a schema gets the first tool's, as it was listed.
fn arguments(tool: &Value, tools: &[Value]) -> Value {
    let mut arguments = example(&tool["inputSchema"]);
    if arguments.get("schema").is_some() {
        arguments["schema"] = tools[0]["inputSchema"].clone();
    }
    arguments
}

async fn list(client: &Client, sign_in: &mut SignIn, method: &str) -> Result<Vec<Value>> {
    loop {
        match client.list_all(method, CallOptions::default()).await {
            Ok(items) => {
                let items = items.iter().map(|item| serde_json::from_str(item.get()));
                return Ok(items.collect::<Result<_, _>>()?);
            }
            Err(error) => once_more(client, sign_in, error).await?,
        }
    }
}

async fn request(
    client: &Client,
    sign_in: &mut SignIn,
    method: &str,
    params: &Value,
) -> Result<()> {
    loop {
        match call(client, method, raw(params)).await {
            // A tool may refuse; what counts is how it was asked.
            Ok(_) | Err(Error::Rpc(_)) => return Ok(()),
            Err(error) => once_more(client, sign_in, error).await?,
        }
    }
}

async fn call(
    client: &Client,
    method: &str,
    params: Box<RawValue>,
) -> Result<Box<RawValue>, Error> {
    let (events, received) = mpsc::channel(64);
    let options = CallOptions {
        events: Some(events),
        input: Input::Ask,
        ..CallOptions::default()
    };
    // The events end with the call, because the call drops its sender.
    let (outcome, ()) = tokio::join!(
        client.request(method, Some(params), options),
        answer(received)
    );
    outcome
}

/// Signs in again where that is what the error wants.
async fn once_more(client: &Client, sign_in: &mut SignIn, error: Error) -> Result<()> {
    match error {
        Error::Unauthorized { challenge, .. } | Error::Forbidden { challenge, .. } => {
            sign_in.again(challenge.as_deref()).await?;
            client.set_bearer(sign_in.token());
            Ok(())
        }
        error => Err(error.into()),
    }
}
