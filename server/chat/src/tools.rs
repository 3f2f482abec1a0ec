//! The tools of one conversation: what its model is offered, under which names, and which of them ask first.

pub(crate) mod gateway;
mod guard;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use db::conversations::Conversation;
use llm::chat::Tool;
use serde_json::Value;
use uuid::Uuid;

use crate::Chat;
use crate::run::Fault;
use guard::Guard;

/// Runs any tool of the agent by its name, where the agent does not list all of them.
const RUN_TOOL: &str = "archestra__run_tool";
/// The longest name that every provider takes.
const LONGEST_NAME: usize = 64;

/// One tool as the gateway lists it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// The tool's, or for built-in ones its name.
    pub(crate) id: String,
    /// What the gateway calls it.
    pub(crate) name: String,
    /// What the model calls it.
    wire: String,
    pub(crate) definition: Value,
    pub(crate) paused: bool,
}

/// What a server asks its user in the middle of a call.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// The server's name for it.
    pub(crate) key: String,
    /// As readers see it.
    pub(crate) shown: Value,
}

impl Known {
    fn new(id: String, name: String, definition: Value, paused: bool) -> Self {
        Self {
            wire: wire_name(&name),
            id,
            name,
            definition,
            paused,
        }
    }

    fn hint(&self, name: &str) -> bool {
        self.definition["annotations"][name] == true
    }

    pub(crate) fn read_only(&self) -> bool {
        self.hint("readOnlyHint")
    }

    pub(crate) fn destructive(&self) -> bool {
        self.hint("destructiveHint") && !self.read_only()
    }

    pub(crate) fn description(&self) -> Option<&str> {
        self.definition["description"].as_str()
    }

    /// The part of the name before the tool's own.
    pub(crate) fn server(&self) -> &str {
        self.name.rsplit_once("__").map_or("", |(server, _)| server)
    }

    pub(crate) fn declared(&self) -> Tool {
        Tool {
            name: self.wire.clone(),
            description: self.description().map(str::to_owned),
            parameters: self.definition["inputSchema"].clone(),
        }
    }
}

/// When a conversation's tools ask before they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApprovalMode {
    Destructive,
    Always,
    Never,
}

impl ApprovalMode {
    pub(crate) const NAMES: [&str; 3] = ["destructive", "always", "never"];

    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "always" => Self::Always,
            "never" => Self::Never,
            _ => Self::Destructive,
        }
    }

    pub(crate) fn asks(self, tool: &Known, listed: &[String]) -> bool {
        let is_listed = listed.contains(&tool.name);
        match self {
            Self::Never => is_listed,
            Self::Destructive => is_listed || tool.destructive(),
            Self::Always => is_listed || !tool.read_only(),
        }
    }
}

pub(crate) struct ToolBox {
    chat: Arc<Chat>,
    conversation_id: Uuid,
    pub(crate) system_prompt: Option<String>,
    /// What the model is offered.
    offered: Vec<Known>,
    /// What it can reach beside, through a tool that runs tools.
    hidden: Vec<Known>,
    declared: Vec<Tool>,
    mode: ApprovalMode,
    /// Tools that the agent wants asked about whatever they say of themselves.
    listed: Vec<String>,
    /// Tools that need not ask any more.
    allowed: Mutex<HashSet<String>>,
    pub(crate) guard: Guard,
}

impl ToolBox {
    /// As the gateway lists them for this person now, without those that the conversation leaves out.
    pub(crate) async fn open(chat: &Arc<Chat>, conversation: &Conversation) -> Result<Self, Fault> {
        let agent = db::agents::find(&chat.platform.db, conversation.agent_id).await?;
        let agent = agent.ok_or_else(|| {
            let message = "The agent of this conversation was deleted. Choose another one.";
            Fault::new("no_agent", message)
        })?;
        let wanted = |tool: &Known| {
            let enabled = conversation.enabled_tools.as_ref();
            enabled.is_none_or(|enabled| enabled.contains(&tool.id))
        };
        let mut offered = gateway::list(chat, &conversation.user_id, agent.id).await?;
        offered.retain(|tool| wanted(tool) || tool.name == RUN_TOOL);
        let mut hidden = of_agent(chat, agent.id);
        hidden.retain(|tool| wanted(tool));
        let listed = agent.settings["approvalTools"].as_array();
        let listed = listed.into_iter().flatten();
        Ok(Self {
            chat: Arc::clone(chat),
            conversation_id: conversation.id,
            declared: offered.iter().map(Known::declared).collect(),
            offered,
            hidden,
            mode: ApprovalMode::parse(&conversation.approval_mode),
            listed: listed
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect(),
            guard: Guard::new(chat, agent.id),
            allowed: Mutex::new(conversation.allowed_tools.iter().cloned().collect()),
            system_prompt: agent.system_prompt,
        })
    }

