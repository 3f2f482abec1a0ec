//! Installations on the wire.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use db::mcp_servers::McpServer as Row;
use db::mcp_tool_calls::ServerUsage;
use domain::platform::Platform;
use domain::servers::ServerStatus;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::live::Progress;
use crate::ApiError;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct McpServer {
    id: Uuid,
    name: String,
    catalog_id: Uuid,
    catalog_name: Option<String>,
    /// `local`, `remote` or `builtin`
    server_type: String,
    /// `personal`, `team` or `org`
    scope: String,
    #[serde(flatten)]
    owner: Owner,
    team_id: Option<Uuid>,
    team_details: Option<TeamDetails>,
    secret_id: Option<Uuid>,
    /// Where its secret is kept: `external_vault` where it has references, `none` where there is none.
    secret_storage_type: &'static str,
    /// `docker`, `kubernetes` or `process`; null until one is chosen, and for remote servers.
    runtime: Option<String>,
    /// Which one, for people.
    runtime_detail: Option<String>,
    cluster_id: Option<Uuid>,
    service_account: Option<String>,
    /// `running` or `stopped`
    desired: String,
    /// `idle`, `pending`, `discovering-tools`, `success` or `error`
    local_installation_status: String,
    local_installation_error: Option<String>,
    #[serde(flatten)]
    now: Now,
    restarts: i32,
    last_crash: Option<Value>,
    tool_count: usize,
    /// Tools that wait for the approval of a change.
    pending_tool_count: usize,
    /// Of the last 24 hours.
    usage: Usage,
    reinstall_required: bool,
    oauth_refresh_error: Option<String>,
    oauth_refresh_failed_at: Option<DateTime<Utc>>,
    /// The plain ones; secret values are never shown.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    environment_values: Value,
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    user_config_values: Value,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Who installed it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Owner {
    owner_id: Option<String>,
    owner_name: Option<String>,
    owner_email: Option<String>,
    users: Vec<String>,
    user_details: Vec<UserDetails>,
}

/// How it is just now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Now {
    /// What its runtime says: `not_created`, `pending`, `running`, `failed`, `succeeded`; `connected` for a remote one
    /// that works.
    state: String,
    /// A sentence about that.
    status_detail: Option<String>,
    started_at: Option<DateTime<Utc>>,
    progress: Option<Progress>,
}

