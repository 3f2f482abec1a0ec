//! “What can X do?”: the permissions of somebody, and which objects they see and why.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use domain::access::grants::Grants;
use domain::access::scope::{Belongs, Viewer};
use domain::access::{Action, Resource};
use domain::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::error::ErrorBody;
use crate::extract::Query;
use crate::members::{self, Member};
use crate::{ApiError, State};

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct AccessQuery {
    /// Without it, the caller.
    user_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserAccess {
    user: Member,
    predefined_role: bool,
    #[schema(value_type = HashMap<String, Vec<String>>)]
    permissions: Map<String, Value>,
    /// The agents they see, by name.
    agents: Vec<Seen>,
    /// The installations they see, by name.
    mcp_servers: Vec<Seen>,
}

#[derive(Serialize, ToSchema)]
struct Seen {
    id: Uuid,
    name: String,
    /// `everybody`, `team`, `own`, or `admin` for whoever sees all
    reason: &'static str,
    /// The names of its teams.
    teams: Vec<String>,
}

/// What somebody may do and see. Others than oneself take `organization:read`.
#[utoipa::path(get, path = "/api/user/access", tag = "members", params(AccessQuery),
    responses((status = 200, body = UserAccess), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn get(
    Extract(platform): State,
    caller: Caller,
    Query(query): Query<AccessQuery>,
) -> Result<Json<UserAccess>, ApiError> {
    let id = query.user_id.unwrap_or_else(|| caller.user.id.clone());
    let is_self = id == caller.user.id;
    if !is_self && !caller.may(Resource::Organization, Action::Read) {
        return Err(ApiError::Forbidden(
            "What others may do is for those who have organization:read.".into(),
        ));
    }
    let user = members::one(&platform, &caller, &id).await?;
    let teams = db::teams::list(&platform.db).await?;
    let names: HashMap<Uuid, String> = teams.into_iter().map(|team| (team.id, team.name)).collect();
    let snapshot = platform.snapshot.load();
    let role = snapshot.role(&user.role).unwrap_or_default();
    let grants = if is_self { caller.grants } else { role };
    let objects = Objects {
        viewer: Viewer::new(&snapshot, &id, grants),
        of_caller: caller.viewer(&snapshot),
        names,
    };
    Ok(Json(UserAccess {
        predefined_role: Grants::of_predefined(&user.role).is_some(),
        permissions: grants.to_map(),
        agents: objects.agents(&snapshot),
        mcp_servers: objects.servers(&snapshot),
        user,
    }))
}

struct Objects<'a> {
    viewer: Viewer<'a>,
    /// Nobody learns in this way of objects that they don't see themselves.
    of_caller: Viewer<'a>,
    names: HashMap<Uuid, String>,
}

impl Objects<'_> {
    fn agents(&self, snapshot: &Snapshot) -> Vec<Seen> {
        let agents = snapshot.agents().filter_map(|agent| {
            let whose = snapshot.whose_agent(agent.id);
            self.seen(Resource::Profile, agent.id, &agent.name, whose)
        });
        by_name(agents.collect())
    }

    fn servers(&self, snapshot: &Snapshot) -> Vec<Seen> {
        let servers = snapshot.servers().filter_map(|server| {
            let teams = server.team_id.as_slice();
            let whose = Belongs::of(&server.scope, teams, server.owner_id.as_deref());
            self.seen(Resource::McpServer, server.id, &server.name, whose)
        });
        by_name(servers.collect())
    }

    fn seen(&self, resource: Resource, id: Uuid, name: &str, whose: Belongs<'_>) -> Option<Seen> {
        let may_read = self.viewer.grants.allows(resource, Action::Read);
        if !may_read || !self.viewer.sees(resource, whose) || !self.of_caller.sees(resource, whose)
        {
            return None;
        }
        let teams = match whose {
            Belongs::Teams(teams) => teams,
            Belongs::Everybody | Belongs::Person(_) => &[],
        };
        let named = teams.iter().filter_map(|id| self.names.get(id).cloned());
        Some(Seen {
            id,
            name: name.to_owned(),
            reason: match whose {
                Belongs::Everybody => "everybody",
                whose if !self.viewer.is_theirs(whose) => "admin",
                Belongs::Teams(_) => "team",
                Belongs::Person(_) => "own",
            },
            teams: named.collect(),
        })
    }
}

fn by_name(mut seen: Vec<Seen>) -> Vec<Seen> {
    seen.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    seen
}
