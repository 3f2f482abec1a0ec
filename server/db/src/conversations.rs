//! Conversations and their messages; `runs` for the answers in the making.

mod contents;
mod runs;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor, QueryBuilder};
use uuid::Uuid;

pub use contents::*;
pub use runs::*;

use crate::pool::CONVERSATION_CHANNEL;
use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Conversation {
    pub id: Uuid,
    pub organization_id: String,
    pub user_id: String,
    pub agent_id: Uuid,
    pub prompt_id: Option<Uuid>,
    pub title: Option<String>,
    pub provider: String,
    pub model: String,
    pub system_prompt: Option<String>,
    pub approval_mode: String,
    /// None: all tools of the agent.
    pub enabled_tools: Option<Vec<String>>,
    /// Tools that need not ask any more.
    pub allowed_tools: Vec<String>,
    pub leaf_message_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Message {
    pub id: Uuid,
    pub conversation_id: Uuid,
    pub parent_id: Option<Uuid>,
    pub role: String,
    pub status: String,
    pub parts: Value,
    /// What the search looks through.
    pub words: String,
    pub run_id: Option<Uuid>,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub error: Option<Value>,
    pub usage: Option<Value>,
    pub finish_reason: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// A conversation in the list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub conversation: Conversation,
    pub message_count: i64,
    /// The last thing the person said.
    pub preview: Option<String>,
    /// Of a search: the newest message that has the words.
    pub matched_id: Option<Uuid>,
    pub matched: Option<String>,
}

#[derive(Debug, Default)]
pub struct ConversationFilter {
    pub user_id: String,
    pub agent_id: Option<Uuid>,
    /// A part of the title or of a message.
    pub search: Option<String>,
    pub limit: i64,
    pub offset: i64,
}

/// The newest activity first.
pub async fn list(db: &Db, filter: &ConversationFilter) -> Result<Vec<Listed>> {
    let mut query = QueryBuilder::new(
        "SELECT c.*, m.count AS message_count, m.preview, found.id AS matched_id, found.words AS matched
         FROM conversations c
         CROSS JOIN LATERAL (SELECT count(*) AS count,
             (SELECT left(words, 200) FROM messages WHERE conversation_id = c.id AND role = 'user' ORDER BY id DESC LIMIT 1) AS preview
             FROM messages WHERE conversation_id = c.id) m
         LEFT JOIN LATERAL (SELECT id, words FROM messages WHERE conversation_id = c.id AND strpos(lower(words), ",
    );
    let search = filter.search.as_deref().map(str::to_lowercase);
    query.push_bind(search.clone());
    query.push(") > 0 ORDER BY id DESC LIMIT 1) found ON true WHERE c.user_id = ");
    query.push_bind(&filter.user_id);
    if let Some(agent_id) = filter.agent_id {
        query.push(" AND c.agent_id = ").push_bind(agent_id);
    }
    if let Some(search) = search {
        query
            .push(" AND (found.id IS NOT NULL OR strpos(lower(c.title), ")
            .push_bind(search)
            .push(") > 0)");
    }
    query
        .push(" ORDER BY c.updated_at DESC, c.id DESC LIMIT ")
        .push_bind(filter.limit)
        .push(" OFFSET ")
        .push_bind(filter.offset);
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Conversation>> {
    find_of(&db.pool, id).await
}

async fn find_of(db: impl PgExecutor<'_>, id: Uuid) -> Result<Option<Conversation>> {
    let query = sqlx::query_as("SELECT * FROM conversations WHERE id = $1").bind(id);
    Ok(query.fetch_optional(db).await?)
}

pub async fn insert(db: &Db, conversation: &Conversation) -> Result<()> {
    sqlx::query("INSERT INTO conversations VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
        .bind(conversation.id)
        .bind(&conversation.organization_id)
        .bind(&conversation.user_id)
        .bind(conversation.agent_id)
        .bind(conversation.prompt_id)
        .bind(&conversation.title)
        .bind(&conversation.provider)
        .bind(&conversation.model)
        .bind(&conversation.system_prompt)
        .bind(&conversation.approval_mode)
        .bind(&conversation.enabled_tools)
        .bind(&conversation.allowed_tools)
        .bind(conversation.leaf_message_id)
        .bind(conversation.created_at)
        .bind(conversation.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Everything that a person may change; none if it is gone.
pub async fn update(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Conversation),
) -> Result<Option<Conversation>> {
    let mut tx = db.pool.begin().await?;
    let query = sqlx::query_as("SELECT * FROM conversations WHERE id = $1 FOR UPDATE").bind(id);
    let found: Option<Conversation> = query.fetch_optional(&mut *tx).await?;
    let Some(mut conversation) = found else {
        return Ok(None);
    };
    change(&mut conversation);
    sqlx::query(
        "UPDATE conversations SET agent_id = $2, title = $3, provider = $4, model = $5, system_prompt = $6,
             approval_mode = $7, enabled_tools = $8, allowed_tools = $9, leaf_message_id = $10, updated_at = $11 WHERE id = $1",
    )
    .bind(id)
    .bind(conversation.agent_id)
    .bind(&conversation.title)
    .bind(&conversation.provider)
    .bind(&conversation.model)
    .bind(&conversation.system_prompt)
    .bind(&conversation.approval_mode)
    .bind(&conversation.enabled_tools)
    .bind(&conversation.allowed_tools)
    .bind(conversation.leaf_message_id)
    .bind(conversation.updated_at)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Some(conversation))
}

/// With all that was said in it. Whoever follows it hears of it.
pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let deleted = sqlx::query("DELETE FROM conversations WHERE id = $1")
        .bind(id)
        .execute(&db.pool)
        .await?;
    announce(&mut *db.pool.acquire().await?, CONVERSATION_CHANNEL, id).await?;
    Ok(deleted.rows_affected() > 0)
}

/// All branches, oldest first.
pub async fn messages(db: &Db, conversation_id: Uuid) -> Result<Vec<Message>> {
    messages_of(&db.pool, conversation_id).await
}

async fn messages_of(db: impl PgExecutor<'_>, conversation_id: Uuid) -> Result<Vec<Message>> {
    let query = sqlx::query_as("SELECT * FROM messages WHERE conversation_id = $1 ORDER BY id")
        .bind(conversation_id);
    Ok(query.fetch_all(db).await?)
}

pub async fn message(db: &Db, conversation_id: Uuid, id: Uuid) -> Result<Option<Message>> {
    let query = sqlx::query_as("SELECT * FROM messages WHERE conversation_id = $1 AND id = $2")
        .bind(conversation_id)
        .bind(id);
    Ok(query.fetch_optional(&db.pool).await?)
}

async fn announce(connection: &mut PgConnection, channel: &str, id: Uuid) -> Result<()> {
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(channel)
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
