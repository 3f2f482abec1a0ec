//! What policies say to the calls of a conversation, and whether something in it was read that nobody vouches for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use db::conversations::Message;
use domain::tool_policies::{Context, UNTRUSTED, Verdict};
use serde_json::Value;
use uuid::Uuid;

use super::Known;
use crate::Chat;

pub(crate) struct Guard {
    chat: Arc<Chat>,
    agent: Uuid,
    untrusted: AtomicBool,
}

impl Guard {
    pub(super) fn new(chat: &Arc<Chat>, agent: Uuid) -> Self {
        let untrusted = chat.platform.snapshot.load().starts_untrusted(agent);
        Self {
            chat: Arc::clone(chat),
            agent,
            untrusted: AtomicBool::new(untrusted),
        }
    }

    /// What was read earlier counts as if it was read now.
    pub(crate) fn remember(&self, messages: &[Message]) {
        let parts = messages
            .iter()
            .filter_map(|message| message.parts.as_array());
        for part in parts.flatten() {
            self.read(&part["output"]);
        }
    }

    /// A result, with what the gateway says of it.
    pub(crate) fn read(&self, result: &Value) {
        if result["_meta"][UNTRUSTED] == true {
            self.untrusted.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_untrusted(&self) -> bool {
        self.untrusted.load(Ordering::Relaxed)
    }

    /// Whether a policy wants a person to be asked. What is refused is refused by the gateway.
    pub(super) fn asks(&self, tool: &Known, arguments: &Value) -> bool {
        let Ok(id) = tool.id.parse::<Uuid>() else {
            return false;
        };
        let snapshot = self.chat.platform.snapshot.load();
        let context = Context {
            untrusted: self.is_untrusted(),
            restrictive: snapshot.is_restrictive(),
            external_agent_id: None,
            team_ids: snapshot.teams_of_agent(self.agent),
        };
        let verdict = snapshot.rules_of(id).judge(arguments, &context);
        matches!(verdict, Verdict::NeedsApproval { .. })
    }
}
