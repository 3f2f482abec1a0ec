//! Which tools a server has: asked when it starts and when it says that they changed, kept in the database.

use std::sync::Arc;

use db::agent_tools::AgentTool;
use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use db::tools::Tool;
use mcp::client::{CallOptions, Client};
use mcp::error::Error;
use mcp::jsonrpc::code;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::pinning::{self, Described};
use super::{Result, ServerError, Servers};

/// Prefixes that are taken are tried with a number behind them, up to this.
const NUMBERED: u32 = 1_000;

impl Servers {
    /// Reads a server's tools and writes what is new about them, then says that it is ready. The rows are there before.
    pub(super) async fn discover(self: &Arc<Self>, id: Uuid, generation: i64) -> Result<()> {
        self.read_tools(id).await?;
        let now = self.parts.clock.now();
        Ok(db::mcp_servers::set_discovered(&self.parts.db, id, generation, now).await?)
    }

    pub(super) async fn read_tools(self: &Arc<Self>, id: Uuid) -> Result<()> {
        let client = self.connection_now(id).await?;
        let row = self.row(id).await?;
        let definitions = list(&client, &row.name).await?;
        self.keep_tools(&row, definitions).await
    }

    pub(super) async fn keep_tools(
        &self,
        row: &McpServer,
        definitions: Vec<Box<RawValue>>,
    ) -> Result<()> {
        let item = db::mcp_catalog::find(&self.parts.db, row.catalog_id).await?;
        let item = item.ok_or(ServerError::NotFound)?;
        let prefix = self.prefix(row, &item).await?;
        let now = self.parts.clock.now();
        let found = definitions.iter().filter_map(|raw| Described::read(raw));
        let found: Vec<Described> = found.collect();
        db::tools::sync(&self.parts.db, Some(item.id), |before| {
            merge(
                before,
                found,
                |described| {
                    let name = format!("{prefix}__{}", described.raw_name);
                    described.into_new(Some(item.id), name, now)
                },
                now,
            )
        })
        .await?;
        if row.discovered_at.is_none() {
            self.assign_first(row).await?;
        }
        Ok(())
    }

    /// Gives the tools to the agents that were named at the installation.
    async fn assign_first(&self, row: &McpServer) -> Result<()> {
        if row.agent_ids.is_empty() {
            return Ok(());
        }
        let filter = db::tools::ToolFilter {
            catalog_id: Some(row.catalog_id),
            search: None,
        };
        let tools = db::tools::list(&self.parts.db, &filter).await?;
        let agents = db::agents::all(&self.parts.db).await?;
        let now = self.parts.clock.now();
        let is_local = row.server_type == "local";
        let mut assignments = Vec::new();
        // An agent may have been deleted since.
        for agent in agents
            .iter()
            .filter(|agent| row.agent_ids.contains(&agent.id))
        {
            for tool in tools.iter().filter(|tool| tool.available) {
                assignments.push(AgentTool {
                    id: Uuid::now_v7(),
                    agent_id: agent.id,
                    tool_id: tool.id,
                    credential_source_mcp_server_id: (!is_local).then_some(row.id),
                    execution_source_mcp_server_id: is_local.then_some(row.id),
                    use_dynamic_team_credential: false,
                    credential_resolution_mode: "static".to_owned(),
                    response_modifier_template: None,
                    created_at: now,
                    updated_at: now,
                });
            }
        }
        db::agent_tools::assign(&self.parts.db, &assignments).await?;
        Ok(())
    }

    /// What the tools' names begin with: the item's name for servers that run here, the installation's for remote ones,
    /// chosen once. No two items share one, so no server can shadow another's tools.
    async fn prefix(&self, row: &McpServer, item: &CatalogItem) -> Result<String> {
        if let Some(prefix) = &item.tool_prefix {
            return Ok(prefix.clone());
        }
        let name = if row.server_type == "local" {
            &item.name
        } else {
            &row.name
        };
        let wanted = slug(name);
        for number in 1..NUMBERED {
            let prefix = match number {
                1 => wanted.clone(),
                number => format!("{wanted}_{number}"),
            };
            match db::mcp_catalog::claim_tool_prefix(&self.parts.db, item.id, &prefix).await {
                Ok(claimed) => return claimed.ok_or(ServerError::NotFound),
                Err(db::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ServerError::Conflict(format!(
            "every name like {wanted} is taken by another server's tools. Rename the catalog item"
        )))
    }

    /// The pending definition of a tool becomes the approved one; `None` if there is no such tool.
    pub async fn approve_tool(&self, id: Uuid) -> Result<Option<Tool>> {
        let now = self.parts.clock.now();
        Ok(db::tools::update(&self.parts.db, id, |tool| pinning::approve(tool, now)).await?)
    }

    /// The approved definition stays, and the tool is paused while its server offers the other one.
    pub async fn reject_tool(&self, id: Uuid) -> Result<Option<Tool>> {
        let now = self.parts.clock.now();
        Ok(db::tools::update(&self.parts.db, id, |tool| pinning::reject(tool, now)).await?)
    }
}

/// The rows to write: new tools, changed ones, and those that are gone.
fn merge(
    before: Vec<Tool>,
    found: Vec<Described>,
    mut new: impl FnMut(Described) -> Tool,
    now: chrono::DateTime<chrono::Utc>,
) -> Vec<Tool> {
    let mut rows = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut before: Vec<Option<Tool>> = before.into_iter().map(Some).collect();
    for described in found {
        // A server that lists a name twice means the first.
        if !seen.insert(described.raw_name.clone()) {
            continue;
        }
        let known = before.iter_mut().find(|tool| {
            let tool = tool.as_ref();
            tool.is_some_and(|tool| tool.raw_name == described.raw_name)
        });
        match known.and_then(Option::take) {
            Some(mut tool) => {
                if described.apply(&mut tool, now) {
                    rows.push(tool);
                }
            }
            None => rows.push(new(described)),
        }
    }
    for mut tool in before.into_iter().flatten().filter(|tool| tool.available) {
        tool.available = false;
        tool.updated_at = now;
        rows.push(tool);
    }
    rows
}

pub(super) async fn list(client: &Client, name: &str) -> Result<Vec<Box<RawValue>>> {
    let listed = client.list_all("tools/list", CallOptions::default()).await;
    match listed {
        Ok(definitions) => Ok(definitions),
        // It has prompts or resources alone.
        Err(Error::Rpc(error)) if error.code == code::METHOD_NOT_FOUND => Ok(Vec::new()),
        Err(error) => Err(ServerError::connect(name, error)),
    }
}

/// Lower-case letters, digits and single underscores or hyphens, so that `__` separates it from the tool.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_ascii_alphanumeric() || letter == '-' => slug.push(letter),
            _ if slug.is_empty() || slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    let slug = slug.trim_end_matches('_');
    if slug.is_empty() {
        "server".to_owned()
    } else {
        slug.chars().take(48).collect()
    }
}
