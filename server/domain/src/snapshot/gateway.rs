//! The part of the snapshot that the MCP gateway consults: tools of agents, installations, tokens, teams.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use db::Db;
use db::agent_tools::AgentTool as AssignmentRow;
use db::mcp_servers::{McpServer, ServerFilter};
use db::oauth::OauthToken;
use db::tokens::Token;
use db::tools::Tool as ToolRow;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Snapshot;
use crate::api_keys::digest;

#[derive(Debug, Default)]
pub(super) struct Gateway {
    tools: HashMap<Uuid, Arc<Tool>>,
    agent_tools: HashMap<Uuid, Vec<AgentTool>>,
    servers: HashMap<Uuid, Arc<Server>>,
    /// Oldest first.
    servers_of_catalog: HashMap<Uuid, Vec<Arc<Server>>>,
    catalog_names: HashMap<Uuid, String>,
    tokens: HashMap<[u8; 32], McpToken>,
    oauth_tokens: HashMap<[u8; 32], OauthCaller>,
    teams_of_user: HashMap<String, Vec<Uuid>>,
    teams_of_agent: HashMap<Uuid, Vec<Uuid>>,
}

#[derive(Debug)]
pub struct Tool {
    pub id: Uuid,
    /// None: the built-in server.
    pub catalog_id: Option<Uuid>,
    /// `{server}__{tool}`
    pub name: String,
    pub raw_name: String,
    /// The server's whole tool object, as it was approved.
    pub definition: Box<RawValue>,
    pub paused: bool,
    pub available: bool,
    pub warnings: Vec<String>,
}

/// One tool of one agent.
#[derive(Debug, Clone)]
pub struct AgentTool {
    pub assignment_id: Uuid,
    pub tool: Arc<Tool>,
    /// The installation it is bound to.
    pub static_server: Option<Uuid>,
    pub mode: CredentialMode,
    pub response_modifier: Option<Arc<str>>,
}

/// Which installation a call uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialMode {
    /// The one the assignment names.
    Static,
    /// The caller's own, else one of the caller's teams, else the organization's.
    Dynamic,
    /// As `Dynamic`, until enterprise-managed authorization is there.
    EnterpriseManaged,
}

/// An installation.
#[derive(Debug, Clone)]
pub struct Server {
    pub id: Uuid,
    pub name: String,
    pub catalog_id: Uuid,
    pub catalog_name: String,
    pub server_type: String,
    pub scope: String,
    pub owner_id: Option<String>,
    pub team_id: Option<Uuid>,
    pub desired: String,
    pub generation: i64,
    pub status: String,
    pub error: Option<String>,
    pub restarts: i32,
    pub reinstall_required: bool,
}

#[derive(Debug, Clone)]
pub struct McpToken {
    pub id: Uuid,
    pub name: String,
    pub kind: TokenKind,
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    Organization,
    Team(Uuid),
    User(String),
}

/// Who signed in at our authorization server.
#[derive(Debug, Clone)]
pub struct OauthCaller {
    pub token_id: Uuid,
    pub user_id: String,
    pub client_id: String,
    pub agent_id: Option<Uuid>,
    pub resource: Option<String>,
    pub scopes: Vec<String>,
    pub expires_at: DateTime<Utc>,
}

/// Nobody has installed for this caller what the tool runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoServer {
    pub catalog_id: Option<Uuid>,
    pub catalog_name: Option<String>,
}

impl Gateway {
    pub(super) async fn read(db: &Db) -> db::Result<Self> {
        let all = ServerFilter::default();
        let (tools, assignments, servers, names, tokens) = tokio::try_join!(
            db::tools::all(db),
            db::agent_tools::all(db),
            db::mcp_servers::list(db, &all),
            db::mcp_catalog::names(db),
            db::tokens::all(db),
        )?;
        let (oauth, members, agent_teams) = tokio::try_join!(
            db::oauth::all_tokens(db),
            db::teams::all_members(db),
            db::teams::of_agents(db, None),
        )?;
        let mut gateway = Self {
            catalog_names: names.into_iter().collect(),
            ..Self::default()
        };
        gateway.add_tools(tools, assignments);
        gateway.add_servers(servers);
        gateway.add_tokens(tokens, oauth);
        for member in members {
            let teams = gateway.teams_of_user.entry(member.user_id).or_default();
            teams.push(member.team_id);
        }
        for (agent, team, _) in agent_teams {
            gateway.teams_of_agent.entry(agent).or_default().push(team);
        }
        Ok(gateway)
    }

