//! Who may do what: resources and their actions, what roles grant of them, and whose objects are whose.

pub mod grants;
pub mod scope;

use grants::Grants;

/// What a route works on; the names are those of the API's permission map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    Profile,
    Tool,
    Policy,
    DualLlmConfig,
    DualLlmResult,
    Interaction,
    Organization,
    IdentityProvider,
    Member,
    Invitation,
    McpCatalog,
    McpServer,
    InstallationRequest,
    Team,
    McpToolCall,
    Conversation,
    Limit,
    TokenPrice,
    ProviderKey,
    Prompt,
    AccessControl,
    AuditLog,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Create,
    Read,
    Update,
    Delete,
    Cancel,
    /// What only those may do who look after everybody's.
    Admin,
}

pub const RESOURCES: [Resource; 22] = [
    Resource::Profile,
    Resource::Tool,
    Resource::Policy,
    Resource::DualLlmConfig,
    Resource::DualLlmResult,
    Resource::Interaction,
    Resource::Organization,
    Resource::IdentityProvider,
    Resource::Member,
    Resource::Invitation,
    Resource::McpCatalog,
    Resource::McpServer,
    Resource::InstallationRequest,
    Resource::Team,
    Resource::McpToolCall,
    Resource::Conversation,
    Resource::Limit,
    Resource::TokenPrice,
    Resource::ProviderKey,
    Resource::Prompt,
    Resource::AccessControl,
    Resource::AuditLog,
];
pub const ACTIONS: [Action; 6] = [
    Action::Create,
    Action::Read,
    Action::Update,
    Action::Delete,
    Action::Cancel,
    Action::Admin,
];

/// Whoever a request under `/api` acts for, in its extensions.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub user_id: String,
    pub role: String,
    /// What the role grants, or as much of it as the API key does.
    pub grants: Grants,
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
    /// Anyone signed in, about what is their own; but no key that is limited, or it could make itself another.
    Own,
    Role(Resource, Action),
    /// One of them is enough.
    Either(Resource, Action, Action),
}

impl Resource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Tool => "tool",
            Self::Policy => "policy",
            Self::DualLlmConfig => "dualLlmConfig",
            Self::DualLlmResult => "dualLlmResult",
            Self::Interaction => "interaction",
            Self::Organization => "organization",
            Self::IdentityProvider => "ssoProvider",
            Self::Member => "member",
            Self::Invitation => "invitation",
            Self::McpCatalog => "internalMcpCatalog",
            Self::McpServer => "mcpServer",
            Self::InstallationRequest => "mcpServerInstallationRequest",
            Self::Team => "team",
            Self::McpToolCall => "mcpToolCall",
            Self::Conversation => "conversation",
            Self::Limit => "limit",
            Self::TokenPrice => "tokenPrice",
            // As roles of the published contract have it.
            Self::ProviderKey => "chatSettings",
            Self::Prompt => "prompt",
            Self::AccessControl => "ac",
            Self::AuditLog => "auditLog",
        }
    }

    /// What can be done with it at all.
    pub fn actions(self) -> &'static [Action] {
        use Action::{Admin, Cancel, Create, Delete, Read, Update};
        match self {
            Self::Profile
            | Self::McpServer
            | Self::InstallationRequest
            | Self::Team
            | Self::ProviderKey => &[Create, Read, Update, Delete, Admin],
            Self::Organization => &[Read, Update, Delete],
            Self::Member => &[Create, Update, Delete],
            Self::Invitation => &[Create, Cancel],
            Self::McpToolCall | Self::AuditLog => &[Read],
            Self::Tool
            | Self::Policy
            | Self::DualLlmConfig
            | Self::DualLlmResult
            | Self::Interaction
            | Self::IdentityProvider
            | Self::McpCatalog
            | Self::Conversation
            | Self::Limit
            | Self::TokenPrice
            | Self::Prompt
            | Self::AccessControl => &[Create, Read, Update, Delete],
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
            Self::Cancel => "cancel",
            Self::Admin => "admin",
        }
    }
}

impl Permission {
    /// Whether somebody who is signed in with these grants has it.
    pub fn allows(self, grants: &Grants) -> bool {
        match self {
            Self::Public | Self::Account | Self::SignedIn | Self::Own => true,
            Self::Role(resource, action) => grants.allows(resource, action),
            Self::Either(resource, one, other) => {
                grants.allows(resource, one) || grants.allows(resource, other)
            }
        }
    }

    /// `resource:action`, as roles have it; none if everybody signed in may.
    pub fn name(self) -> Option<String> {
        match self {
            Self::Public | Self::Account | Self::SignedIn | Self::Own => None,
            Self::Role(resource, action) => Some(format!("{}:{}", resource.name(), action.name())),
            Self::Either(resource, one, other) => Some(format!(
                "{resource}:{} or {resource}:{}",
                one.name(),
                other.name(),
                resource = resource.name()
            )),
        }
    }
}
