//! The model and its tools, in turns, until the model has nothing more to call.

use std::sync::Arc;

use db::conversations::Conversation;
use domain::traces::Trace;
use llm::chat::Turn;
use serde_json::{Value, json};

use super::{Ending, Fault, calls, data_event};
use crate::hub::LocalRun;
use crate::model::{self, Asking};
use crate::tools::ToolBox;
use crate::{Chat, context, history};

/// So often a model may call tools for one answer.
const STEPS: usize = 20;

/// What an answer is made with.
pub(super) struct Work<'a> {
    pub(super) chat: &'a Arc<Chat>,
    pub(super) local: &'a Arc<LocalRun>,
    pub(super) conversation: Conversation,
    pub(super) tools: ToolBox,
    /// What the other answers of the conversation have used.
    others: Vec<Value>,
    /// How much the model takes in at once.
    window: Option<u64>,
}

pub(super) async fn answer(chat: &Arc<Chat>, local: &Arc<LocalRun>, trace: &Trace) -> Ending {
    match steps(chat, local, trace).await {
        Ok(reason) => Ending::Completed(reason),
        Err(fault) => Ending::Failed(fault),
    }
}

async fn steps(chat: &Arc<Chat>, local: &Arc<LocalRun>, trace: &Trace) -> Result<String, Fault> {
    let conversation = db::conversations::find(&chat.platform.db, local.conversation_id).await?;
    let conversation =
        conversation.ok_or_else(|| Fault::new("gone", "The conversation was deleted."))?;
    super::trace::describe(chat, trace, &conversation);
    let (_, message, ..) = local.now();
    local.tell(&json!({ "type": "start", "messageId": message.id }));
    count(chat, &conversation);
    let tools = ToolBox::open(chat, &conversation).await?;
    let messages = db::conversations::messages(&chat.platform.db, conversation.id).await?;
    tools.guard.remember(&messages);
    let earlier = history::before(chat, &conversation, &messages, message.parent_id).await?;
    let others = messages.into_iter().filter(|other| other.id != message.id);
    let work = Work {
        others: others.filter_map(|other| other.usage).collect(),
        window: context::window(chat, &conversation).await?,
        chat,
        local,
        conversation,
        tools,
    };
    for _ in 0..STEPS {
        if let Some(reason) = work.step(&earlier).await? {
            return Ok(reason);
        }
    }
    Err(Fault::new(
        "step_cap",
        format!(
            "The answer was ended after {STEPS} rounds of tool calls. Send “go on” to let it continue."
        ),
    ))
}

fn count(chat: &Chat, conversation: &Conversation) {
    let snapshot = chat.platform.snapshot.load();
    let agent = snapshot.agent(&conversation.agent_id.to_string());
    chat.platform
        .metrics
        .agent_run(agent, model::EXTERNAL_AGENT);
}

impl Work<'_> {
    /// One answer of the model and the calls in it; the reason of its end if there are none.
    async fn step(&self, earlier: &[Turn]) -> Result<Option<String>, Fault> {
        let mut turns = earlier.to_vec();
        turns.extend(history::of_answer(&self.local.parts()));
        self.local.tell(&json!({ "type": "start-step" }));
        let asking = Asking {
            conversation: &self.conversation,
            system: self.system(),
            turns: &turns,
            tools: self.tools.declared(),
        };
        let answer = model::ask(self.chat, &asking, self.local).await?;
        self.account(&asking, &answer);
        if !answer.calls.is_empty() {
            calls::run(self, answer.calls).await;
        }
        self.local.tell(&json!({ "type": "finish-step" }));
        Ok(answer.finish)
    }

    /// The conversation's own, else the agent's.
    fn system(&self) -> Option<String> {
        let own = self.conversation.system_prompt.clone();
        own.or_else(|| self.tools.system_prompt.clone())
            .filter(|system| !system.trim().is_empty())
    }

    /// What the answer has used and cost so far, for its readers and for its row.
    fn account(&self, asking: &Asking<'_>, answer: &model::Answer) {
        let (_, message, ..) = self.local.now();
        let usage = context::add(message.usage.as_ref(), answer);
        let context = context::of(asking, self.window, answer.usage.as_ref());
        let cost = context::cost(self.others.iter().chain([&usage]));
        let data = json!({ "usage": usage, "context": context, "cost": cost });
        self.local
            .change(|_, message, _| message.usage = Some(usage));
        self.local.tell(&data_event("data-usage", &data));
    }
}
