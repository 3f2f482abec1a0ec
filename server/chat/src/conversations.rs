//! Conversations: list and search, create, read with all branches, change, delete.

mod body;

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use db::conversations::{self as rows, ConversationFilter};
use domain::access::SignedIn;
use domain::access::scope::Viewer;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use body::{Conversation, CreateConversation, provider_for};
use body::{
    ConversationDetail, ConversationSummary, GenerateTitle, ListQuery, Match, UpdateConversation,
    approval_mode, snippet, title,
};

use crate::extract::{self, Below, Caller, Mine, Query};
use crate::model::Asking;
use crate::parts::Parts;
use crate::wire::{Message, SUCCESS, Success};
use crate::{Chat, ChatError, State, context, history, status, titles};

const TAG: &str = "chat";
const MOST: i64 = 500;

/// The latest run of each, as this replica knows it best.
async fn runs(chat: &Chat, ids: &[Uuid]) -> Result<HashMap<Uuid, rows::Run>, ChatError> {
    let runs = rows::latest_runs(&chat.platform.db, ids).await?;
    let now = |run: rows::Run| match chat.hub.get(run.conversation_id) {
        Some(local) => (run.conversation_id, local.now().0),
        None => (run.conversation_id, run),
    };
    Ok(runs.into_iter().map(now).collect())
}

pub(crate) async fn answer(
    chat: &Chat,
    row: rows::Conversation,
) -> Result<Json<Conversation>, ChatError> {
    let runs = runs(chat, &[row.id]).await?;
    let run = runs.get(&row.id);
    Ok(Json(Conversation::new(chat, row, run)))
}

/// The caller's own, the newest activity first.
#[utoipa::path(get, path = "/api/chat/conversations", tag = TAG, params(ListQuery), responses((status = 200, body = Vec<ConversationSummary>)))]
pub(crate) async fn list(
    Extract(chat): State,
    Caller(caller): Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<ConversationSummary>>, ChatError> {
    let search = query.search.filter(|search| !search.trim().is_empty());
    let filter = ConversationFilter {
        user_id: caller.user_id,
        agent_id: query.agent_id,
        search: search.clone(),
        limit: query.limit.unwrap_or(100).clamp(1, MOST),
        offset: query.offset.unwrap_or(0).max(0),
    };
    let rows = rows::list(&chat.platform.db, &filter).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.conversation.id).collect();
    let runs = runs(&chat, &ids).await?;
    let summaries = rows.into_iter().map(|row| {
        let run = runs.get(&row.conversation.id);
        let found = row.matched_id.zip(row.matched).zip(search.as_deref());
        ConversationSummary {
            conversation: Conversation::new(&chat, row.conversation, run),
            message_count: row.message_count,
            preview: row
                .preview
                .map(|preview| preview.chars().take(120).collect()),
            found: found.map(|((message_id, words), search)| Match {
                message_id,
                snippet: snippet(&words, search),
            }),
        }
    });
    Ok(Json(summaries.collect()))
}

/// Begin a conversation.
#[utoipa::path(post, path = "/api/chat/conversations", tag = TAG, request_body = CreateConversation, responses((status = 200, body = Conversation)))]
pub(crate) async fn create(
    Extract(chat): State,
    Caller(caller): Caller,
    extract::Json(body): extract::Json<CreateConversation>,
) -> Result<Json<Conversation>, ChatError> {
    let row = make(&chat, &caller, Uuid::now_v7(), body).await?;
    Ok(Json(Conversation::new(&chat, row, None)))
}

/// A conversation with everything that was left out filled in.
pub(crate) async fn make(
    chat: &Chat,
    caller: &SignedIn,
    id: Uuid,
    body: CreateConversation,
) -> Result<rows::Conversation, ChatError> {
    let agent_id = agent(chat, caller, body.agent_id)?;
    let (provider, model) = match body.selected_model {
        Some(model) => {
            let provider = provider_for(chat, &model, body.provider)?;
            (provider, model)
        }
        None => status::default_model(chat, agent_id),
    };
    let mut system_prompt = body.system_prompt;
    if let Some(prompt_id) = body.prompt_id {
        let prompt = db::prompts::find(&chat.platform.db, prompt_id).await?;
        let prompt = prompt.ok_or(ChatError::NotFound("Prompt"))?;
        system_prompt = system_prompt.or(prompt.system_prompt);
    }
    let now = chat.platform.clock.now();
    let row = rows::Conversation {
        id,
        organization_id: chat.platform.settings.organization_id.clone(),
        user_id: caller.user_id.clone(),
        agent_id,
        prompt_id: body.prompt_id,
        title: title(body.title)?,
        provider,
        model,
        system_prompt,
        approval_mode: approval_mode(body.approval_mode)?
            .unwrap_or_else(|| "destructive".to_owned()),
        enabled_tools: body.enabled_tool_ids,
        allowed_tools: Vec::new(),
        leaf_message_id: None,
        created_at: now,
        updated_at: now,
    };
    rows::insert(&chat.platform.db, &row).await?;
    Ok(row)
}

