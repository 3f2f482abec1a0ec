//! Sets of permissions: what a role grants, what a key is limited to.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::{ACTIONS, Action, RESOURCES, Resource};

/// The roles that are always there, from the most to the least.
pub const PREDEFINED: [&str; 3] = ["admin", "editor", "member"];

/// Which actions on which resources; a bit for each action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grants([u8; RESOURCES.len()]);

/// A permission map that says something else than resources and actions.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    #[error("permission is a map of resources to lists of actions")]
    Shape,
    #[error("there is no resource \"{0}\"; there are {names}", names = resource_names())]
    Resource(String),
    #[error("{resource} has no action \"{action}\"; it has {actions}", resource = .0.name(), action = .1, actions = action_names(*.0))]
    Action(Resource, String),
}

impl Grants {
    pub fn all() -> Self {
        let mut grants = Self::default();
        for resource in RESOURCES {
            grants.add(resource, resource.actions());
        }
        grants
    }

    /// What a predefined role grants; none if there is no such role.
    pub fn of_predefined(role: &str) -> Option<Self> {
        match role {
            "admin" => Some(Self::all()),
            "editor" => Some(Self::by(editor)),
            "member" => Some(Self::by(member)),
            _ => None,
        }
    }

    fn by(actions: fn(Resource) -> &'static [Action]) -> Self {
        let mut grants = Self::default();
        for resource in RESOURCES {
            grants.add(resource, actions(resource));
        }
        grants
    }

    fn add(&mut self, resource: Resource, actions: &[Action]) {
        for action in actions {
            self.0[resource as usize] |= 1 << *action as u8;
        }
    }

    /// From resource → actions.
    pub fn from_map(map: &Value) -> Result<Self, Unknown> {
        let mut grants = Self::default();
        for (name, actions) in map.as_object().ok_or(Unknown::Shape)? {
            let resource = RESOURCES
                .into_iter()
                .find(|resource| resource.name() == name)
                .ok_or_else(|| Unknown::Resource(name.clone()))?;
            for action in actions.as_array().ok_or(Unknown::Shape)? {
                let action = action.as_str().ok_or(Unknown::Shape)?;
                let known = resource.actions().iter().find(|one| one.name() == action);
                let known = known.ok_or_else(|| Unknown::Action(resource, action.to_owned()))?;
                grants.add(resource, &[*known]);
            }
        }
        Ok(grants)
    }

    /// As resource → actions, every resource named.
    pub fn to_map(self) -> Map<String, Value> {
        let actions = |resource| -> Vec<&str> {
            let granted = ACTIONS
                .into_iter()
                .filter(|action| self.allows(resource, *action));
            granted.map(Action::name).collect()
        };
        RESOURCES
            .into_iter()
            .map(|resource| (resource.name().to_owned(), actions(resource).into()))
            .collect()
    }

    pub fn allows(&self, resource: Resource, action: Action) -> bool {
        self.0[resource as usize] & (1 << action as u8) != 0
    }

    /// What both allow.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = *self;
        for (one, other) in both.0.iter_mut().zip(other.0) {
            *one &= other;
        }
        both
    }

    /// What the other has and this has not, as `resource:action`.
    pub fn lacks(&self, other: &Self) -> Vec<String> {
        let pairs = RESOURCES
            .into_iter()
            .flat_map(|resource| ACTIONS.map(|action| (resource, action)));
        pairs
            .filter(|(resource, action)| {
                other.allows(*resource, *action) && !self.allows(*resource, *action)
            })
            .map(|(resource, action)| format!("{}:{}", resource.name(), action.name()))
            .collect()
    }
}

fn editor(resource: Resource) -> &'static [Action] {
    use Action::{Create, Delete, Read, Update};
    use Resource as R;
    match resource {
        R::Profile
        | R::Tool
        | R::Policy
        | R::Interaction
        | R::DualLlmConfig
        | R::DualLlmResult
        | R::McpCatalog
        | R::McpServer
        | R::InstallationRequest
        | R::Conversation
        | R::Limit
        | R::TokenPrice
        | R::ProviderKey
        | R::Prompt => &[Create, Read, Update, Delete],
        R::Organization | R::Team | R::McpToolCall => &[Read],
        R::IdentityProvider | R::Member | R::Invitation | R::AccessControl | R::AuditLog => &[],
    }
}

fn member(resource: Resource) -> &'static [Action] {
    use Action::{Create, Delete, Read, Update};
    use Resource as R;
    match resource {
        R::Tool | R::Policy | R::Interaction | R::Conversation => &[Create, Read, Update, Delete],
        R::McpServer => &[Create, Read, Delete],
        R::InstallationRequest => &[Create, Read, Update],
        R::Profile
        | R::DualLlmConfig
        | R::DualLlmResult
        | R::McpCatalog
        | R::Organization
        | R::Team
        | R::McpToolCall
        | R::Limit
        | R::TokenPrice
        | R::ProviderKey
        | R::Prompt => &[Read],
        R::IdentityProvider | R::Member | R::Invitation | R::AccessControl | R::AuditLog => &[],
    }
}

fn resource_names() -> String {
    RESOURCES.map(Resource::name).join(", ")
}

fn action_names(resource: Resource) -> String {
    let names: Vec<_> = resource
        .actions()
        .iter()
        .map(|action| action.name())
        .collect();
    names.join(", ")
}
