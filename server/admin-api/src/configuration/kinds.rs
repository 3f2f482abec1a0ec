//! What a configuration file is made of, in the order in which it is applied: nothing refers to what comes later.

use serde_json::{Map, Value};

/// Objects of one sort, as the API serves them.
pub(super) struct Kind {
    /// In the file.
    pub(super) name: &'static str,
    /// Where they are made; each is at its id below it.
    pub(super) path: &'static str,
    /// Where all of them are listed.
    pub(super) list: &'static str,
    pub(super) update: http::Method,
    /// By which the file knows them.
    pub(super) key: &'static [&'static str],
    /// Facts that the server adds.
    pub(super) without: &'static [&'static str],
    pub(super) refers: &'static [(&'static str, Refers)],
    /// Which of them are a configuration's business.
    pub(super) keeps: fn(&Map<String, Value>) -> bool,
}

/// What a field names by id, and the file by name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Refers {
    /// `[{id, name}]`, taken as a list of ids.
    Teams,
    Tool,
    /// Of the kind that `entityType` says.
    Entity,
}

/// On every object.
pub(super) const ADDED: [&str; 5] = ["id", "organizationId", "createdAt", "updatedAt", "authorId"];

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "roles",
        path: "/api/roles",
        list: "/api/roles",
        update: http::Method::PUT,
        key: &["name"],
        without: &["role", "predefined", "memberCount"],
        refers: &[],
        keeps: |role| role["predefined"] == false,
    },
    Kind {
        name: "teams",
        path: "/api/teams",
        list: "/api/teams",
        update: http::Method::PUT,
        key: &["name"],
        without: &["createdBy", "members"],
        refers: &[],
        keeps: |_| true,
    },
    Kind {
        name: "tokenPrices",
        path: "/api/token-prices",
        list: "/api/token-prices",
        update: http::Method::PUT,
        key: &["provider", "model"],
        without: &["source", "asOf"],
        refers: &[],
        keeps: |price| price["source"] == "custom",
    },
    Kind {
        name: "mcpCatalog",
        path: "/api/internal_mcp_catalog",
        list: "/api/internal_mcp_catalog",
        update: http::Method::PUT,
        key: &["name"],
        without: &[
            "clientSecretId",
            "localConfigSecretId",
            "authorName",
            "toolCount",
            "installationCount",
        ],
        refers: &[("teams", Refers::Teams)],
        keeps: |item| item["scope"] != "personal" && item["serverType"] != "builtin",
    },
    Kind {
        name: "agents",
        path: "/api/agents",
        list: "/api/agents/all",
        update: http::Method::PUT,
        key: &["agentType", "name"],
        without: &["slug", "isDemo", "builtIn", "tools", "lastUsedAt"],
        refers: &[("teams", Refers::Teams)],
        keeps: |agent| agent["scope"] != "personal",
    },
    Kind {
        name: "limits",
        path: "/api/limits",
        list: "/api/limits",
        update: http::Method::PATCH,
        key: &[
            "entityType",
            "entityId",
            "limitType",
            "model",
            "mcpServerName",
            "toolName",
        ],
        without: &[
            "lastCleanup",
            "entityName",
            "used",
            "percent",
            "exceeded",
            "resetsAt",
            "modelUsage",
        ],
        refers: &[("entityId", Refers::Entity)],
        keeps: |_| true,
    },
    Kind {
        name: "optimizationRules",
        path: "/api/optimization-rules",
        list: "/api/optimization-rules",
        update: http::Method::PUT,
        key: &["entityType", "entityId", "provider", "conditions"],
        without: &[],
        refers: &[("entityId", Refers::Entity)],
        keeps: |_| true,
    },
    Kind {
        name: "toolInvocationPolicies",
        path: "/api/autonomy-policies/tool-invocation",
        list: "/api/autonomy-policies/tool-invocation",
        update: http::Method::PUT,
        key: &["toolId", "conditions"],
        without: &[],
        refers: &[("toolId", Refers::Tool)],
        keeps: |_| true,
    },
    Kind {
        name: "trustedDataPolicies",
        path: "/api/trusted-data-policies",
        list: "/api/trusted-data-policies",
        update: http::Method::PUT,
        key: &["toolId", "conditions"],
        without: &[],
        refers: &[("toolId", Refers::Tool)],
        keeps: |_| true,
    },
];

/// Settings of the organization, of which there is one, and where each is set.
pub(super) const ORGANIZATION: &[(&str, &[&str])] = &[
    ("/api/organization", &["name", "analyticsConsent"]),
    (
        "/api/organization/appearance-settings",
        &[
            "theme",
            "customFont",
            "animateChatPlaceholders",
            "showTwoFactor",
            "slimChatErrorUi",
            "logo",
            "logoDark",
            "favicon",
            "iconLogo",
            "appName",
            "footerText",
            "ogDescription",
            "chatErrorSupportMessage",
            "chatPlaceholders",
            "chatLinks",
        ],
    ),
    (
        "/api/organization/llm-settings",
        &[
            "compressionScope",
            "convertToolResultsToToon",
            "limitCleanupInterval",
        ],
    ),
    (
        "/api/organization/security-settings",
        &["globalToolPolicy", "allowChatFileUploads"],
    ),
    (
        "/api/organization/mcp-settings",
        &["mcpOauthAccessTokenLifetimeSeconds"],
    ),
];