/// An agent that the caller may use; without one the default agent.
fn agent(chat: &Chat, caller: &SignedIn, wanted: Option<Uuid>) -> Result<Uuid, ChatError> {
    let snapshot = chat.platform.snapshot.load();
    let found = if let Some(id) = wanted {
        snapshot.agent(&id.to_string())
    } else {
        let chosen = snapshot.organization().and_then(|row| row.default_agent_id);
        let chosen = chosen.and_then(|id| snapshot.agent(&id.to_string()));
        chosen.or_else(|| snapshot.default_agent())
    };
    let found = found.ok_or(ChatError::NotFound("Agent"))?;
    let viewer = Viewer::new(&snapshot, &caller.user_id, caller.grants);
    if viewer.sees_agent(&snapshot, found.id) {
        return Ok(found.id);
    }
    Err(ChatError::NotFound("Agent"))
}

/// With what was said in it, and an answer in the making as far as it is.
#[utoipa::path(get, path = "/api/chat/conversations/{id}", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, body = ConversationDetail)))]
pub(crate) async fn get(
    Extract(chat): State,
    Mine(row): Mine,
) -> Result<Json<ConversationDetail>, ChatError> {
    let Contents {
        conversation: row,
        messages,
        run,
        last_event_id,
    } = contents(&chat, row.id).await?;
    let context = gauge(&chat, &row, &messages).await?;
    let usages = messages.iter().filter_map(|message| message.usage.as_ref());
    let cost = context::cost(usages);
    Ok(Json(ConversationDetail {
        conversation: Conversation::new(&chat, row, run.as_ref()),
        messages: messages.into_iter().map(Message::from).collect(),
        last_event_id,
        context,
        cost,
    }))
}

pub(crate) struct Contents {
    pub(crate) conversation: rows::Conversation,
    pub(crate) messages: Vec<rows::Message>,
    pub(crate) run: Option<rows::Run>,
    /// The last event that is in the messages.
    pub(crate) last_event_id: i64,
}

/// Every message, and an answer in the making as far as it is.
pub(crate) async fn contents(chat: &Chat, id: Uuid) -> Result<Contents, ChatError> {
    // First what grows, then what was there: so nothing is missed between the two.
    let local = chat.hub.get(id).map(|local| local.now());
    let kept = rows::contents(&chat.platform.db, id).await?;
    let mut kept = kept.ok_or(ChatError::NotFound("Conversation"))?;
    let Some((run, mut message, parts, last_event_id)) = local else {
        let mut open = kept.messages.iter_mut();
        let open = open.find(|message| matches!(message.status.as_str(), "streaming" | "waiting"));
        if let Some(open) = open {
            let mut parts = Parts::from_value(&open.parts);
            crate::recovery::fold(&mut parts, &kept.events);
            open.parts = parts.to_value();
        }
        return Ok(Contents {
            conversation: kept.conversation,
            messages: kept.messages,
            run: kept.run,
            last_event_id: kept.last_event,
        });
    };
    message.parts = parts.to_value();
    let mut messages = kept.messages;
    match messages.iter().position(|known| known.id == run.message_id) {
        Some(place) => messages[place] = message,
        None => messages.push(message),
    }
    Ok(Contents {
        conversation: kept.conversation,
        messages,
        run: Some(run),
        last_event_id,
    })
}

/// What the next request would take, by estimate.
async fn gauge(
    chat: &Chat,
    row: &rows::Conversation,
    messages: &[rows::Message],
) -> Result<Value, ChatError> {
    let turns = history::of_messages(&history::branch(messages, row.leaf_message_id));
    let snapshot_tools = crate::tools::of_agent(chat, row.agent_id);
    let enabled = |id: &String| {
        row.enabled_tools
            .as_ref()
            .is_none_or(|tools| tools.contains(id))
    };
    let tools: Vec<_> = snapshot_tools
        .iter()
        .filter(|tool| !tool.paused && enabled(&tool.id))
        .map(crate::tools::Known::declared)
        .collect();
    let agent = db::agents::find(&chat.platform.db, row.agent_id).await?;
    let of_agent = agent.and_then(|agent| agent.system_prompt);
    let asking = Asking {
        conversation: row,
        system: row.system_prompt.clone().or(of_agent),
        turns: &turns,
        tools: &tools,
    };
    let limit = context::window(chat, row).await?;
    Ok(context::of(&asking, limit, None))
}

