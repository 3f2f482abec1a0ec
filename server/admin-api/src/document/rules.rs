//! What handlers ask of a field beyond its type. The suite `api` sends what this allows and what it forbids, so that
//! neither side can drift.

use serde_json::{Map, Value, json};

use super::at;

use Rule::{Between, Least, Most, OneOf, OneOfNumbers, Pattern, Text, Texts};

enum Rule {
    /// Something to read, of this length at most.
    Text(u32),
    /// This many characters, whatever they are.
    Between(u32, u32),
    OneOf(&'static [&'static str]),
    OneOfNumbers(&'static [i64]),
    Pattern(&'static str),
    Least(i64),
    Most(i64),
    /// Each of a list is one of these.
    Texts(&'static [&'static str]),
}

/// Those that keys can be stored for.
const PROVIDERS: Rule = OneOf(&["openai", "anthropic", "gemini"]);
const TIMEFRAMES: Rule = OneOf(&[
    "5m", "15m", "30m", "1h", "24h", "7d", "30d", "90d", "12m", "all",
]);
const SCOPES: Rule = OneOf(&crate::agents::SCOPES);
const ENTITIES: Rule = OneOf(&["organization", "team", "agent"]);
const TEAM_ROLES: Rule = OneOf(&["member", "admin"]);
/// As `domain::pricing` reads it.
const PRICE: Rule = Pattern(r"^([0-9]{1,12}(\.[0-9]{0,6})?|\.[0-9]{1,6})$");
const WEB: Rule = Pattern("^https?://");
/// Longer ones end beyond the calendar of some clients.
const LONGEST_LIFE: i64 = 3_155_760_000;

const RULES: &[(&str, &str, Rule)] = &[
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
    ("CreateApiKey", "name", Text(100)),
    ("CreateApiKey", "expiresIn", Least(1)),
    ("CreateApiKey", "expiresIn", Most(LONGEST_LIFE)),
    ("CreatePrompt", "name", Text(200)),
    ("UpdatePrompt", "name", Text(200)),
    ("DefaultsInput", "action", Text(100)),
    ("ExternalGroupInput", "groupIdentifier", Text(500)),
    ("ImportInput", "text", Text(1_000_000)),
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
    ("ProviderKeyInput", "scope", SCOPES),
    (
        "RequestPatch",
        "status",
        OneOf(&["pending", "approved", "declined"]),
    ),
    ("RoleInput", "name", Pattern("^[a-z0-9_]{2,50}$")),
    ("ServiceAccountInput", "name", Text(200)),
    ("SignUp", "name", Text(200)),
    ("UpdateUser", "name", Text(200)),
    ("TeamInput", "name", Text(200)),
    ("TokenPriceInput", "provider", PROVIDERS),
    ("StartTurn", "model", Text(200)),
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
];

/// The same of what stands in a query.
const PARAMETERS: &[(&str, &str, Rule)] = &[
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
const NEEDED: &[(&str, &[&str])] = &[
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

pub(super) fn add(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    for (schema, field, rule) in RULES {
        let schema = schemas.get_mut(*schema);
        if let Some(field) = schema.and_then(|schema| property(schema, field)) {
            rule.put(field);
        }
    }
    let schemas = schemas.clone();
    for (path, name, rule) in PARAMETERS {
        let parameters = at(document, &["paths", path, "get", "parameters"]);
        let parameters = parameters.and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if parameter["name"] == *name {
                rule.put(&mut parameter["schema"]);
            }
        }
    }
    for (path, fields) in NEEDED {
        let body = [
            "paths",
            path,
            "post",
            "requestBody",
            "content",
            "application/json",
            "schema",
        ];
        let Some(body) = at(document, &body) else {
            continue;
        };
        if let Some(name) = body["$ref"]
            .as_str()
            .and_then(|name| name.rsplit('/').next())
        {
            let mut whole = schemas[name].clone();
            let given = fields.iter().filter_map(|field| {
                let described = property(&mut whole, field)?.clone();
                Some(((*field).to_owned(), never_null(described)))
            });
            let given: Map<_, _> = given.collect();
            *body = json!({ "allOf": [body, { "type": "object", "required": fields, "properties": given }] });
        }
    }
}

/// A field of a schema, or of one of the parts that it is made of.
fn property<'a>(schema: &'a mut Value, field: &str) -> Option<&'a mut Value> {
    if at(schema, &["properties", field]).is_some() {
        return at(schema, &["properties", field]);
    }
    let parts = schema.get_mut("allOf")?.as_array_mut()?;
    parts
        .iter_mut()
        .find_map(|part| part.get_mut("properties")?.get_mut(field))
}

fn never_null(mut field: Value) -> Value {
    let kind = field["type"]
        .as_array()
        .and_then(|kinds| kinds.first())
        .cloned();
    if let Some(kind) = kind {
        field["type"] = kind;
    }
    if let Some(values) = field.get_mut("enum").and_then(Value::as_array_mut) {
        values.retain(|value| !value.is_null());
    }
    field
}

impl Rule {
    fn put(&self, field: &mut Value) {
        match self {
            Text(longest) => {
                field["minLength"] = 1.into();
                field["maxLength"] = (*longest).into();
                // Not only blanks.
                field["pattern"] = "\\S".into();
            }
            Between(fewest, most) => {
                field["minLength"] = (*fewest).into();
                field["maxLength"] = (*most).into();
            }
            OneOf(values) => field["enum"] = among(values, &field["type"]),
            OneOfNumbers(values) => field["enum"] = among(values, &field["type"]),
            Pattern(pattern) => field["pattern"] = (*pattern).into(),
            Least(least) => field["minimum"] = (*least).into(),
            Most(most) => field["maximum"] = (*most).into(),
            Texts(values) => field["items"]["enum"] = among(values, &Value::Null),
        }
    }
}

fn among<T: Copy + Into<Value>>(values: &[T], kinds: &Value) -> Value {
    let mut all: Vec<Value> = values.iter().map(|value| (*value).into()).collect();
    if kinds
        .as_array()
        .is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
    {
        all.push(Value::Null);
    }
    Value::Array(all)
}