    #[cfg(test)]
    pub(super) fn of(servers: Vec<Arc<Server>>, members: &[(&str, u128)]) -> Self {
        let mut gateway = Self::default();
        for (user, team) in members {
            let teams = gateway.teams_of_user.entry((*user).to_owned());
            teams.or_default().push(Uuid::from_u128(*team));
        }
        for server in servers {
            let of_catalog = gateway.servers_of_catalog.entry(server.catalog_id);
            of_catalog.or_default().push(server.clone());
            gateway.servers.insert(server.id, server);
        }
        gateway
    }

    fn add_tools(&mut self, tools: Vec<ToolRow>, assignments: Vec<AssignmentRow>) {
        let tools = tools.into_iter().filter_map(Tool::from_row);
        self.tools = tools.map(|tool| (tool.id, Arc::new(tool))).collect();
        for row in assignments {
            if let Some(tool) = self.tools.get(&row.tool_id) {
                let of_agent = self.agent_tools.entry(row.agent_id).or_default();
                of_agent.push(AgentTool::from_row(row, tool));
            }
        }
        // Clients cache by order, and so do models.
        for tools in self.agent_tools.values_mut() {
            tools.sort_unstable_by(|one, other| one.tool.name.cmp(&other.tool.name));
        }
    }

    fn add_servers(&mut self, servers: Vec<McpServer>) {
        for row in servers {
            let catalog_name = self.catalog_names.get(&row.catalog_id).cloned();
            let server = Arc::new(Server::from_row(row, catalog_name.unwrap_or_default()));
            let of_catalog = self.servers_of_catalog.entry(server.catalog_id);
            of_catalog.or_default().push(server.clone());
            self.servers.insert(server.id, server);
        }
    }

    fn add_tokens(&mut self, tokens: Vec<Token>, oauth: Vec<OauthToken>) {
        let tokens = tokens.into_iter().filter_map(|row| {
            let kind = match (row.team_id, row.user_id) {
                (Some(team), _) => TokenKind::Team(team),
                (None, Some(user)) => TokenKind::User(user),
                (None, None) => TokenKind::Organization,
            };
            let token = McpToken {
                id: row.id,
                name: row.name,
                kind,
            };
            Some((row.token_hash.try_into().ok()?, token))
        });
        self.tokens = tokens.collect();
        let oauth = oauth.into_iter().filter_map(|row| {
            let caller = OauthCaller {
                token_id: row.id,
                user_id: row.user_id,
                client_id: row.client_id,
                agent_id: row.agent_id,
                resource: row.resource,
                scopes: row.scopes,
                expires_at: row.access_expires_at,
            };
            Some((row.access_hash.try_into().ok()?, caller))
        });
        self.oauth_tokens = oauth.collect();
    }
}

impl Tool {
    /// None if its definition is not JSON, which the database would not have taken from us.
    fn from_row(row: ToolRow) -> Option<Self> {
        Some(Self {
            id: row.id,
            catalog_id: row.catalog_id,
            name: row.name,
            raw_name: row.raw_name,
            definition: RawValue::from_string(row.definition).ok()?,
            paused: row.paused,
            available: row.available,
            warnings: row.warnings,
        })
    }
}

impl AgentTool {
    fn from_row(row: AssignmentRow, tool: &Arc<Tool>) -> Self {
        let mode = match row.credential_resolution_mode.as_str() {
            "enterprise_managed" => CredentialMode::EnterpriseManaged,
            "static" if !row.use_dynamic_team_credential => CredentialMode::Static,
            _ => CredentialMode::Dynamic,
        };
        Self {
            assignment_id: row.id,
            tool: tool.clone(),
            static_server: row
                .execution_source_mcp_server_id
                .or(row.credential_source_mcp_server_id),
            mode,
            response_modifier: row.response_modifier_template.map(Arc::from),
        }
    }
}

