//! The part of the snapshot that says who may do what: people's roles and what these grant.

use std::collections::HashMap;

use db::Db;
use uuid::Uuid;

use super::Snapshot;
use crate::access::grants::Grants;
use crate::access::scope::{Belongs, Viewer};

#[derive(Debug, Default)]
pub(super) struct People {
    roles: HashMap<String, String>,
    /// What the roles that people made grant.
    custom: HashMap<String, Grants>,
}

impl People {
    pub(super) async fn read(db: &Db) -> db::Result<Self> {
        let (roles, custom) = tokio::try_join!(db::users::roles(db), db::roles::list(db))?;
        // A role that can't be read grants nothing.
        let custom = custom.into_iter().map(|role| {
            let grants = Grants::from_map(&role.permission).unwrap_or_default();
            (role.name, grants)
        });
        Ok(Self {
            roles: roles.into_iter().collect(),
            custom: custom.collect(),
        })
    }
}

impl Snapshot {
    /// None if there is no such person any more.
    pub fn user_role(&self, user_id: &str) -> Option<&str> {
        self.people.roles.get(user_id).map(String::as_str)
    }

    /// None if there is no such role.
    pub fn role(&self, name: &str) -> Option<Grants> {
        Grants::of_predefined(name).or_else(|| self.people.custom.get(name).copied())
    }

    /// What a person may do. Somebody unknown, or whose role is, may do nothing.
    pub fn grants_of(&self, user_id: &str) -> Grants {
        let role = self.user_role(user_id).and_then(|role| self.role(role));
        role.unwrap_or_default()
    }

    /// None if there is no such person any more.
    pub fn viewer<'a>(&'a self, user_id: &'a str) -> Option<Viewer<'a>> {
        self.user_role(user_id)?;
        Some(Viewer::new(self, user_id, self.grants_of(user_id)))
    }

    /// An agent that is not known here belongs to nobody.
    pub fn whose_agent(&self, agent: Uuid) -> Belongs<'_> {
        let Some(found) = self.agents.get(&agent) else {
            return Belongs::Person(None);
        };
        let teams = self.teams_of_agent(agent);
        Belongs::of(&found.scope, teams, found.author_id.as_deref())
    }
}
