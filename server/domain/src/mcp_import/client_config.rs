//! The configuration files of MCP clients: Claude, Cursor, VS Code, Windsurf, Gemini CLI and others in JSON, Codex in TOML.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::draft::{Imported, Inputs};
use super::{Format, ImportError, Review, command, server_json};

/// Any JSON that describes servers.
pub(super) fn json(value: &Value) -> Result<Review, ImportError> {
    if let Some(servers) = server_json::read(value)? {
        return Ok(Review {
            format: Format::ServerJson,
            servers,
        });
    }
    let inputs = inputs(&value["inputs"]);
    let known = [
        (&value["mcpServers"], Format::McpServers),
        (&value["servers"], Format::VsCode),
        (&value["mcp"]["servers"], Format::VsCode),
        (&value["mcp"]["mcpServers"], Format::McpServers),
        (&value["context_servers"], Format::McpServers),
        (&value["amp.mcpServers"], Format::McpServers),
        (&value["mcp"], Format::McpServers),
    ];
    let found = known
        .iter()
        .find_map(|(value, format)| value.as_object().map(|map| (map, *format)));
    if let Some((map, format)) = found {
        return many(map, &inputs, format);
    }
    let Some(map) = value.as_object() else {
        return Err(ImportError::Unrecognised);
    };
    if describes_a_server(value) {
        let name = map.get("name").and_then(Value::as_str);
        let server = one(name, value, &inputs)?;
        return Ok(Review {
            format: Format::McpServers,
            servers: vec![server],
        });
    }
    // The inside of `mcpServers`, without its name.
    if !map.is_empty() && map.values().all(describes_a_server) {
        return many(map, &inputs, Format::McpServers);
    }
    Err(ImportError::Unrecognised)
}

fn describes_a_server(value: &Value) -> bool {
    ["command", "url", "serverUrl", "httpUrl"]
        .iter()
        .any(|key| !value[*key].is_null())
}

fn many(map: &Map<String, Value>, inputs: &Inputs, format: Format) -> Result<Review, ImportError> {
    let servers = map
        .iter()
        .map(|(name, value)| one(Some(name), value, inputs))
        .collect::<Result<_, _>>()?;
    Ok(Review { format, servers })
}

/// VS Code's `inputs`: what its placeholders ask for.
fn inputs(value: &Value) -> Inputs {
    let describe = |input: &Value| {
        let id = input["id"].as_str()?.to_owned();
        let about = input["description"].as_str().map(str::to_owned);
        Some((id, (about, input["password"] == true)))
    };
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(describe)
        .collect()
}

/// One entry, whatever its client calls the parts.
pub(super) fn one(
    name: Option<&str>,
    value: &Value,
    inputs: &Inputs,
) -> Result<Imported, ImportError> {
    let address = ["url", "serverUrl", "httpUrl"]
        .iter()
        .find_map(|key| value[*key].as_str());
    let mut server = if let Some(address) = address {
        // The address is judged with what the file says of its placeholders, so it is read again below.
        Imported::remote(name, address)?
    } else {
        let words = words_of(value);
        if words.first().is_none_or(|word| word.trim().is_empty()) {
            let name = name
                .unwrap_or("(without a name)")
                .chars()
                .take(60)
                .collect();
            return Err(ImportError::NothingToStart { name });
        }
        command::read(name, &words)?
    };
    server.inputs.clone_from(inputs);
    if address.is_some() {
        for (name, value) in texts(&value["headers"]).chain(texts(&value["http_headers"])) {
            server.header(&name, &value);
        }
        for (name, _) in texts(&value["env_http_headers"]) {
            server.header_question(&name, None, true);
        }
        if value["bearer_token_env_var"].is_string() {
            server.bearer();
        }
    } else {
        let nested = &value["command"]["env"];
        for (key, value) in texts(&value["env"])
            .chain(texts(&value["environment"]))
            .chain(texts(nested))
        {
            server.environment(&key, &value);
        }
        for key in value["env_vars"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            server.asked(key);
        }
    }
    mind(&mut server, value);
    Ok(server)
}

fn mind(server: &mut Imported, value: &Value) {
    if value["type"] == "sse" || value["transport"] == "sse" {
        server.warn("It is described as an HTTP+SSE server, the old transport. If it has a Streamable HTTP address, use that.");
    }
    if value["disabled"] == true || value["enabled"] == false {
        server.warn("It is switched off in the file it comes from.");
    }
    if value["envFile"].is_string() {
        server.warn("Its file of variables was not read. Add the variables it needs.");
    }
    if value["cwd"].is_string() {
        server.warn("Its working directory was left out: the container has its own.");
    }
    if let Some(about) = value["description"].as_str() {
        server.item.description = Some(about.chars().take(500).collect());
    }
}

/// Command and arguments; some clients write them as one list, some as an object.
fn words_of(value: &Value) -> Vec<String> {
    let command = &value["command"];
    let (first, rest) = match command {
        Value::Object(_) => (&command["path"], &command["args"]),
        _ => (command, &value["args"]),
    };
    let list = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(text)
            .collect()
    };
    let mut words = text(first).map_or_else(|| list(first), |word| vec![word]);
    words.extend(list(rest));
    words
}

fn texts(value: &Value) -> impl Iterator<Item = (String, String)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), text(value)?)))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        _ => None,
    }
}

/// Codex's `config.toml`.
pub(super) fn codex(text: &str) -> Result<Vec<Imported>, ImportError> {
    // The error as a whole would quote the line it happened in.
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        ImportError::Toml(
            error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        )
    })?;
    let servers = table.get("mcp_servers").and_then(toml::Value::as_table);
    let servers = servers.ok_or(ImportError::Unrecognised)?;
    servers
        .iter()
        .map(|(name, value)| {
            let value = serde_json::to_value(value).map_err(|_| ImportError::Unrecognised)?;
            one(Some(name), &value, &HashMap::new())
        })
        .collect()
}