impl Now {
    fn new(row: &Row, known: Option<&ServerStatus>) -> Self {
        let state = known.and_then(|now| now.state);
        let state = match (row.server_type.as_str(), row.status.as_str()) {
            ("local", "idle") => state.unwrap_or("not_created"),
            ("local", _) => state.unwrap_or("pending"),
            (_, "success") => "connected",
            (_, "error") => "failed",
            _ => "pending",
        };
        Self {
            state: state.to_owned(),
            status_detail: known.and_then(|now| now.detail.clone()),
            started_at: known.and_then(|now| now.started_at),
            progress: known
                .and_then(|now| now.progress.as_ref())
                .map(Progress::new),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct TeamDetails {
    team_id: Uuid,
    name: String,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UserDetails {
    user_id: String,
    email: String,
    created_at: DateTime<Utc>,
}

#[derive(Serialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
struct Usage {
    calls: i64,
    errors: i64,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    last_at: Option<DateTime<Utc>>,
    /// Calls in each of the last 24 hours.
    series: Vec<i64>,
}

const HOURS: usize = 24;

/// What is shown beside the rows.
pub(super) struct Facts {
    owners: HashMap<String, db::users::User>,
    teams: HashMap<Uuid, db::teams::Team>,
    clusters: HashMap<Uuid, String>,
    /// Of secrets.
    storage_types: BTreeMap<Uuid, &'static str>,
    /// Tools of a catalog item, and how many of them wait.
    tools: HashMap<Uuid, (usize, usize)>,
    usage: HashMap<Uuid, Usage>,
}

impl Facts {
    pub(super) async fn read(platform: &Platform, rows: &[Row]) -> Result<Self, ApiError> {
        let (teams, tools, clusters) = tokio::try_join!(
            db::teams::list(&platform.db),
            db::tools::all(&platform.db),
            db::clusters::list(&platform.db),
        )?;
        let mut counts: HashMap<Uuid, (usize, usize)> = HashMap::new();
        for tool in tools {
            let count = counts
                .entry(tool.catalog_id.unwrap_or_default())
                .or_default();
            count.0 += usize::from(tool.available);
            count.1 += usize::from(tool.paused);
        }
        let mut owners = HashMap::new();
        for id in rows.iter().filter_map(|row| row.owner_id.as_ref()) {
            if !owners.contains_key(id)
                && let Some(user) = db::users::find(&platform.db, id).await?
            {
                owners.insert(id.clone(), user);
            }
        }
        let secrets: Vec<Uuid> = rows.iter().filter_map(|row| row.secret_id).collect();
        Ok(Self {
            owners,
            storage_types: platform.secrets.storage_types(&secrets).await?,
            teams: teams.into_iter().map(|team| (team.id, team)).collect(),
            clusters: clusters
                .into_iter()
                .map(|cluster| (cluster.id, cluster.name))
                .collect(),
            tools: counts,
            usage: usage(platform).await?,
        })
    }

    pub(super) fn server(&self, platform: &Platform, row: Row) -> McpServer {
        let now = platform.servers.status(row.id);
        let team = row.team_id.and_then(|id| self.teams.get(&id));
        let counts = self.tools.get(&row.catalog_id).copied();
        let (tool_count, pending_tool_count) = counts.unwrap_or_default();
        let usage = self.usage.get(&row.id);
        let cluster = row
            .cluster_id
            .and_then(|id| self.clusters.get(&id).cloned());
        let runtime = row.runtime.as_deref();
        let snapshot = platform.snapshot.load();
        McpServer {
            catalog_name: snapshot.catalog_name(row.catalog_id).map(str::to_owned),
            owner: self.owner(&row),
            team_details: team.map(|team| TeamDetails {
                team_id: team.id,
                name: team.name.clone(),
                created_at: team.created_at,
            }),
            secret_storage_type: row
                .secret_id
                .and_then(|id| self.storage_types.get(&id).copied())
                .unwrap_or("none"),
            runtime_detail: cluster.or_else(|| runtime.map(|id| runtime_detail(platform, id))),
            now: Now::new(&row, now.as_deref()),
            tool_count: if row.discovered_at.is_some() {
                tool_count
            } else {
                0
            },
            pending_tool_count,
            usage: usage.map_or_else(Usage::none, Usage::copy),
            id: row.id,
            name: row.name,
            catalog_id: row.catalog_id,
            server_type: row.server_type,
            scope: row.scope,
            team_id: row.team_id,
            secret_id: row.secret_id,
            runtime: row.runtime,
            cluster_id: row.cluster_id,
            service_account: row.service_account,
            desired: row.desired,
            local_installation_status: row.status,
            local_installation_error: row.error,
            restarts: row.restarts,
            last_crash: row.last_crash,
            reinstall_required: row.reinstall_required,
            oauth_refresh_error: row.oauth_refresh_error,
            oauth_refresh_failed_at: row.oauth_refresh_failed_at,
            environment_values: row.environment_values,
            user_config_values: row.user_config_values,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }

    fn owner(&self, row: &Row) -> Owner {
        let owner = row.owner_id.as_ref().and_then(|id| self.owners.get(id));
        let details = |owner: &db::users::User| UserDetails {
            user_id: owner.id.clone(),
            email: owner.email.clone(),
            created_at: row.created_at,
        };
        Owner {
            owner_id: row.owner_id.clone(),
            owner_name: owner.map(|owner| owner.name.clone()),
            owner_email: owner.map(|owner| owner.email.clone()),
            users: owner.iter().map(|owner| owner.id.clone()).collect(),
            user_details: owner.into_iter().map(details).collect(),
        }
    }
}

fn runtime_detail(platform: &Platform, id: &str) -> String {
    let known = platform.runtimes.get(id);
    known.map_or_else(
        || id.to_owned(),
        |runtime| runtime.capabilities().title.to_owned(),
    )
}

impl Usage {
    fn none() -> Self {
        Self {
            series: vec![0; HOURS],
            ..Self::default()
        }
    }

    fn copy(&self) -> Self {
        Self {
            series: self.series.clone(),
            ..*self
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds as milliseconds, to be read"
)]
pub(super) fn milliseconds(microseconds: i64) -> f64 {
    microseconds as f64 / 1000.0
}

async fn usage(platform: &Platform) -> Result<HashMap<Uuid, Usage>, ApiError> {
    let now = platform.clock.now();
    let since = now - TimeDelta::hours(24);
    let (totals, hours) = tokio::try_join!(
        db::mcp_tool_calls::server_usage(&platform.db, since),
        db::mcp_tool_calls::hours(&platform.db, None, since),
    )?;
    let mut usage: HashMap<Uuid, Usage> = HashMap::new();
    for total in totals {
        let ServerUsage {
            mcp_server_id,
            calls,
            errors,
            p50_us,
            p95_us,
            last_at,
        } = total;
        let of_server = usage.entry(mcp_server_id).or_insert_with(Usage::none);
        (of_server.calls, of_server.errors, of_server.last_at) = (calls, errors, last_at);
        (of_server.p50_ms, of_server.p95_ms) = (p50_us.map(milliseconds), p95_us.map(milliseconds));
    }
    for hour in hours {
        let ago = usize::try_from((now - hour.hour).num_hours()).unwrap_or(HOURS);
        let of_server = usage.entry(hour.mcp_server_id).or_insert_with(Usage::none);
        if let Some(slot) = (HOURS - 1)
            .checked_sub(ago)
            .and_then(|at| of_server.series.get_mut(at))
        {
            *slot += hour.calls;
        }
    }
    Ok(usage)
}
