//! The facts in a Messages request, and the session Claude Code hides in `metadata.user_id`.

use crate::dialect::{RequestFacts, Session};
use crate::fields::Fields;

const FIELDS: &[&str] = &["model", "stream", "metadata", "tools"];

pub(super) fn read(body: &[u8]) -> RequestFacts {
    let fields = Fields::read(body, FIELDS);
    let metadata = fields.object("metadata", &["user_id"]);
    let user_id = metadata.and_then(|metadata| metadata.text("user_id"));
    let (user, session) = user_id.map(user_and_session).unwrap_or_default();
    let declared = fields.objects("tools", &["type", "name", "mcp_server_name"]);
    let names = declared.iter().filter_map(|tool| {
        let name = tool.text("name").or_else(|| tool.text("mcp_server_name"));
        name.or_else(|| tool.text("type"))
    });
    RequestFacts {
        model: fields.text("model"),
        stream: fields.get("stream").unwrap_or_default(),
        user,
        session: session.map(|id| Session {
            id,
            source: "metadata.user_id",
        }),
        tool_names: names.collect(),
    }
}

/// Claude Code has written `user_{hash}_account_{uuid}_session_{uuid}` and, later, a JSON object
/// as text; anyone else writes just a user.
fn user_and_session(user_id: String) -> (Option<String>, Option<String>) {
    if user_id.starts_with('{') {
        let fields = Fields::read(
            user_id.as_bytes(),
            &["device_id", "account_uuid", "session_id"],
        );
        let user = fields
            .text("account_uuid")
            .or_else(|| fields.text("device_id"));
        return (user, fields.text("session_id"));
    }
    match user_id.rsplit_once("_session_") {
        Some((user, session)) if !session.is_empty() => {
            let user = user.trim_end_matches("_account_");
            (
                (!user.is_empty()).then(|| user.to_owned()),
                Some(session.to_owned()),
            )
        }
        _ => (Some(user_id), None),
    }
}
