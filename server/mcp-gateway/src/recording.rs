//! What is kept of a request while it runs, handed to the recorder when it ends, whichever way that comes about.

mod trace;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use domain::metrics::{Blocked, CalledTool, McpCall};
use domain::recorder::ToolCall;
use domain::snapshot::Server;
use domain::traces::Trace;
use mcp::era::method;
use mcp::object::Object;
use serde_json::value::RawValue;

use crate::answer::Outcome;
use crate::catalog::Entry;
use crate::dispatch::Exchange;
use crate::request::Request;
use trace::Told;

/// What the gateway itself answers is recorded under this name.
const GATEWAY: &str = "mcp-gateway";
/// Chatter, and what the client only tells.
const NOT_RECORDED: [&str; 2] = [method::PING, method::SET_LEVEL];

pub(crate) struct Recording(Option<Box<Kept>>);

struct Kept {
    exchange: Arc<Exchange>,
    started: Instant,
    call: ToolCall,
    /// The tool is one of the agent's.
    is_known: bool,
    told: Told,
    blocked: Option<Blocked>,
}

impl Recording {
    pub(crate) fn begin(exchange: &Arc<Exchange>, request: &Request) -> Self {
        if NOT_RECORDED.contains(&request.method.as_str()) {
            return Self(None);
        }
        let platform = &exchange.gateway.platform;
        let mut call = ToolCall::new(&*platform.clock, &request.method);
        call.agent_id = Some(exchange.agent.id);
        GATEWAY.clone_into(&mut call.mcp_server_name);
        call.user_id = exchange.caller.user_id().map(str::to_owned);
        call.token_id = exchange.caller.token_id;
        call.token_kind = Some(exchange.caller.kind_name().to_owned());
        call.auth_method = Some(exchange.caller.method.to_owned());
        call.session_id = exchange
            .client
            .session
            .as_ref()
            .map(|session| session.id.to_string());
        call.client.clone_from(&exchange.client.name);
        Self(Some(Box::new(Kept {
            started: platform.clock.monotonic(),
            exchange: Arc::clone(exchange),
            call,
            is_known: false,
            told: Told::begin(exchange, request),
            blocked: None,
        })))
    }

    /// For what happens within the call.
    pub(crate) fn trace(&self) -> Trace {
        let kept = self.0.as_ref();
        kept.map_or_else(Trace::default, |kept| kept.told.trace.clone())
    }

    /// What is called, by the name the client used, and with what.
    pub(crate) fn tool(&mut self, name: &str, arguments: Option<&RawValue>) {
        if let Some(kept) = &mut self.0 {
            kept.call.tool_name = Some(name.to_owned());
            kept.call.arguments =
                arguments.map_or_else(Bytes::new, |arguments| kept.copy(arguments));
        }
    }

    /// The server that an assignment stands for, before it is known which installation serves it.
    pub(crate) fn server_name(&mut self, exchange: &Exchange, entry: &Entry) {
        let name = entry
            .assigned
            .tool
            .catalog_id
            .and_then(|id| exchange.snapshot.catalog_name(id));
        if let Some(kept) = &mut self.0 {
            kept.is_known = true;
        }
        if let Some((kept, name)) = self.0.as_mut().zip(name) {
            name.clone_into(&mut kept.call.mcp_server_name);
        }
    }

    pub(crate) fn server(&mut self, server: &Server) {
        if let Some(kept) = &mut self.0 {
            kept.call.mcp_server_id = Some(server.id);
            kept.call.mcp_server_name.clone_from(&server.catalog_name);
        }
    }

    /// A tool of this server's own.
    pub(crate) fn builtin(&mut self) {
        if let Some(kept) = &mut self.0 {
            kept.is_known = true;
            "archestra".clone_into(&mut kept.call.mcp_server_name);
        }
    }

    pub(crate) fn finish(mut self, outcome: &Outcome) {
        let Some(kept) = &mut self.0 else { return };
        match outcome {
            Ok(result) => {
                kept.call.is_error = is_error(result);
                kept.call.result = kept.copy(result);
            }
            Err(failure) => {
                kept.call.is_error = true;
                kept.call.error = Some(failure.to_string());
                kept.tell_failure(failure);
                kept.blocked = failure.blocked();
                if let Some(server) = kept.call.mcp_server_id {
                    tracing::info!(%failure, %server, tool = kept.call.tool_name, "a call failed");
                }
            }
        }
        self.hand_over();
    }

    /// It belongs to a call that is recorded already.
    pub(crate) fn cancel(&mut self) {
        self.0 = None;
    }

    fn hand_over(&mut self) {
        if let Some(mut kept) = self.0.take() {
            let platform = &kept.exchange.gateway.platform;
            kept.call.duration = platform
                .clock
                .monotonic()
                .saturating_duration_since(kept.started);
            kept.observe();
            kept.tell_trace();
            platform.recorder.record_tool_call(kept.call);
        }
    }
}

impl Kept {
    /// Only of tools that exist: a name that a client made up would be a series of its own.
    fn observe(&self) {
        let (call, metrics) = (&self.call, &self.exchange.gateway.platform.metrics);
        let Some(tool) = call.tool_name.as_deref() else {
            return;
        };
        if call.method != method::TOOLS_CALL || !self.is_known {
            return;
        }
        let tool = CalledTool {
            agent: &self.exchange.agent,
            server: &call.mcp_server_name,
            tool,
        };
        let trace_id = self.told.trace.id();
        metrics.mcp_call(&McpCall {
            tool,
            is_error: call.is_error,
            duration: call.duration,
            request_bytes: call.arguments.len(),
            response_bytes: call.result.len(),
            ended_at: call.created_at + call.duration,
            trace_id: trace_id.as_deref(),
        });
        if let Some(why) = self.blocked {
            metrics.blocked_tool(tool, why);
        }
    }

    /// At most as much as is kept of a model call.
    fn copy(&self, json: &RawValue) -> Bytes {
        let limit = self.exchange.gateway.platform.upstreams.body_limit;
        let bytes = json.get().as_bytes();
        Bytes::copy_from_slice(&bytes[..bytes.len().min(limit)])
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if let Some(kept) = &mut self.0 {
            kept.call.is_error = true;
            kept.call.error = Some("The client went away before the answer.".to_owned());
        }
        self.hand_over();
    }
}

/// Looked for as text first, since few results have it and results may be long.
fn is_error(result: &RawValue) -> bool {
    result.get().contains("\"isError\"")
        && Object::parse(result).and_then(|result| result.read("isError")) == Some(true)
}
