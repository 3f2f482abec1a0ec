//! Which agent may call which tool, and on which installation.

use chrono::{DateTime, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::tools::Tool;
use crate::{Db, Error, Result, row_lock};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AgentTool {
    pub id: Uuid,
    pub agent_id: Uuid,
    pub tool_id: Uuid,
    pub credential_source_mcp_server_id: Option<Uuid>,
    pub execution_source_mcp_server_id: Option<Uuid>,
    pub use_dynamic_team_credential: bool,
    /// `static`, `dynamic` or `enterprise_managed`.
    pub credential_resolution_mode: String,
    pub response_modifier_template: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An assignment with what people recognise it by.
#[derive(Debug, Clone)]
pub struct AgentToolRow {
    pub assignment: AgentTool,
    pub agent_name: String,
    pub tool: Tool,
    /// The installation it is bound to.
    pub server_name: Option<String>,
}

#[derive(Debug, Default)]
pub struct AgentToolFilter {
    pub agent_id: Option<Uuid>,
    /// Only those of these agents.
    pub visible: Option<Vec<Uuid>>,
    pub tool_id: Option<Uuid>,
    /// Whose installation it is bound to.
    pub server_owner_id: Option<String>,
    /// The catalog item its tool comes from.
    pub origin: Option<Uuid>,
    pub exclude_builtin: bool,
    /// A part of the tool's or the agent's name.
    pub search: Option<String>,
    pub sort: AgentToolSort,
    pub descending: bool,
    pub limit: i64,
    pub offset: i64,
}

#[derive(Debug, Default, Clone, Copy)]
pub enum AgentToolSort {
    #[default]
    CreatedAt,
    Name,
    Agent,
}

#[derive(sqlx::FromRow)]
struct Joined {
    #[sqlx(flatten)]
    assignment: AgentTool,
    agent_name: String,
    server_name: Option<String>,
}

const JOINS: &str = " FROM agent_tools JOIN agents ON agents.id = agent_tools.agent_id
    JOIN tools ON tools.id = agent_tools.tool_id
    LEFT JOIN mcp_servers ON mcp_servers.id =
        COALESCE(agent_tools.credential_source_mcp_server_id, agent_tools.execution_source_mcp_server_id)
    WHERE true";

/// A page, and how many there are in all.
pub async fn list(db: &Db, filter: &AgentToolFilter) -> Result<(Vec<AgentToolRow>, i64)> {
    let mut count = QueryBuilder::new("SELECT count(*)");
    count.push(JOINS);
    push_filter(&mut count, filter);
    let total: i64 = count.build_query_scalar().fetch_one(&db.pool).await?;

    let mut query = QueryBuilder::new(
        "SELECT agent_tools.*, agents.name AS agent_name, mcp_servers.name AS server_name",
    );
    query.push(JOINS);
    push_filter(&mut query, filter);
    query.push(match filter.sort {
        AgentToolSort::CreatedAt => " ORDER BY agent_tools.created_at",
        AgentToolSort::Name => " ORDER BY tools.name",
        AgentToolSort::Agent => " ORDER BY lower(agents.name)",
    });
    query.push(if filter.descending { " DESC" } else { " ASC" });
    query
        .push(", agent_tools.id LIMIT ")
        .push_bind(filter.limit)
        .push(" OFFSET ")
        .push_bind(filter.offset);
    let rows: Vec<Joined> = query.build_query_as().fetch_all(&db.pool).await?;
    Ok((with_tools(db, rows).await?, total))
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &AgentToolFilter) {
    for (column, id) in [
        ("agent_tools.agent_id", filter.agent_id),
        ("agent_tools.tool_id", filter.tool_id),
        ("tools.catalog_id", filter.origin),
    ] {
        if let Some(id) = id {
            query.push(" AND ").push(column).push(" = ").push_bind(id);
        }
    }
    if let Some(visible) = &filter.visible {
        query
            .push(" AND agent_tools.agent_id = ANY(")
            .push_bind(visible.clone())
            .push(")");
    }
    if let Some(owner) = &filter.server_owner_id {
        query
            .push(" AND mcp_servers.owner_id = ")
            .push_bind(owner.clone());
    }
    if filter.exclude_builtin {
        query.push(" AND tools.catalog_id IS NOT NULL");
    }
    if let Some(search) = &filter.search {
        query
            .push(" AND (strpos(lower(tools.name), lower(")
            .push_bind(search.clone())
            .push(")) > 0 OR strpos(lower(agents.name), lower(")
            .push_bind(search.clone())
            .push(")) > 0)");
    }
}

async fn with_tools(db: &Db, rows: Vec<Joined>) -> Result<Vec<AgentToolRow>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.assignment.tool_id).collect();
    let tools = crate::tools::find_many(db, &ids).await?;
    let rows = rows.into_iter();
    // A tool that went between the two queries takes its assignments with it.
    Ok(rows
        .filter_map(|row| {
            let tool = tools
                .iter()
                .find(|tool| tool.id == row.assignment.tool_id)?;
            Some(AgentToolRow {
                tool: tool.clone(),
                assignment: row.assignment,
                agent_name: row.agent_name,
                server_name: row.server_name,
            })
        })
        .collect())
}

