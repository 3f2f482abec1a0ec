//! What a rule is about: the whole organization, a team or an agent. And so which rules hold for an agent.

use std::collections::HashMap;

use uuid::Uuid;

use crate::snapshot::Snapshot;

/// Rules by what they are about.
#[derive(Debug)]
pub struct OfEntities<T> {
    organization: Vec<T>,
    teams: HashMap<Uuid, Vec<T>>,
    agents: HashMap<Uuid, Vec<T>>,
}

impl<T> Default for OfEntities<T> {
    fn default() -> Self {
        Self {
            organization: Vec::new(),
            teams: HashMap::new(),
            agents: HashMap::new(),
        }
    }
}

impl<T> OfEntities<T> {
    /// What is about something that we do not know holds for nobody.
    pub fn add(&mut self, entity_type: &str, entity_id: &str, rule: T) {
        match (entity_type, entity_id.parse()) {
            ("organization", _) => self.organization.push(rule),
            ("team", Ok(id)) => self.teams.entry(id).or_default().push(rule),
            ("agent", Ok(id)) => self.agents.entry(id).or_default().push(rule),
            _ => {}
        }
    }

    pub fn is_empty(&self) -> bool {
        self.organization.is_empty() && self.teams.is_empty() && self.agents.is_empty()
    }

    /// The agent's own first, then those of its teams, then the organization's.
    pub fn of<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        agent: Option<Uuid>,
    ) -> impl Iterator<Item = &'a T> {
        let own = agent.and_then(|agent| self.agents.get(&agent));
        let teams = agent.map_or(&[][..], |agent| snapshot.teams_of_agent(agent));
        let of_teams = teams.iter().filter_map(|team| self.teams.get(team));
        own.into_iter()
            .chain(of_teams)
            .flatten()
            .chain(&self.organization)
    }
}
