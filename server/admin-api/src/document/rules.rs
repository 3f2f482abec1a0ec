//! What handlers ask of a field beyond its type. The suite `api` sends what this allows and what it forbids, so that
//! neither side can drift.

mod tables;

use serde_json::{Map, Value, json};

use super::at;
use tables::{NEEDED, PARAMETERS, RULES};

use Rule::{Between, Format, Least, Most, OneOf, OneOfNumbers, Pattern, Permissions, Text, Texts};

enum Rule {
    /// Something to read, of this length at most.
    Text(u32),
    /// This many characters, whatever they are.
    Between(u32, u32),
    OneOf(&'static [&'static str]),
    OneOfNumbers(&'static [i64]),
    Pattern(&'static str),
    /// A text in a language of its own.
    Format(&'static str),
    Least(i64),
    Most(i64),
    /// Each of a list is one of these.
    Texts(&'static [&'static str]),
    /// Resource → actions.
    Permissions,
}

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
            Format(format) => field["format"] = (*format).into(),
            Least(least) => field["minimum"] = (*least).into(),
            Most(most) => field["maximum"] = (*most).into(),
            Permissions => {
                let resources = domain::access::RESOURCES.into_iter().map(|resource| {
                    let actions = resource.actions().iter().map(|action| action.name());
                    let actions: Vec<_> = actions.collect();
                    let list = json!({ "type": "array", "items": { "enum": actions } });
                    (resource.name().to_owned(), list)
                });
                field["properties"] = Value::Object(resources.collect());
                field["additionalProperties"] = false.into();
            }
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
