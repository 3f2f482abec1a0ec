//! What a collector of traces is told about an answer; its model calls and its tool calls happen within.

use db::conversations::Conversation;
use domain::traces::Trace;
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

use super::Ending;
use crate::Chat;

pub(super) fn begin(chat: &Chat) -> Trace {
    chat.platform.traces.begin(SpanKind::Server, "chat")
}

pub(super) fn describe(chat: &Chat, trace: &Trace, conversation: &Conversation) {
    if !trace.is_recorded() {
        return;
    }
    let agent = conversation.agent_id.to_string();
    let snapshot = chat.platform.snapshot.load();
    if let Some(agent) = snapshot.agent(&agent) {
        trace.name(format!("chat {}", agent.name));
        trace.set([KeyValue::new("gen_ai.agent.name", agent.name.clone())]);
    }
    trace.set([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.agent.id", agent),
        KeyValue::new("gen_ai.conversation.id", conversation.id.to_string()),
        KeyValue::new("gen_ai.request.model", conversation.model.clone()),
        KeyValue::new("archestra.user.id", conversation.user_id.clone()),
        KeyValue::new("archestra.trigger.source", "chat"),
    ]);
}

pub(super) fn end(trace: &Trace, ending: &Ending) {
    trace.set([KeyValue::new("archestra.chat.outcome", ending.status())]);
    if let Ending::Failed(fault) = ending {
        trace.failed(fault.kind, fault.message.clone());
    }
}
