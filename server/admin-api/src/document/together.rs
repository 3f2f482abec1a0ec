//! What bodies need beyond single fields: which fields go together, and which exclude each other.

mod identity;

use domain::tool_policies::{INVOCATION_ACTIONS, RESULT_ACTIONS};
use serde_json::{Value, json};

use super::at;

/// Of a server elsewhere.
const ADDRESS: &str = "^https?://[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*(:[0-9]{1,4})?(/[!-z]*)?$";

const ID: &str = "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$";

pub(super) fn add(document: &mut Value) {
    identity::describe(&mut document["components"]["schemas"]);
    let schemas = document["components"]["schemas"].clone();
    for (method, path, rule) in rules() {
        let body = ["requestBody", "content", "application/json", "schema"];
        let place = [&["paths", path, method], &body[..]].concat();
        if let Some(schema) = at(document, &place) {
            let mut all = whole(schema, &schemas);
            add_part(&mut all, &rule);
            spell_ids(&mut all);
            *schema = all;
        }
    }
}

/// A schema with what it refers to, in one piece.
fn whole(schema: &Value, schemas: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.rsplit('/').next().unwrap_or_default();
        return whole(&schemas[target], schemas);
    }
    let Some(parts) = schema["allOf"].as_array() else {
        return schema.clone();
    };
    let mut all = json!({ "type": "object", "properties": {}, "required": [] });
    for part in parts {
        add_part(&mut all, &whole(part, schemas));
    }
    all
}

/// Beside alternatives, some generators look at a pattern only.
fn spell_ids(schema: &mut Value) {
    let fields = schema["properties"].as_object_mut().into_iter().flatten();
    for (_, field) in fields.filter(|(_, field)| field["format"] == "uuid") {
        field["pattern"] = ID.into();
    }
}

/// Its fields take the place of those of the same name.
pub(super) fn add_part(all: &mut Value, part: &Value) {
    for (name, value) in part.as_object().into_iter().flatten() {
        match (all.get_mut(name), value) {
            (Some(Value::Object(own)), Value::Object(more)) if name == "properties" => {
                own.extend(more.clone());
            }
            (Some(Value::Array(own)), Value::Array(more)) if name == "required" => {
                own.extend(more.clone());
            }
            _ => all[name] = value.clone(),
        }
    }
}

fn rules() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "post",
            "/api/prompts",
            any(&[&["userPrompt"], &["systemPrompt"]]),
        ),
        (
            "post",
            "/api/auth/sign-in/sso",
            any(&[&["providerId"], &["email"], &["domain"]]),
        ),
        ("post", "/api/mcp_server_installation_requests", asked_for()),
        ("post", "/api/identity-providers", protocol()),
        ("put", "/api/identity-providers/{id}", one_protocol()),
        ("post", "/api/internal_mcp_catalog", startable()),
        ("post", "/api/llm-provider-api-keys", usable_key()),
        ("patch", "/api/llm-provider-api-keys/{id}", changed_key()),
        ("post", "/api/llm-provider-api-keys/test", tried_key()),
        ("patch", "/api/organization/agent-settings", providers()),
        ("post", "/api/chat", said()),
        ("post", "/api/chat/conversations/{id}/turns", turn()),
        (
            "post",
            "/api/tool-invocation/bulk-default",
            action(&INVOCATION_ACTIONS),
        ),
        (
            "post",
            "/api/trusted-data-policies/bulk-default",
            action(&RESULT_ACTIONS),
        ),
    ]
}

/// One of these groups of texts is given.
fn any(groups: &[&[&str]]) -> Value {
    let groups: Vec<_> = groups.iter().map(|fields| with(fields)).collect();
    json!({ "anyOf": groups })
}

/// These texts are given, and not blank.
fn with(fields: &[&str]) -> Value {
    let text = json!({ "type": "string", "minLength": 1, "pattern": "\\S" });
    let fields_of = fields
        .iter()
        .map(|field| ((*field).to_owned(), text.clone()));
    let properties: serde_json::Map<_, _> = fields_of.collect();
    json!({ "required": fields, "properties": properties })
}