    pub(crate) fn declared(&self) -> &[Tool] {
        &self.declared
    }

    /// What a call reaches: the tool itself, or the one it runs. The error is for the model.
    pub(crate) fn find(&self, wire: &str, arguments: &Value) -> Result<&Known, String> {
        let none = |name: &str| {
            format!("There is no tool “{name}” in this conversation, so nothing was called.")
        };
        let mut offered = self.offered.iter();
        let found = offered.find(|tool| tool.wire == wire || tool.name == wire);
        let found = found.ok_or_else(|| none(wire))?;
        if found.name != RUN_TOOL {
            return Ok(found);
        }
        let name = arguments["name"].as_str().unwrap_or_default();
        let mut hidden = self.hidden.iter();
        hidden
            .find(|tool| tool.name == name)
            .ok_or_else(|| none(name))
    }

    /// The tool that the gateway is asked for.
    pub(crate) fn gateway_name(&self, wire: &str) -> String {
        let mut offered = self.offered.iter();
        let found = offered.find(|tool| tool.wire == wire);
        found.map_or_else(|| wire.to_owned(), |tool| tool.name.clone())
    }

    /// The name the model knows a tool by that was called earlier, perhaps under another agent.
    pub(crate) fn wire_name(name: &str) -> String {
        wire_name(name)
    }

    /// A policy that wants a person to be asked does so every time.
    pub(crate) fn asks(&self, tool: &Known, wire: &str, arguments: &Value) -> bool {
        let runs_another = self.gateway_name(wire) == RUN_TOOL;
        let own = if runs_another {
            &arguments["arguments"]
        } else {
            arguments
        };
        if self.guard.asks(tool, own) {
            return true;
        }
        let allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        !allowed.contains(&tool.name) && self.mode.asks(tool, &self.listed)
    }

    /// It need not ask again in this conversation.
    pub(crate) fn allow(&self, tool: &Known) {
        let name = tool.name.clone();
        let mut allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        allowed.insert(name.clone());
        drop(allowed);
        let (chat, id) = (Arc::clone(&self.chat), self.conversation_id);
        self.chat.platform.tasks.spawn(async move {
            let remember = |conversation: &mut Conversation| {
                if !conversation.allowed_tools.contains(&name) {
                    conversation.allowed_tools.push(name);
                }
            };
            let kept = db::conversations::update(&chat.platform.db, id, remember).await;
            if let Err(error) = kept {
                tracing::warn!(%error, "that a tool need not ask again was not kept");
            }
        });
    }
}

/// Every tool that is assigned to an agent, whether or not it is listed.
pub(crate) fn of_agent(chat: &Chat, agent: Uuid) -> Vec<Known> {
    let snapshot = chat.platform.snapshot.load();
    let tools = snapshot.tools_of(agent).iter().map(|assigned| {
        let tool = &assigned.tool;
        let definition = serde_json::from_str(tool.definition.get()).unwrap_or_default();
        Known::new(
            tool.id.to_string(),
            tool.name.clone(),
            definition,
            tool.paused,
        )
    });
    tools.collect()
}

/// Letters, digits, `_` and `-`, at most 64 of them; what is cut is told apart by a number made of the whole name.
fn wire_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' => letter,
            _ => '_',
        })
        .collect();
    if plain == name && name.len() <= LONGEST_NAME {
        return plain;
    }
    // FNV-1a, which stays the same from release to release: conversations remember the names.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let kept: String = plain.chars().take(LONGEST_NAME - 9).collect();
    format!("{kept}_{hash:08x}")
}
