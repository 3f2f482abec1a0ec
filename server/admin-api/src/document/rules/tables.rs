//! Which field has which rule.

use super::Rule;
use super::Rule::{
    Between, Format, Least, Most, OneOf, OneOfNumbers, Pattern, Permissions, Text, Texts,
};

/// Those that keys can be stored for.
const PROVIDERS: Rule = OneOf(&["openai", "anthropic", "gemini"]);
const APPROVALS: Rule = OneOf(&["destructive", "always", "never"]);
const CHATTING: Rule = OneOf(&["openai", "anthropic", "gemini", "demo"]);
const OUTCOMES: Rule = OneOf(&["", "ok", "error"]);
const TIMEFRAMES: Rule = OneOf(&[
    "5m", "15m", "30m", "1h", "24h", "7d", "30d", "90d", "12m", "all",
]);
const SCOPES: Rule = OneOf(&crate::agents::SCOPES);
const ENTITIES: Rule = OneOf(&["organization", "team", "agent"]);
const TEAM_ROLES: Rule = OneOf(&["member", "admin"]);
const OPERATORS: [&str; 7] = {
    let mut names = [""; 7];
    let mut at = 0;
    while at < names.len() {
        names[at] = domain::tool_policies::OPERATORS[at].0;
        at += 1;
    }
    names
};
const VAULT_PATH: Rule = Pattern("^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?$");
/// As `domain::pricing` reads it.
const PRICE: Rule = Pattern(r"^([0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6})$");
const WEB: Rule = Pattern("^https?://");
/// Longer ones end beyond the calendar of some clients.
const LONGEST_LIFE: i64 = 3_155_760_000;

pub(super) const RULES: &[(&str, &str, Rule)] = &[
    ("AgentInput", "name", Text(200)),
    (
        "AgentInput",
        "agentType",
        OneOf(&domain::agents::AGENT_TYPES),
    ),
    ("AgentInput", "scope", SCOPES),
    ("Label", "key", Text(100)),
    ("Label", "value", Text(200)),
    (
        "AppearanceInput",
        "theme",
        OneOf(&crate::organization::THEMES),
    ),
    (
        "AppearanceInput",
        "customFont",
        OneOf(&crate::organization::FONTS),
    ),
    (
        "OrganizationInput",
        "theme",
        OneOf(&crate::organization::THEMES),
    ),
    (
        "OrganizationInput",
        "customFont",
        OneOf(&crate::organization::FONTS),
    ),
    ("OrganizationInput", "name", Text(200)),
    ("ChatLink", "url", WEB),
    (
        "LlmInput",
        "compressionScope",
        OneOf(&["organization", "team"]),
    ),
    (
        "LlmInput",
        "limitCleanupInterval",
        OneOf(&["1h", "12h", "24h", "1w", "1m"]),
    ),
    (
        "SecurityInput",
        "globalToolPolicy",
        OneOf(&["permissive", "restrictive"]),
    ),
    ("CatalogInput", "name", Text(200)),
    (
        "CatalogInput",
        "serverType",
        OneOf(&["local", "remote", "builtin"]),
    ),
    ("CatalogInput", "scope", SCOPES),
    ("ChangePassword", "newPassword", Between(8, 256)),
    ("SignUp", "password", Between(8, 256)),
    ("ClusterInput", "name", Text(100)),
    ("ClusterInput", "kubeconfig", Format("kubeconfig")),
    (
        "ClusterInput",
        "namespace",
        Pattern("^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$"),
    ),
    ("PreviewInput", "kubeconfig", Format("kubeconfig")),
    ("CreateApiKey", "name", Text(100)),
    ("CreateApiKey", "expiresIn", Least(1)),
    ("CreateApiKey", "expiresIn", Most(LONGEST_LIFE)),
    ("CreatePrompt", "name", Text(200)),
    ("UpdatePrompt", "name", Text(200)),
    ("ExternalGroupInput", "groupIdentifier", Text(500)),
    ("ImportInput", "text", Text(1_000_000)),
    ("ImportInput", "text", Format("mcp-configuration")),
    (
        "InvitationInput",
        "email",
        Pattern(r"^[a-z0-9]+([._-][a-z0-9]+){0,3}@[a-z0-9]+([.-][a-z0-9]+){1,3}$"),
    ),
    ("InvitationInput", "email", Between(3, 254)),
    ("InvitationInput", "expiresIn", Least(1)),
    ("InvitationInput", "expiresIn", Most(90 * 86_400)),
    (
        "CheckInput",
        "store",
        OneOf(&["database", "keyring", "vault"]),
    ),
    ("InstallInput", "name", Text(200)),
    ("InstallInput", "scope", SCOPES),
    ("RenameInput", "name", Text(200)),
    ("InspectInput", "method", Text(200)),
    ("LimitInput", "entityType", ENTITIES),
    (
        "LimitInput",
        "limitType",
        OneOf(&["token_cost", "tool_calls", "mcp_server_calls"]),
    ),
    ("LimitInput", "limitValue", Least(0)),
    (
        "LlmModelInput",
        "inputModalities",
        Texts(&["audio", "image", "pdf", "text", "video"]),
    ),
    (
        "LlmModelInput",
        "outputModalities",
        Texts(&["audio", "image", "text"]),
    ),
    ("LlmModelInput", "customPricePerMillionInput", PRICE),
    ("LlmModelInput", "customPricePerMillionOutput", PRICE),
    ("McpInput", "mcpOauthAccessTokenLifetimeSeconds", Least(60)),
    (
        "McpInput",
        "mcpOauthAccessTokenLifetimeSeconds",
        Most(31_536_000),
    ),
    (
        "ElicitationAnswer",
        "action",
        OneOf(&["accept", "decline", "cancel"]),
    ),
    (
        "LlmModelInput",
        "embeddingDimensions",
        OneOfNumbers(&[768, 1536, 3072]),
    ),
    ("ProviderKeyInput", "provider", PROVIDERS),
    ("OptimizationRuleInput", "provider", PROVIDERS),
    ("MemberRoleInput", "role", TEAM_ROLES),
    ("TeamMemberInput", "role", TEAM_ROLES),
    ("NoteInput", "content", Text(5_000)),
    ("OptimizationRuleInput", "entityType", ENTITIES),
    ("OptimizationRuleInput", "targetModel", Text(200)),
    ("ProviderKeyInput", "name", Text(200)),
    ("ProviderKeyInput", "apiKey", Pattern("^[!-~]*$")),
    ("ProviderKeyInput", "vaultSecretPath", VAULT_PATH),
    (
        "ProviderKeyInput",
        "vaultSecretKey",
        Pattern("^[A-Za-z0-9_.-]*$"),
    ),
    (
        "ProviderKeyInput",
        "baseUrl",
        Pattern(r"^(https?://[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*(:[0-9]{1,4})?(/[a-z0-9/-]*)?)?$"),
    ),
    ("ProviderKeyInput", "scope", SCOPES),
    (
        "RequestPatch",
        "status",
        OneOf(&["pending", "approved", "declined"]),
    ),
    ("RoleInput", "permission", Permissions),
    ("CreateApiKey", "permission", Permissions),
    ("RoleInput", "name", Pattern("^[a-z0-9_]{2,50}$")),
    ("ServiceAccountInput", "name", Text(200)),
    (
        "SignInSso",
        "callbackURL",
        Pattern("^(/[a-z0-9][a-z0-9/-]*)?$"),
    ),
    ("SignUp", "name", Text(200)),
    ("UpdateUser", "name", Text(200)),
    ("TeamInput", "name", Text(200)),
    ("TokenPriceInput", "provider", PROVIDERS),
    ("StartTurn", "model", Text(200)),
    ("StartTurn", "provider", CHATTING),
    ("CreateConversation", "provider", CHATTING),
    ("CreateConversation", "approvalMode", APPROVALS),
    ("UpdateConversation", "approvalMode", APPROVALS),
    ("UpdateConversation", "provider", CHATTING),
    ("TokenPriceInput", "model", Text(200)),
    ("TokenPriceInput", "pricePerMillionInput", PRICE),
    ("TokenPriceInput", "pricePerMillionOutput", PRICE),
    ("TokenPriceInput", "pricePerMillionCacheRead", PRICE),
    ("TokenPriceInput", "pricePerMillionCacheWrite", PRICE),
    (
        "ToolInvocationPolicyInput",
        "action",
        OneOf(&domain::tool_policies::INVOCATION_ACTIONS),
    ),
    (
        "TrustedDataPolicyInput",
        "action",
        OneOf(&domain::tool_policies::RESULT_ACTIONS),
    ),
    ("PolicyCondition", "key", Text(500)),
    ("PolicyCondition", "operator", OneOf(&OPERATORS)),
    (
        "ProviderInput",
        "providerId",
        Pattern(r"^[A-Za-z0-9._-]{0,63}[A-Za-z0-9_-]$"),
    ),
];