/// These are left out, or null.
fn without(mut whole: Value, fields: &[&str]) -> Value {
    for field in fields {
        whole["properties"][*field] = json!({ "type": "null" });
    }
    whole
}

fn asked_for() -> Value {
    let by_hand = json!({ "required": ["customServerConfig"], "properties": { "customServerConfig": { "type": "object" } } });
    json!({ "anyOf": [with(&["externalCatalogId"]), by_hand] })
}

fn providers() -> Value {
    let known = llm::providers::keyed_providers()
        .into_iter()
        .map(|provider| provider.id.into());
    let known: Vec<Value> = known.chain([Value::Null]).collect();
    json!({ "properties": { "defaultLlmProvider": { "enum": known } } })
}

fn protocol() -> Value {
    let one = |given: &str, other: &str| {
        let whole = json!({ "required": [given], "properties": { given: { "type": "object" } } });
        without(whole, &[other])
    };
    json!({ "anyOf": [one("oidcConfig", "samlConfig"), one("samlConfig", "oidcConfig")] })
}

/// Not both at once; what is left out stays.
fn one_protocol() -> Value {
    json!({ "anyOf": [without(json!({}), &["oidcConfig"]), without(json!({}), &["samlConfig"])] })
}

fn startable() -> Value {
    let local = |field: &str| {
        let config = with(&[field]);
        json!({ "required": ["localConfig"], "properties": {
            "serverType": { "const": "local" },
            "localConfig": { "allOf": [{ "type": "object" }, config] },
        } })
    };
    json!({ "anyOf": [
        { "properties": { "serverType": { "const": "builtin" } } },
        { "required": ["serverUrl"], "properties": { "serverType": { "const": "remote" }, "serverUrl": { "type": "string", "pattern": ADDRESS } } },
        local("command"),
        local("dockerImage"),
    ] })
}

const VAULT: [&str; 2] = ["vaultSecretPath", "vaultSecretKey"];

fn changed_key() -> Value {
    json!({ "anyOf": [without(json!({}), &VAULT), without(with(&VAULT), &["apiKey"])] })
}

fn usable_key() -> Value {
    json!({ "anyOf": usable_keys() })
}

fn usable_keys() -> [Value; 3] {
    [
        without(with(&["apiKey"]), &VAULT),
        without(with(&["baseUrl"]), &VAULT),
        without(with(&VAULT), &["apiKey"]),
    ]
}

/// One as it would be saved, or a saved one.
fn tried_key() -> Value {
    let new =
        json!({ "required": ["provider"], "properties": { "provider": { "type": "string" } } });
    let saved = json!({ "required": ["id"], "properties": { "id": { "type": "string" } } });
    let mut ways = usable_keys().to_vec();
    for way in &mut ways {
        add_part(way, &new);
    }
    ways.push(without(saved, &VAULT));
    json!({ "anyOf": ways })
}

fn turn() -> Value {
    let files = json!({ "required": ["attachmentIds"], "properties": { "attachmentIds": { "type": "array", "minItems": 1 } } });
    let again =
        json!({ "required": ["regenerate"], "properties": { "regenerate": { "type": "string" } } });
    json!({ "anyOf": [with(&["text"]), files, again] })
}

/// Something that a person said is among the messages.
fn said() -> Value {
    let text = json!({ "type": "object", "required": ["type", "text"], "properties": {
        "type": { "const": "text" }, "text": { "type": "string", "minLength": 1, "pattern": "\\S" } } });
    let file = json!({ "type": "object", "required": ["type", "url"], "properties": {
        "type": { "const": "file" },
        "url": { "type": "string", "format": "data-url", "description": "The file itself: `data:…;base64,…`." } } });
    let message = |role: &str, part: &Value| {
        json!({ "type": "object", "required": ["role", "parts"], "properties": {
            "role": { "const": role }, "parts": { "type": "array", "minItems": 1, "items": part } } })
    };
    let person = message("user", &json!({ "anyOf": [text, file] }));
    let model = message("assistant", &json!({ "type": "object" }));
    json!({ "properties": { "messages": {
        "type": "array", "minItems": 1, "items": { "anyOf": [person, model] }, "contains": person } } })
}

fn action(names: &[&str]) -> Value {
    json!({ "properties": { "action": { "enum": names } } })
}
