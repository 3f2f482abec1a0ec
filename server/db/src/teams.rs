//! Teams, who is in them, and which agents belong to them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Db, Error, Result, row_lock};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Team {
    pub id: Uuid,
    pub organization_id: String,
    pub name: String,
    pub description: Option<String>,
    pub created_by: Option<String>,
    pub convert_tool_results_to_toon: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TeamMember {
    pub id: Uuid,
    pub team_id: Uuid,
    pub user_id: String,
    pub role: String,
    pub synced_from_sso: bool,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ExternalGroup {
    pub id: Uuid,
    pub team_id: Uuid,
    pub group_identifier: String,
    pub created_at: DateTime<Utc>,
}

pub async fn list(db: &Db) -> Result<Vec<Team>> {
    Ok(
        sqlx::query_as("SELECT * FROM teams ORDER BY created_at, id")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn find(db: &Db, id: Uuid) -> Result<Option<Team>> {
    Ok(sqlx::query_as("SELECT * FROM teams WHERE id = $1")
        .bind(id)
        .fetch_optional(&db.pool)
        .await?)
}

/// The teams a person is in.
pub async fn of_user(db: &Db, user_id: &str) -> Result<Vec<Team>> {
    let query = sqlx::query_as(
        "SELECT teams.* FROM teams JOIN team_members ON team_id = teams.id
         WHERE user_id = $1 ORDER BY teams.created_at, teams.id",
    )
    .bind(user_id);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn insert(db: &Db, team: &Team) -> Result<()> {
    sqlx::query("INSERT INTO teams VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(team.id)
        .bind(&team.organization_id)
        .bind(&team.name)
        .bind(&team.description)
        .bind(&team.created_by)
        .bind(team.convert_tool_results_to_toon)
        .bind(team.created_at)
        .bind(team.updated_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// Reads a team under a row lock, lets `change` edit it, and writes it back. `None` if there is no such team.
pub async fn update<E: From<Error>>(
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Team) -> std::result::Result<(), E>,
) -> std::result::Result<Option<Team>, E> {
    let select = "SELECT * FROM teams WHERE id = $1 FOR UPDATE";
    row_lock::update(db, select, id, change, |team: &Team| {
        sqlx::query(
            "UPDATE teams SET name = $2, description = $3, convert_tool_results_to_toon = $4, updated_at = $5
             WHERE id = $1",
        )
        .bind(id)
        .bind(&team.name)
        .bind(&team.description)
        .bind(team.convert_tool_results_to_toon)
        .bind(team.updated_at)
    })
    .await
}

pub async fn delete(db: &Db, id: Uuid) -> Result<bool> {
    let mut tx = db.pool.begin().await?;
    sqlx::query(
        "UPDATE mcp_catalog SET team_ids = array_remove(team_ids, $1) WHERE $1 = ANY(team_ids)",
    )
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let done = sqlx::query("DELETE FROM teams WHERE id = $1")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() > 0)
}

/// In the order in which they joined.
pub async fn members(db: &Db, team_id: Uuid) -> Result<Vec<TeamMember>> {
    let query = sqlx::query_as("SELECT * FROM team_members WHERE team_id = $1 ORDER BY position")
        .bind(team_id);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Every membership, for the snapshot.
pub async fn all_members(db: &Db) -> Result<Vec<TeamMember>> {
    Ok(
        sqlx::query_as("SELECT * FROM team_members ORDER BY position")
            .fetch_all(&db.pool)
            .await?,
    )
}

pub async fn add_member(db: &Db, member: &TeamMember) -> Result<()> {
    sqlx::query(
        "INSERT INTO team_members (id, team_id, user_id, role, synced_from_sso, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(member.id)
    .bind(member.team_id)
    .bind(&member.user_id)
    .bind(&member.role)
    .bind(member.synced_from_sso)
    .bind(member.created_at)
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// None if they are not in the team.
pub async fn set_member_role(
    db: &Db,
    team_id: Uuid,
    user_id: &str,
    role: &str,
) -> Result<Option<TeamMember>> {
    let query = sqlx::query_as(
        "UPDATE team_members SET role = $3 WHERE team_id = $1 AND user_id = $2 RETURNING *",
    )
    .bind(team_id)
    .bind(user_id)
    .bind(role);
    Ok(query.fetch_optional(&db.pool).await?)
}

pub async fn remove_member(db: &Db, team_id: Uuid, user_id: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM team_members WHERE team_id = $1 AND user_id = $2")
        .bind(team_id)
        .bind(user_id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Agent, team and the team's name; without `agent_ids`, of every agent.
pub async fn of_agents(db: &Db, agent_ids: Option<&[Uuid]>) -> Result<Vec<(Uuid, Uuid, String)>> {
    let query = sqlx::query_as(
        "SELECT agent_id, team_id, teams.name FROM agent_teams JOIN teams ON teams.id = team_id
         WHERE $1::uuid[] IS NULL OR agent_id = ANY($1) ORDER BY agent_id, position",
    )
    .bind(agent_ids);
    Ok(query.fetch_all(&db.pool).await?)
}

/// Replaces an agent's teams, keeping the order given.
pub async fn set_agent_teams(db: &Db, agent_id: Uuid, team_ids: &[Uuid]) -> Result<()> {
    let mut tx = db.pool.begin().await?;
    sqlx::query("SELECT 1 FROM agents WHERE id = $1 FOR UPDATE")
        .bind(agent_id)
        .execute(&mut *tx)
        .await?;
    replace_agent_teams(&mut tx, agent_id, team_ids).await?;
    Ok(tx.commit().await?)
}

/// Whoever calls this holds the agent's row, or two replacements would be mixed.
pub(crate) async fn replace_agent_teams(
    connection: &mut PgConnection,
    agent_id: Uuid,
    team_ids: &[Uuid],
) -> Result<()> {
    sqlx::query("DELETE FROM agent_teams WHERE agent_id = $1")
        .bind(agent_id)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO agent_teams (agent_id, team_id, position)
         SELECT $1, team_id, position FROM unnest($2::uuid[]) WITH ORDINALITY AS t(team_id, position)
         ON CONFLICT DO NOTHING",
    )
    .bind(agent_id)
    .bind(team_ids)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn external_groups(db: &Db, team_id: Uuid) -> Result<Vec<ExternalGroup>> {
    let query = sqlx::query_as(
        "SELECT * FROM team_external_groups WHERE team_id = $1 ORDER BY created_at, id",
    )
    .bind(team_id);
    Ok(query.fetch_all(&db.pool).await?)
}

pub async fn add_external_group(db: &Db, group: &ExternalGroup) -> Result<()> {
    sqlx::query("INSERT INTO team_external_groups VALUES ($1, $2, $3, $4)")
        .bind(group.id)
        .bind(group.team_id)
        .bind(&group.group_identifier)
        .bind(group.created_at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

pub async fn remove_external_group(db: &Db, team_id: Uuid, id: Uuid) -> Result<bool> {
    let done = sqlx::query("DELETE FROM team_external_groups WHERE team_id = $1 AND id = $2")
        .bind(team_id)
        .bind(id)
        .execute(&db.pool)
        .await?;
    Ok(done.rows_affected() > 0)
}
