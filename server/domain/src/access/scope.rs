//! Whose objects are whose: the one rule for agents, servers, keys, prompts and what is logged of them.

#[cfg(test)]
mod tests;

use uuid::Uuid;

use super::grants::Grants;
use super::{Action, Resource};
use crate::snapshot::Snapshot;

/// Whoever wants to see something.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    pub user_id: &'a str,
    pub grants: Grants,
    pub teams: &'a [Uuid],
}

/// Whose something is.
#[derive(Debug, Clone, Copy)]
pub enum Belongs<'a> {
    /// Nobody's in particular.
    Everybody,
    Teams(&'a [Uuid]),
    /// None: somebody who is no longer here.
    Person(Option<&'a str>),
}

impl<'a> Viewer<'a> {
    pub fn new(snapshot: &'a Snapshot, user_id: &'a str, grants: Grants) -> Self {
        Self {
            user_id,
            grants,
            teams: snapshot.teams_of_user(user_id),
        }
    }

    /// What belongs to nobody in particular is everybody's to see, all else its teams' or its person's. Whoever looks
    /// after everybody's sees all.
    pub fn sees(&self, resource: Resource, whose: Belongs<'_>) -> bool {
        self.looks_after(resource) || matches!(whose, Belongs::Everybody) || self.is_theirs(whose)
    }

    /// Whether it is the viewer's own or one of their teams'.
    pub fn is_theirs(&self, whose: Belongs<'_>) -> bool {
        match whose {
            Belongs::Everybody => false,
            Belongs::Teams(teams) => teams.iter().any(|team| self.teams.contains(team)),
            Belongs::Person(person) => person == Some(self.user_id),
        }
    }

    pub fn looks_after(&self, resource: Resource) -> bool {
        self.grants.allows(resource, Action::Admin)
    }

    /// The agents to which lists are to be narrowed; none if there is nothing to hide.
    pub fn visible_agents(&self, snapshot: &Snapshot) -> Option<Vec<Uuid>> {
        if self.looks_after(Resource::Profile) {
            return None;
        }
        let ids = snapshot.agents().map(|agent| agent.id);
        Some(ids.filter(|id| self.sees_agent(snapshot, *id)).collect())
    }

    pub fn sees_agent(&self, snapshot: &Snapshot, agent: Uuid) -> bool {
        self.sees(Resource::Profile, snapshot.whose_agent(agent))
    }
}

impl Belongs<'_> {
    /// By the words in which objects say it: `org`, `team`, `personal`.
    pub fn of<'a>(scope: &str, teams: &'a [Uuid], person: Option<&'a str>) -> Belongs<'a> {
        match scope {
            "personal" => Belongs::Person(person),
            "team" => Belongs::Teams(teams),
            _ if teams.is_empty() => Belongs::Everybody,
            _ => Belongs::Teams(teams),
        }
    }
}