/// Every assignment, for the snapshot.
pub async fn all(db: &Db) -> Result<Vec<AgentTool>> {
    Ok(sqlx::query_as("SELECT * FROM agent_tools")
        .fetch_all(&db.pool)
        .await?)
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<AgentTool>> {
    Ok(sqlx::query_as("SELECT * FROM agent_tools WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

pub async fn of_agent(db: &Db, agent_id: Uuid) -> Result<Vec<AgentTool>> {
    let query = sqlx::query_as(
        "SELECT agent_tools.* FROM agent_tools JOIN tools ON tools.id = tool_id
         WHERE agent_id = $1 ORDER BY tools.name",
    )
    .bind(agent_id);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Returns the ids that are new; the agents of the others have their tools already.
pub async fn assign(db: &Db, assignments: &[AgentTool]) -> Result<Vec<Uuid>> {
    let column = |field: fn(&AgentTool) -> Option<Uuid>| -> Vec<Option<Uuid>> {
        assignments.iter().map(field).collect()
    };
    let text = |field: fn(&AgentTool) -> Option<&str>| -> Vec<Option<&str>> {
        assignments.iter().map(field).collect()
    };
    let dynamic: Vec<bool> = assignments
        .iter()
        .map(|row| row.use_dynamic_team_credential)
        .collect();
    let created: Vec<DateTime<Utc>> = assignments.iter().map(|row| row.created_at).collect();
    let query = sqlx::query_scalar(
        "INSERT INTO agent_tools SELECT *, created_at FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[],
             $5::uuid[], $6::bool[], $7::text[], $8::text[], $9::timestamptz[])
             AS a(id, agent_id, tool_id, credential, execution, dynamic, mode, template, created_at)
         ON CONFLICT (agent_id, tool_id) DO NOTHING RETURNING id",
    )
    .bind(column(|row| Some(row.id)))
    .bind(column(|row| Some(row.agent_id)))
    .bind(column(|row| Some(row.tool_id)))
    .bind(column(|row| row.credential_source_mcp_server_id))
    .bind(column(|row| row.execution_source_mcp_server_id))
    .bind(dynamic)
    .bind(text(|row| Some(&row.credential_resolution_mode)))
    .bind(text(|row| row.response_modifier_template.as_deref()))
    .bind(created);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Reads an assignment under a row lock, lets `change` edit it, and writes it back. `None` if there is none.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut AgentTool) -> std::result::Result<(), E>,
) -> std::result::Result<Option<AgentTool>, E> {
    let select = "SELECT * FROM agent_tools WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, |row: &AgentTool| {
        sqlx::query(
            "UPDATE agent_tools SET credential_source_mcp_server_id = $2, execution_source_mcp_server_id = $3,
                 use_dynamic_team_credential = $4, credential_resolution_mode = $5, response_modifier_template = $6,
                 updated_at = $7 WHERE id = $1",
        )
        .bind(id)
        .bind(row.credential_source_mcp_server_id)
        .bind(row.execution_source_mcp_server_id)
        .bind(row.use_dynamic_team_credential)
        .bind(&row.credential_resolution_mode)
        .bind(&row.response_modifier_template)
        .bind(row.updated_at)
    })
    .await
}

pub async fn unassign(db: &Db, agent_id: Uuid, tool_id: Uuid) -> Result<bool> {
    Ok(unassign_many(db, agent_id, &[tool_id]).await? > 0)
}

pub async fn unassign_many(db: &Db, agent_id: Uuid, tool_ids: &[Uuid]) -> Result<u64> {
    let done = sqlx::query("DELETE FROM agent_tools WHERE agent_id = $1 AND tool_id = ANY($2)")
        .bind(agent_id)
        .bind(tool_ids)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected())
}

/// Tool, agent and the agent's name.
pub async fn agents_of_tools(db: &Db, tool_ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid, String)>> {
    let query = sqlx::query_as(
        "SELECT tool_id, agent_id, agents.name FROM agent_tools JOIN agents ON agents.id = agent_id
         WHERE tool_id = ANY($1) ORDER BY lower(agents.name), agent_id",
    )
    .bind(tool_ids);
    Ok(query.fetch_all(&db.pool).await?)
}
