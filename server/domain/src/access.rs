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
    Tool,
    McpCatalog,
    McpServer,
    InstallationRequest,
    McpToolCall,
    Team,
    ProviderKey,
    Conversation,
    Prompt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Create,
    Read,
    Update,
    Delete,
    /// What only those may do who look after everybody's.
    Admin,
}

pub const RESOURCES: [Resource; 13] = [
    Resource::Profile,
    Resource::Interaction,
    Resource::TokenPrice,
    Resource::Organization,
    Resource::Tool,
    Resource::McpCatalog,
    Resource::McpServer,
    Resource::InstallationRequest,
    Resource::McpToolCall,
    Resource::Team,
    Resource::ProviderKey,
    Resource::Conversation,
    Resource::Prompt,
];
pub const ACTIONS: [Action; 5] = [
    Action::Create,
    Action::Read,
    Action::Update,
    Action::Delete,
    Action::Admin,
];

/// Whoever a request under `/api` acts for, in its extensions.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user_id: String,
    pub role: String,
}

/// In the extensions of a request that one plane makes to another within this program, for a person who was
/// authenticated before. Nothing that comes over the network can carry it.
#[derive(Debug, Clone)]
pub struct InProcess {
    pub user_id: String,
}

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
            Self::Tool => "tool",
            Self::McpCatalog => "internalMcpCatalog",
            Self::McpServer => "mcpServer",
            Self::InstallationRequest => "mcpServerInstallationRequest",
            Self::McpToolCall => "mcpToolCall",
            Self::Team => "team",
            // As roles of the published contract have it.
            Self::ProviderKey => "chatSettings",
            Self::Conversation => "conversation",
            Self::Prompt => "prompt",
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
            Self::Admin => "admin",
        }
    }
}

/// Whether a predefined role grants an action. An unknown role grants nothing.
pub fn role_allows(role: &str, resource: Resource, action: Action) -> bool {
    use Resource as R;
    match role {
        "admin" => true,
        "editor" => match resource {
            R::Organization | R::Team | R::McpToolCall => action == Action::Read,
            _ => action != Action::Admin,
        },
        "member" => match resource {
            // Of installations those that are their own and their teams'.
            R::Interaction | R::Tool | R::McpServer | R::Conversation => action != Action::Admin,
            R::InstallationRequest => !matches!(action, Action::Delete | Action::Admin),
            _ => action == Action::Read,
        },
        _ => false,
    }
}