/// Change a conversation: only the fields that are sent; null clears one.
#[utoipa::path(patch, path = "/api/chat/conversations/{id}", tag = TAG, params(("id" = Uuid, Path)), request_body = UpdateConversation, responses((status = 200, body = Conversation)))]
pub(crate) async fn update(
    Extract(chat): State,
    Caller(caller): Caller,
    Mine(row): Mine,
    extract::Json(body): extract::Json<UpdateConversation>,
) -> Result<Json<Conversation>, ChatError> {
    let agent_id = match body.agent_id {
        Some(wanted) => Some(agent(&chat, &caller, Some(wanted))?),
        None => None,
    };
    let model = match body.selected_model {
        Some(model) => Some((provider_for(&chat, &model, body.provider)?, model)),
        None => None,
    };
    let mode = approval_mode(body.approval_mode)?;
    let title = match body.title {
        Some(given) => Some(title(given)?),
        None => None,
    };
    let leaf = match body.leaf_message_id {
        Some(wanted) => Some(newest_leaf(&chat, row.id, wanted).await?),
        None => None,
    };
    let changed = rows::update(&chat.platform.db, row.id, |row| {
        row.agent_id = agent_id.unwrap_or(row.agent_id);
        if let Some((provider, model)) = model {
            (row.provider, row.model) = (provider, model);
        }
        if let Some(mode) = mode {
            row.approval_mode = mode;
        }
        if let Some(title) = title {
            row.title = title;
        }
        if let Some(system_prompt) = body.system_prompt {
            row.system_prompt = system_prompt;
        }
        row.leaf_message_id = leaf.or(row.leaf_message_id);
    })
    .await?;
    answer(&chat, changed.ok_or(ChatError::NotFound("Conversation"))?).await
}

/// The newest message below one that has nothing below itself.
async fn newest_leaf(chat: &Chat, conversation: Uuid, wanted: Uuid) -> Result<Uuid, ChatError> {
    let messages = rows::messages(&chat.platform.db, conversation).await?;
    if !messages.iter().any(|message| message.id == wanted) {
        return Err(ChatError::NotFound("Message"));
    }
    let mut leaf = wanted;
    // Ids grow with time, so one pass over them finds the newest way down.
    while let Some(child) = messages
        .iter()
        .rev()
        .find(|message| message.parent_id == Some(leaf))
    {
        leaf = child.id;
    }
    Ok(leaf)
}

/// With everything in it; an answer in the making ends.
#[utoipa::path(delete, path = "/api/chat/conversations/{id}", tag = TAG, params(("id" = Uuid, Path)), responses((status = 200, body = Success)))]
pub(crate) async fn delete(
    Extract(chat): State,
    Mine(row): Mine,
) -> Result<Json<Success>, ChatError> {
    if let Some(local) = chat.hub.get(row.id) {
        local.stop.cancel();
    }
    rows::delete(&chat.platform.db, row.id).await?;
    Ok(SUCCESS)
}

/// Give a conversation a title.
#[utoipa::path(post, path = "/api/chat/conversations/{id}/generate-title", tag = TAG, params(("id" = Uuid, Path)), request_body = GenerateTitle, responses((status = 200, body = Conversation)))]
pub(crate) async fn generate_title(
    Extract(chat): State,
    Mine(row): Mine,
    extract::Json(body): extract::Json<GenerateTitle>,
) -> Result<Json<Conversation>, ChatError> {
    if row.title.is_some() && !body.regenerate {
        return answer(&chat, row).await;
    }
    let named = titles::give(&chat, &row).await?;
    answer(&chat, named).await
}

/// A call of a tool with its whole result, however long that is.
#[utoipa::path(get, path = "/api/chat/conversations/{id}/messages/{messageId}/tool-calls/{toolCallId}", tag = TAG,
    params(("id" = Uuid, Path), ("messageId" = Uuid, Path), ("toolCallId" = String, Path)), responses((status = 200, body = Object)))]
pub(crate) async fn tool_call(
    Extract(chat): State,
    Mine(row): Mine,
    below: Below,
) -> Result<Json<Value>, ChatError> {
    let message_id = below.id(0)?;
    let local = chat.hub.get(row.id).map(|local| local.now());
    let parts = match local {
        Some((run, _, parts, _)) if run.message_id == message_id => parts,
        _ => {
            let message = rows::message(&chat.platform.db, row.id, message_id).await?;
            Parts::from_value(&message.ok_or(ChatError::NotFound("Message"))?.parts)
        }
    };
    let call = parts
        .call(below.part(1))
        .ok_or(ChatError::NotFound("Tool call"))?;
    Ok(Json(json!({
        "input": call["input"],
        "output": call["output"],
        "errorText": call["errorText"],
    })))
}
