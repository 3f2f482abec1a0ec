//! The part of the snapshot that says what is allowed: policies of tools, and what the organization decided for all.

use std::collections::{HashMap, HashSet};

use db::Db;
use db::organization::Organization;
use db::tool_policies::Kind;
use uuid::Uuid;

use super::Snapshot;
use crate::tool_policies::ToolRules;

#[derive(Debug, Default)]
pub(super) struct Guardrails {
    rules: HashMap<Uuid, ToolRules>,
    /// None before the first start.
    organization: Option<Organization>,
    /// Agents whose context counts as untrusted from the start.
    untrusted_agents: HashSet<Uuid>,
}

static NO_RULES: ToolRules = ToolRules::none();

impl Guardrails {
    pub(super) async fn read(db: &Db) -> db::Result<Self> {
        let (invocation, result, organization, agents) = tokio::try_join!(
            db::tool_policies::list(db, Kind::Invocation),
            db::tool_policies::list(db, Kind::Result),
            db::organization::find(db),
            db::agents::untrusted(db),
        )?;
        let mut rules: HashMap<Uuid, ToolRules> = HashMap::new();
        for (kind, rows) in [(Kind::Invocation, invocation), (Kind::Result, result)] {
            for row in rows {
                rules.entry(row.tool_id).or_default().add(kind, row);
            }
        }
        Ok(Self {
            rules,
            organization,
            untrusted_agents: agents.into_iter().collect(),
        })
    }
}

impl Snapshot {
    /// The policies of a tool.
    pub fn rules_of(&self, tool: Uuid) -> &ToolRules {
        self.guardrails.rules.get(&tool).unwrap_or(&NO_RULES)
    }

    /// What no policy allows is refused once something untrusted was read.
    pub fn is_restrictive(&self) -> bool {
        self.organization()
            .is_some_and(|row| row.global_tool_policy == "restrictive")
    }

    /// What was decided for everybody; none before the first start.
    pub fn organization(&self) -> Option<&Organization> {
        self.guardrails.organization.as_ref()
    }

    /// Whether an agent's context counts as untrusted whatever it reads.
    pub fn starts_untrusted(&self, agent: Uuid) -> bool {
        self.guardrails.untrusted_agents.contains(&agent)
    }
}