impl Server {
    fn from_row(row: McpServer, catalog_name: String) -> Self {
        Self {
            id: row.id,
            name: row.name,
            catalog_id: row.catalog_id,
            catalog_name,
            server_type: row.server_type,
            scope: row.scope,
            owner_id: row.owner_id,
            team_id: row.team_id,
            desired: row.desired,
            generation: row.generation,
            status: row.status,
            error: row.error,
            restarts: row.restarts,
            reinstall_required: row.reinstall_required,
        }
    }
}

impl Snapshot {
    /// The tools of an agent, sorted by their full names.
    pub fn tools_of(&self, agent: Uuid) -> &[AgentTool] {
        let tools = self.gateway.agent_tools.get(&agent);
        tools.map(Vec::as_slice).unwrap_or_default()
    }

    pub fn tool(&self, id: Uuid) -> Option<&Arc<Tool>> {
        self.gateway.tools.get(&id)
    }

    pub fn tools(&self) -> impl Iterator<Item = &Arc<Tool>> {
        self.gateway.tools.values()
    }

    pub fn server(&self, id: Uuid) -> Option<&Arc<Server>> {
        self.gateway.servers.get(&id)
    }

    pub fn servers(&self) -> impl Iterator<Item = &Arc<Server>> {
        self.gateway.servers.values()
    }

    /// Oldest first.
    pub fn servers_of_catalog(&self, catalog_id: Uuid) -> &[Arc<Server>] {
        let servers = self.gateway.servers_of_catalog.get(&catalog_id);
        servers.map(Vec::as_slice).unwrap_or_default()
    }

    pub fn catalog_name(&self, catalog_id: Uuid) -> Option<&str> {
        let name = self.gateway.catalog_names.get(&catalog_id);
        name.map(String::as_str)
    }

    pub fn mcp_token(&self, raw: &str) -> Option<&McpToken> {
        self.gateway.tokens.get(&digest(raw))
    }

    /// Who signed in for this access token, unless it has expired.
    pub fn oauth_token(&self, raw: &str, now: DateTime<Utc>) -> Option<&OauthCaller> {
        let caller = self.gateway.oauth_tokens.get(&digest(raw));
        caller.filter(|caller| caller.expires_at > now)
    }

    pub fn teams_of_user(&self, user_id: &str) -> &[Uuid] {
        let teams = self.gateway.teams_of_user.get(user_id);
        teams.map(Vec::as_slice).unwrap_or_default()
    }

    pub fn teams_of_agent(&self, agent: Uuid) -> &[Uuid] {
        let teams = self.gateway.teams_of_agent.get(&agent);
        teams.map(Vec::as_slice).unwrap_or_default()
    }

    /// The installation a call of this caller runs on.
    pub fn server_for(
        &self,
        tool: &AgentTool,
        caller: &TokenKind,
    ) -> Result<&Arc<Server>, NoServer> {
        let bound = tool.static_server.and_then(|id| self.server(id));
        if let (CredentialMode::Static, Some(server)) = (tool.mode, bound) {
            return Ok(server);
        }
        let catalog_id = tool.tool.catalog_id;
        let found = catalog_id.and_then(|catalog| self.server_of(catalog, caller));
        found.ok_or_else(|| NoServer {
            catalog_id,
            catalog_name: catalog_id
                .and_then(|id| self.catalog_name(id))
                .map(str::to_owned),
        })
    }

    /// The caller's own, else one of a team, else the organization's. The organization's token may use any.
    fn server_of(&self, catalog_id: Uuid, caller: &TokenKind) -> Option<&Arc<Server>> {
        let servers = self.servers_of_catalog(catalog_id);
        let of_teams = |teams: &[Uuid]| {
            let in_teams =
                |server: &&Arc<Server>| server.team_id.is_some_and(|team| teams.contains(&team));
            servers
                .iter()
                .filter(|server| server.scope == "team")
                .find(in_teams)
        };
        let of_organization = || servers.iter().find(|server| server.scope == "org");
        match caller {
            TokenKind::User(user) => {
                let own = servers.iter().find(|server| {
                    server.scope == "personal" && server.owner_id.as_deref() == Some(user)
                });
                own.or_else(|| of_teams(self.teams_of_user(user)))
                    .or_else(of_organization)
            }
            TokenKind::Team(team) => of_teams(&[*team]).or_else(of_organization),
            TokenKind::Organization => of_organization()
                .or_else(|| servers.iter().find(|server| server.status == "success"))
                .or_else(|| servers.first()),
        }
    }
}
