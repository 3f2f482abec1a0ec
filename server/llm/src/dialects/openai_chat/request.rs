//! The facts in a chat completions request.

use crate::dialect::{RequestFacts, Session};
use crate::fields::Fields;

const FIELDS: &[&str] = &[
    "model",
    "stream",
    "user",
    "safety_identifier",
    "prompt_cache_key",
    "tools",
    "functions",
];

pub(super) fn read(body: &[u8]) -> RequestFacts {
    let fields = Fields::read(body, FIELDS);
    let declared = fields.objects("tools", &["type", "function", "custom"]);
    let legacy = fields.objects("functions", &["name"]);
    let legacy_names = legacy.iter().filter_map(|function| function.text("name"));
    RequestFacts {
        model: fields.text("model"),
        stream: fields.get("stream").unwrap_or_default(),
        user: fields
            .text("user")
            .or_else(|| fields.text("safety_identifier")),
        session: session(&fields),
        tool_names: declared
            .iter()
            .filter_map(tool_name)
            .chain(legacy_names)
            .collect(),
    }
}

fn tool_name(tool: &Fields<'_>) -> Option<String> {
    let definition = tool
        .object("function", &["name"])
        .or_else(|| tool.object("custom", &["name"]));
    definition
        .and_then(|definition| definition.text("name"))
        .or_else(|| tool.text("type"))
}

/// The cache key is what agents set per conversation; `user` is all that older clients have.
fn session(fields: &Fields<'_>) -> Option<Session> {
    ["prompt_cache_key", "user"].into_iter().find_map(|source| {
        let id = fields.text(source)?;
        Some(Session { id, source })
    })
}
