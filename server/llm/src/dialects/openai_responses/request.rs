//! The facts in a Responses request, `OpenAI`'s own and those Codex adds.

use crate::dialect::{RequestFacts, Session};
use crate::fields::Fields;

const FIELDS: &[&str] = &[
    "model",
    "stream",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "client_metadata",
    "tools",
];

pub(super) fn read(body: &[u8]) -> RequestFacts {
    let fields = Fields::read(body, FIELDS);
    let declared = fields.objects("tools", &["type", "name", "server_label", "tools"]);
    RequestFacts {
        model: fields.text("model"),
        stream: fields.get("stream").unwrap_or_default(),
        user: fields
            .text("user")
            .or_else(|| fields.text("safety_identifier")),
        session: session(&fields),
        tool_names: declared.iter().flat_map(tool_names).collect(),
    }
}

/// A namespace holds tools of its own, which are called by their own names.
fn tool_names(tool: &Fields<'_>) -> Vec<String> {
    let nested = tool.objects("tools", &["name"]);
    if nested.is_empty() {
        let name = tool.text("name").or_else(|| tool.text("server_label"));
        name.or_else(|| tool.text("type")).into_iter().collect()
    } else {
        nested.iter().filter_map(|tool| tool.text("name")).collect()
    }
}

fn session(fields: &Fields<'_>) -> Option<Session> {
    let codex = fields.object("client_metadata", &["session_id"]);
    if let Some(id) = codex.and_then(|metadata| metadata.text("session_id")) {
        let source = "client_metadata.session_id";
        return Some(Session { id, source });
    }
    ["prompt_cache_key", "user"].into_iter().find_map(|source| {
        let id = fields.text(source)?;
        Some(Session { id, source })
    })
}
