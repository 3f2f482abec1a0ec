//! Talking to a server by hand: one request, and the messages as they were.

use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use domain::platform::Platform;
use domain::recorder::ToolCall;
use mcp::client::CallOptions;
use mcp::error::Error;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::access::changeable;
use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::{self, Id};
use crate::{ApiError, State};

const WITHIN: Duration = Duration::from_mins(1);

#[derive(Deserialize, ToSchema)]
pub(crate) struct InspectInput {
    /// For example `tools/list` or `tools/call`.
    method: String,
    #[schema(value_type = Option<Object>)]
    params: Option<Value>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inspection {
    messages: Vec<WireMessage>,
    result: Option<Value>,
    error: Option<RpcError>,
    duration_ms: f64,
}

#[derive(Serialize, ToSchema)]
struct WireMessage {
    at: DateTime<Utc>,
    /// `sent` or `received`
    direction: &'static str,
    message: Value,
}

#[derive(Serialize, ToSchema)]
struct RpcError {
    code: i64,
    message: String,
    data: Option<Value>,
}

/// Send one request to the server and see what comes back. It is recorded like any other call.
#[utoipa::path(post, path = "/api/mcp_server/{id}/inspect", tag = "mcp-servers", params(("id" = Uuid, Path)), request_body = InspectInput,
    responses((status = 200, body = Inspection), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn inspect(
    Extract(platform): State,
    caller: Caller,
    Id(id): Id,
    extract::Json(input): extract::Json<InspectInput>,
) -> Result<Json<Inspection>, ApiError> {
    let row = changeable(&platform, &caller, id).await?;
    if input.method.trim().is_empty() {
        return Err(ApiError::Validation("method is required.".into()));
    }
    let params = input.params.filter(|params| !params.is_null());
    let raw = params
        .as_ref()
        .map(|params| RawValue::from_string(params.to_string()))
        .transpose();
    let raw = raw.map_err(ApiError::internal)?;
    let client = platform.servers.connection(id).await?;
    let (begun, at) = (platform.clock.monotonic(), platform.clock.now());
    let options = CallOptions {
        timeout: Some(WITHIN),
        ..CallOptions::default()
    };
    let answer = client.request(&input.method, raw, options).await;
    let duration = platform.clock.monotonic() - begun;
    let (result, error) = outcome(answer)?;
    record(
        &platform,
        &caller,
        &row,
        &input.method,
        params.as_ref(),
        result.as_ref(),
        error.as_ref(),
        duration,
    );
    let sent = json!({ "jsonrpc": "2.0", "id": 1, "method": input.method, "params": params.unwrap_or(json!({})) });
    let received = match &error {
        Some(error) => json!({ "jsonrpc": "2.0", "id": 1, "error": error }),
        None => json!({ "jsonrpc": "2.0", "id": 1, "result": result }),
    };
    let messages = vec![
        WireMessage {
            at,
            direction: "sent",
            message: sent,
        },
        WireMessage {
            at: platform.clock.now(),
            direction: "received",
            message: received,
        },
    ];
    Ok(Json(Inspection {
        messages,
        result,
        error,
        duration_ms: duration.as_secs_f64() * 1000.0,
    }))
}

fn outcome(
    answer: Result<Box<RawValue>, Error>,
) -> Result<(Option<Value>, Option<RpcError>), ApiError> {
    match answer {
        Ok(result) => {
            let result = serde_json::from_str(result.get()).map_err(ApiError::internal)?;
            Ok((Some(result), None))
        }
        Err(Error::Rpc(error)) => {
            let data = error
                .data
                .as_ref()
                .and_then(|data| serde_json::from_str(data.get()).ok());
            Ok((
                None,
                Some(RpcError {
                    code: error.code,
                    message: error.message,
                    data,
                }),
            ))
        }
        Err(other) => Err(ApiError::Upstream(other.to_string())),
    }
}

#[expect(clippy::too_many_arguments, reason = "the facts of one record")]
fn record(
    platform: &Platform,
    caller: &Caller,
    row: &db::mcp_servers::McpServer,
    method: &str,
    params: Option<&Value>,
    result: Option<&Value>,
    error: Option<&RpcError>,
    duration: Duration,
) {
    let mut call = ToolCall::new(platform.clock.as_ref(), method);
    call.mcp_server_id = Some(row.id);
    call.mcp_server_name.clone_from(&row.name);
    call.tool_name = params
        .and_then(|params| params["name"].as_str())
        .map(str::to_owned);
    call.user_id = Some(caller.user.id.clone());
    call.auth_method = Some("inspector".to_owned());
    call.is_error = error.is_some() || result.is_some_and(|result| result["isError"] == true);
    call.error = error.map(|error| error.message.clone());
    call.arguments = params
        .map(|params| params.to_string().into())
        .unwrap_or_default();
    call.result = result
        .map(|result| result.to_string().into())
        .unwrap_or_default();
    call.duration = duration;
    platform.recorder.record_tool_call(call);
}
