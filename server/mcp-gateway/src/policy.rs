//! Whether a tool may be called now, and what of its result is shown.
//!
//! One that has changed since it was approved may not be called, and one its server no longer has cannot. What people wrote
//! as policies is judged by `domain::tool_policies`.

use std::borrow::Cow;
use std::sync::Arc;

use domain::metrics::{Blocked, CalledTool};
use domain::snapshot::Server;
use domain::tool_policies::{Context, ToolRules, Treatment, UNTRUSTED, Verdict};
use mcp::object::{Object, raw};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::answer::Running;
use crate::catalog::Entry;
use crate::dispatch::Exchange;
use crate::error::Failure;

/// How clients tell which program they are; the proxy reads it, too.
const EXTERNAL_AGENT: &str = "x-archestra-agent-id";

pub(crate) fn check(
    exchange: &Exchange,
    entry: &Entry,
    params: &Object<'_>,
) -> Result<(), Failure> {
    let tool = &entry.assigned.tool;
    if tool.paused {
        let frontend = &exchange.gateway.platform.settings.frontend_url;
        return Err(Failure::Paused {
            tool: entry.name.clone(),
            link: format!("{frontend}/tools?tool={}", tool.id),
        });
    }
    if !tool.available {
        return Err(Failure::UnknownTool(entry.name.clone()));
    }
    judge(exchange, entry, params)
}

fn judge(exchange: &Exchange, entry: &Entry, params: &Object<'_>) -> Result<(), Failure> {
    let (snapshot, agent) = (&exchange.snapshot, exchange.agent.id);
    let external_agent = exchange.headers.get(EXTERNAL_AGENT);
    let context = Context {
        untrusted: exchange.chat.untrusted || snapshot.starts_untrusted(agent),
        restrictive: snapshot.is_restrictive(),
        external_agent_id: external_agent.and_then(|id| id.to_str().ok()),
        team_ids: snapshot.teams_of_agent(agent),
    };
    let rules = snapshot.rules_of(entry.assigned.tool.id);
    if !rules.judges(&context) {
        return Ok(());
    }
    let arguments = params.read("arguments").unwrap_or_else(|| json!({}));
    let tool = entry.name.clone();
    match rules.judge(&arguments, &context) {
        Verdict::Allowed => Ok(()),
        Verdict::NeedsApproval { .. } if exchange.chat.approved => Ok(()),
        Verdict::NeedsApproval { why } => Err(Failure::NeedsApproval {
            tool,
            why: why.map(|why| format!(" ({why})")).unwrap_or_default(),
        }),
        Verdict::Refused { why } => Err(Failure::Refused { tool, why }),
    }
}

/// The same call with its result as policies have it shown: not at all, or with the remark that nobody vouches for it.
pub(crate) fn treated(
    exchange: &Arc<Exchange>,
    server: &Arc<Server>,
    entry: &Entry,
    running: Running,
) -> Running {
    let tool = entry.assigned.tool.id;
    let restrictive = exchange.snapshot.is_restrictive();
    if !exchange.snapshot.rules_of(tool).treats(restrictive) {
        return running;
    }
    let Running { work, events } = running;
    let (exchange, server) = (Arc::clone(exchange), Arc::clone(server));
    let name = entry.name.clone();
    let work = async move {
        let result = work.await?;
        let rules = exchange.snapshot.rules_of(tool);
        let count = || {
            let tool = CalledTool {
                agent: &exchange.agent,
                server: &server.catalog_name,
                tool: &name,
            };
            let metrics = &exchange.gateway.platform.metrics;
            metrics.blocked_tool(tool, Blocked::Result);
        };
        Ok(shown(rules, restrictive, &name, result, count))
    };
    Running {
        work: Box::pin(work),
        events,
    }
}

fn shown(
    rules: &ToolRules,
    restrictive: bool,
    tool: &str,
    result: Box<RawValue>,
    on_blocked: impl FnOnce(),
) -> Box<RawValue> {
    let whole: Value = serde_json::from_str(result.get()).unwrap_or_default();
    if whole["content"].is_null() && whole["structuredContent"].is_null() {
        // A question to the client; what it brings back is a result of its own.
        return result;
    }
    let mut changed = Object::parse(&result).unwrap_or_default();
    match rules.treat(&whole, restrictive) {
        Treatment::Trusted => return result,
        Treatment::Untrusted => {
            let mut meta = match whole["_meta"].clone() {
                Value::Object(meta) => meta,
                _ => serde_json::Map::new(),
            };
            meta.insert(UNTRUSTED.to_owned(), true.into());
            changed.set("_meta", Cow::Owned(raw(&Value::Object(meta))));
        }
        Treatment::Blocked { why } => {
            on_blocked();
            let text = format!("[The result of {tool} is not shown: {why}.]");
            let content = json!([{ "type": "text", "text": text }]);
            changed.set("content", Cow::Owned(raw(&content)));
            changed.set("isError", Cow::Owned(raw(&json!(true))));
            changed.remove("structuredContent");
            changed.remove("_meta");
        }
    }
    changed.to_raw()
}
