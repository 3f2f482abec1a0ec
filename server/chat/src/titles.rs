//! Names for conversations: asked of the conversation's own model, else the beginning of what was asked.

use db::conversations::{Conversation, Message};
use llm::chat::{Turn, UserPart};
use serde_json::json;

use crate::hub::LocalRun;
use crate::model::{Asking, ask_quietly};
use crate::run::data_event;
use crate::{Chat, demo, history};

const INSTRUCTION: &str = "Give this conversation a title of at most six words, in the language of the conversation. \
    Answer with the title alone, without quotes and without a full stop.";
/// So much of each message is shown to the model.
const SHOWN: usize = 2_000;
const LONGEST: usize = 80;

/// A conversation gets its title once, when its first answer is complete.
pub(crate) async fn after_first_exchange(chat: &Chat, local: &LocalRun) {
    let (run, ..) = local.now();
    if run.status != "completed" {
        return;
    }
    let made = async {
        let found = db::conversations::find(&chat.platform.db, local.conversation_id).await?;
        let Some(conversation) = found.filter(|found| found.title.is_none()) else {
            return Ok(());
        };
        give(chat, &conversation).await.map(drop)
    };
    let made: db::Result<()> = made.await;
    if let Err(error) = made {
        tracing::warn!(%error, "a conversation got no title");
    }
}

/// A new title, kept and told to whoever looks on.
pub(crate) async fn give(chat: &Chat, conversation: &Conversation) -> db::Result<Conversation> {
    let db = &chat.platform.db;
    let messages = db::conversations::messages(db, conversation.id).await?;
    let branch = history::branch(&messages, conversation.leaf_message_id);
    let title = made(chat, conversation, &branch).await;
    let kept = db::conversations::update(db, conversation.id, |conversation| {
        conversation.title = Some(title.clone());
    });
    let kept = kept.await?;
    let event = data_event("data-title", &json!({ "title": title }));
    if let Some(local) = chat.hub.get(conversation.id) {
        // The next answer is being made already; its readers hear of it.
        local.tell(&event);
    } else {
        let events = [event.to_string()];
        db::conversations::append_events(db, conversation.id, &events).await?;
        chat.platform.live.publish_conversation(conversation.id);
    }
    Ok(kept.unwrap_or_else(|| conversation.clone()))
}

async fn made(chat: &Chat, conversation: &Conversation, branch: &[&Message]) -> String {
    let first = branch.first().map_or("", |message| &message.words);
    let fallback = || {
        let beginning = first
            .split_whitespace()
            .take(8)
            .collect::<Vec<_>>()
            .join(" ");
        tidy(&beginning).unwrap_or_else(|| "New conversation".to_owned())
    };
    if conversation.provider == demo::PROVIDER {
        return fallback();
    }
    let shown = branch.iter().take(2).map(|message| {
        let words: String = message.words.chars().take(SHOWN).collect();
        format!("<{}>\n{words}\n</{}>", message.role, message.role)
    });
    let shown = shown.collect::<Vec<_>>().join("\n");
    let turns = [Turn::User(vec![UserPart::Text(format!(
        "{shown}\n\n{INSTRUCTION}"
    ))])];
    let asking = Asking {
        conversation,
        system: None,
        turns: &turns,
        tools: &[],
    };
    match ask_quietly(chat, &asking).await {
        Ok(title) => tidy(&title).unwrap_or_else(fallback),
        Err(error) => {
            tracing::info!(%error, "the model gave no title");
            fallback()
        }
    }
}

fn tidy(title: &str) -> Option<String> {
    let line = title.trim().lines().next()?;
    let line =
        line.trim_matches(|letter: char| letter.is_whitespace() || "\"'“”*#.".contains(letter));
    let short: String = line.chars().take(LONGEST).collect();
    (!short.is_empty()).then_some(short)
}
