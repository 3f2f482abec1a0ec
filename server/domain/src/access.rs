//! Who may do what: resources, actions, and what each predefined role grants.

#[cfg(test)]
mod tests;

/// What a route works on; the names are those of the API's permission map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    Profile,
    Interaction,
    TokenPrice,
    Organization,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Create,
    Read,
    Update,
    Delete,
}

pub const RESOURCES: [Resource; 4] = [
    Resource::Profile,
    Resource::Interaction,
    Resource::TokenPrice,
    Resource::Organization,
];
pub const ACTIONS: [Action; 4] = [Action::Create, Action::Read, Action::Update, Action::Delete];

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Anyone, signed in or not.
    Public,
    /// Anyone signed in; also while a new password is owed.
    Account,
    /// Anyone signed in who owes no new password.
    SignedIn,
    Role(Resource, Action),
}

impl Resource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Interaction => "interaction",
            Self::TokenPrice => "tokenPrice",
            Self::Organization => "organization",
        }
    }
}

impl Action {
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Whether a predefined role grants an action. An unknown role grants nothing.
pub fn role_allows(role: &str, resource: Resource, action: Action) -> bool {
    match role {
        "admin" => true,
        "editor" => resource != Resource::Organization || action == Action::Read,
        "member" => resource == Resource::Interaction || action == Action::Read,
        _ => false,
    }
}