/// The same of what stands in a query.
pub(super) const PARAMETERS: &[(&str, &str, Rule)] = &[
    (
        "/api/chat/conversations/{id}/export",
        "format",
        OneOf(&["markdown", "json"]),
    ),
    ("/api/chat/models", "provider", PROVIDERS),
    ("/api/llm-models/available", "provider", PROVIDERS),
    ("/api/llm-provider-api-keys/resolve", "provider", PROVIDERS),
    ("/api/home", "timeframe", OneOf(&["today", "24h", "7d"])),
    ("/api/statistics/overview", "timeframe", TIMEFRAMES),
    ("/api/statistics/cost-savings", "timeframe", TIMEFRAMES),
    ("/api/mcp-tool-calls", "outcome", OUTCOMES),
    ("/api/mcp-tool-calls/facets", "outcome", OUTCOMES),
    (
        "/api/mcp_server_installation_requests",
        "status",
        // An empty one is none.
        OneOf(&["", "pending", "approved", "declined"]),
    ),
    (
        "/api/organization/members",
        "kind",
        OneOf(&["person", "service"]),
    ),
];

/// Merge patches share their shape with what makes an object; there these fields have to be given.
pub(super) const NEEDED: &[(&str, &[&str])] = &[
    ("/api/agents", &["name"]),
    (
        "/api/limits",
        &["entityType", "entityId", "limitType", "limitValue"],
    ),
    (
        "/api/optimization-rules",
        &[
            "entityType",
            "entityId",
            "provider",
            "targetModel",
            "conditions",
        ],
    ),
    (
        "/api/identity-providers",
        &["providerId", "issuer", "domain"],
    ),
    ("/api/internal_mcp_catalog", &["name", "serverType"]),
    ("/api/llm-provider-api-keys", &["name", "provider"]),
    ("/api/roles", &["name", "permission"]),
    ("/api/service-accounts", &["name", "role"]),
    ("/api/teams", &["name"]),
    (
        "/api/token-prices",
        &[
            "provider",
            "model",
            "pricePerMillionInput",
            "pricePerMillionOutput",
        ],
    ),
    (
        "/api/autonomy-policies/tool-invocation",
        &["toolId", "conditions", "action"],
    ),
    (
        "/api/trusted-data-policies",
        &["toolId", "conditions", "action"],
    ),
];
