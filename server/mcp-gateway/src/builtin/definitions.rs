//! What the server's own tools say of themselves.

use std::sync::LazyLock;

use mcp::object::raw;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{PREFIX, RUN_TOOL, SEARCH_TOOLS};

static ALL: LazyLock<Vec<(String, Box<RawValue>)>> = LazyLock::new(|| {
    let reading = [
        whoami(),
        get_profile(),
        usage(),
        search_registry(),
        servers(),
        server_tools(),
        search_tools(),
    ];
    let changing = [
        run_tool(),
        create_profile(),
        assign(),
        request_installation(),
    ];
    let hinted = reading
        .into_iter()
        .map(|tool| (tool, true))
        .chain(changing.into_iter().map(|tool| (tool, false)));
    let mut all: Vec<_> = hinted.map(|(tool, reads)| defined(&tool, reads)).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
});

/// In the order of their names. `progressive`: only those that find and run others.
pub(crate) fn definitions(progressive: bool) -> impl Iterator<Item = Box<RawValue>> {
    ALL.iter()
        .filter(move |(name, _)| !progressive || name == SEARCH_TOOLS || name == RUN_TOOL)
        .map(|(_, definition)| definition.clone())
}

pub(super) fn exist(name: &str) -> bool {
    ALL.iter().any(|(known, _)| known == name)
}

struct Tool {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    properties: Value,
    required: &'static [&'static str],
}

fn defined(tool: &Tool, reads: bool) -> (String, Box<RawValue>) {
    let name = format!("{PREFIX}{}", tool.name);
    let definition = raw(&json!({
        "name": name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": {
            "type": "object",
            "properties": tool.properties,
            "required": tool.required,
        },
        "annotations": { "readOnlyHint": reads },
    }));
    (name, definition)
}

fn whoami() -> Tool {
    Tool {
        name: "whoami",
        title: "Who am I",
        description: "The agent behind this gateway URL, and the person or token that calls it.",
        properties: json!({}),
        required: &[],
    }
}

fn get_profile() -> Tool {
    Tool {
        name: "get_profile",
        title: "Get an agent",
        description: "An agent (profile) by its id or slug, with its labels and the number of its tools. Without an id: this one.",
        properties: json!({ "id": { "type": "string", "description": "The agent's id or slug" } }),
        required: &[],
    }
}

fn usage() -> Tool {
    Tool {
        name: "get_profile_token_usage",
        title: "Token usage of agents",
        description: "Model calls, tokens and cost per agent over the last days.",
        properties: json!({ "days": { "type": "integer", "minimum": 1, "maximum": 90, "default": 30 } }),
        required: &[],
    }
}

fn search_registry() -> Tool {
    Tool {
        name: "search_private_mcp_registry",
        title: "Search the registry",
        description: "MCP servers in this organization's registry, by words in their name or description.",
        properties: json!({ "query": { "type": "string", "description": "Words to look for; empty for all" } }),
        required: &[],
    }
}

fn servers() -> Tool {
    Tool {
        name: "get_mcp_servers",
        title: "Installed servers",
        description: "The installed MCP servers that this caller may use, with their status.",
        properties: json!({}),
        required: &[],
    }
}

fn server_tools() -> Tool {
    Tool {
        name: "get_mcp_server_tools",
        title: "Tools of a server",
        description: "The tools of an installed MCP server, with the ids that bulk_assign_tools_to_profiles takes.",
        properties: json!({ "mcpServerId": { "type": "string", "description": "An id from get_mcp_servers" } }),
        required: &["mcpServerId"],
    }
}

fn search_tools() -> Tool {
    Tool {
        name: "search_tools",
        title: "Search tools",
        description: "Find tools of this agent by what they do. Returns their names and input schemas for run_tool.",
        properties: json!({
            "query": { "type": "string", "description": "Words that describe what you want to do" },
            "limit": { "type": "integer", "minimum": 1, "maximum": 50, "default": 10 },
        }),
        required: &["query"],
    }
}

fn run_tool() -> Tool {
    Tool {
        name: "run_tool",
        title: "Run a tool",
        description: "Run one of this agent's tools by the name that search_tools returned.",
        properties: json!({
            "name": { "type": "string", "description": "The tool's name" },
            "arguments": { "type": "object", "description": "Arguments by the tool's input schema" },
        }),
        required: &["name"],
    }
}

fn create_profile() -> Tool {
    Tool {
        name: "create_profile",
        title: "Create an agent",
        description: "Create an agent (profile). Returns its id and gateway URL.",
        properties: json!({ "name": { "type": "string" }, "description": { "type": "string" } }),
        required: &["name"],
    }
}

fn assign() -> Tool {
    Tool {
        name: "bulk_assign_tools_to_profiles",
        title: "Assign tools",
        description: "Assign tools to agents. Credentials are chosen by who calls, unless a server is named.",
        properties: json!({
            "assignments": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "profileId": { "type": "string" },
                        "toolId": { "type": "string" },
                        "mcpServerId": { "type": "string", "description": "Always use this installation" },
                    },
                    "required": ["profileId", "toolId"],
                },
            },
        }),
        required: &["assignments"],
    }
}

fn request_installation() -> Tool {
    Tool {
        name: "create_mcp_server_installation_request",
        title: "Ask for a server",
        description: "Ask the administrators to add an MCP server: one of the public catalogue, or your own configuration.",
        properties: json!({
            "externalCatalogId": { "type": "string" },
            "customServerConfig": { "type": "object" },
            "requestReason": { "type": "string" },
        }),
        required: &["requestReason"],
    }
}
