//! An example of every body, made from its schema and from values that its fields usually have.

use serde_json::{Map, Value, json};

use super::{at, together};

/// What most who write it give, though it is not needed.
const USUAL: [&str; 6] = [
    "name",
    "description",
    "role",
    "text",
    "userPrompt",
    "rememberMe",
];
/// Deep enough for every body; a schema that contains itself ends here.
const DEEPEST: usize = 8;

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
current-context: dev
clusters: [{name: dev, cluster: {server: https://kubernetes.example.com}}]
users: [{name: dev, user: {token: the-token}}]
contexts: [{name: dev, context: {cluster: dev, user: dev}}]
";

pub(super) fn add(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let examples = Examples {
        schemas: &schemas,
        is_request: false,
    };
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (_, item) in paths {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            if let Some(content) = at(operation, &["requestBody", "content"]) {
                Examples {
                    is_request: true,
                    ..examples
                }
                .fill(content);
            }
            for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
                if let Some(content) = response.get_mut("content") {
                    examples.fill(content);
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Examples<'a> {
    schemas: &'a Value,
    /// Of a request only what is needed or usual: the rest has defaults, and ids are other objects'.
    is_request: bool,
}

impl Examples<'_> {
    fn fill(&self, content: &mut Value) {
        let Some(body) = content.get_mut("application/json") else {
            return;
        };
        if body.get("example").is_none() {
            let example = self.of(&body["schema"], "", 0);
            body["example"] = example;
        }
    }

    fn of(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if let Some(given) = schema.get("example").or_else(|| schema.get("default")) {
            return given.clone();
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = reference.rsplit('/').next().unwrap_or_default();
            return self.of(&self.schemas[target], name, depth);
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let (Some(_), Some(first)) = (schema.get("properties"), schema["anyOf"].get(0)) {
            let mut chosen = schema.clone();
            chosen["anyOf"].take();
            together::add_part(&mut chosen, first);
            return self.of(&chosen, name, depth);
        }
        for choice in ["oneOf", "anyOf"] {
            let options = schema[choice].as_array().into_iter().flatten();
            if let Some(option) = options.into_iter().find(|option| option["type"] != "null") {
                return self.of(option, name, depth);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let wholes = parts.iter().map(|part| self.of(part, name, depth));
            let objects = wholes.filter_map(|whole| whole.as_object().cloned());
            return Value::Object(objects.flatten().collect());
        }
        self.of_type(schema, name, depth)
    }

    fn of_type(&self, schema: &Value, name: &str, depth: usize) -> Value {
        match kind(schema) {
            "object" if depth < DEEPEST => self.of_object(schema, depth),
            "object" => json!({}),
            "array" if depth < DEEPEST => {
                let item = self.of(&schema["items"], singular(name), depth + 1);
                let fewest = usize::try_from(schema["minItems"].as_u64().unwrap_or(1)).unwrap_or(1);
                Value::Array(vec![item; fewest.max(1)])
            }
            "array" => json!([]),
            "string" => string(schema, name),
            "boolean" => json!(true),
            "integer" => schema
                .get("minimum")
                .filter(|least| least.as_i64() > Some(1))
                .cloned()
                .unwrap_or(json!(1)),
            "number" => json!(0.5),
            _ => Value::Null,
        }
    }

    fn of_object(&self, schema: &Value, depth: usize) -> Value {
        let needed = schema["required"].as_array();
        let is_needed =
            |name: &str| needed.is_some_and(|needed| needed.iter().any(|field| field == name));
        let fields = schema["properties"].as_object().into_iter().flatten();
        let fields = fields.filter(|(name, _)| {
            !self.is_request || is_needed(name) || USUAL.contains(&name.as_str())
        });
        let described = fields.map(|(name, field)| (name.clone(), self.of(field, name, depth + 1)));
        Value::Object(described.collect::<Map<_, _>>())
    }
}

/// The type, or the first of several that is not null.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(types) => types
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or("null"),
        one => one.as_str().unwrap_or_default(),
    }
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

fn string(schema: &Value, name: &str) -> Value {
    let text = match schema["format"].as_str() {
        Some("uuid") => "0198f3c4-7a1e-7c55-9b1d-3f0a5d2c8e41",
        Some("date-time") => "2026-01-15T12:00:00Z",
        Some("date") => "2026-01-15",
        Some("uri") => "https://example.com/",
        Some("email") => "person@example.com",
        Some("kubeconfig") => KUBECONFIG,
        Some("mcp-configuration") => "npx -y @modelcontextprotocol/server-everything",
        Some("data-url") => "data:text/plain;base64,SGVsbG8=",
        _ => usual(name),
    };
    let fewest = usize::try_from(schema["minLength"].as_u64().unwrap_or(0)).unwrap_or(0);
    Value::String(format!("{text:-<fewest$}"))
}

/// What a field of this name usually holds.
fn usual(name: &str) -> &'static str {
    match name {
        "id" | "userId" | "ownerId" | "authorId" => "0198f3c4-7a1e-7c55-9b1d-3f0a5d2c8e41",
        "name" => "Support",
        "email" => "person@example.com",
        "description" => "Answers questions of customers.",
        "role" => "member",
        "provider" => "openai",
        "model" | "modelId" => "gpt-4o-mini",
        "url" | "serverUrl" | "baseUrl" | "docsUrl" => "https://example.com/mcp",
        "command" => "npx",
        "message" => "Done.",
        "password" | "newPassword" | "currentPassword" => "a long and good password",
        "key" => "key",
        "value" => "value",
        _ => "text",
    }
}
