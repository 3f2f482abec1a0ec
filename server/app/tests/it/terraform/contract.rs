//! The contract's facts, and whether an answer keeps them, as strictly as the provider's client reads it.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

#[derive(Deserialize)]
pub(super) struct Contract {
    operations: BTreeMap<String, Operation>,
    /// Members are kinds (`text`, `int`, …, with `?` where null may stand), lists of one shape, maps (`*`) or objects;
    /// an object with the one member `?` may be null as a whole.
    shapes: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Operation {
    /// Method and path.
    call: String,
    answer: Option<String>,
    /// Paths of members that the provider reads; `[]` is each item.
    #[serde(default)]
    has: Vec<String>,
}

pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
}

impl Contract {
    pub(super) fn read() -> Self {
        serde_json::from_str(include_str!("contract.json")).unwrap()
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &String> {
        self.operations.keys()
    }

    fn operation(&self, name: &str) -> &Operation {
        let found = self.operations.get(name);
        found.unwrap_or_else(|| panic!("the contract has no operation {name}"))
    }

    /// The path with its places filled in, in order, and what is left as its query.
    pub(super) fn call(&self, name: &str, places: &[&str]) -> Call {
        let (method, template) = self.operation(name).call.split_once(' ').unwrap();
        let mut places = places.iter();
        let segments = template.split('/').map(|segment| {
            let place = if segment.starts_with('{') {
                places.next().copied()
            } else {
                None
            };
            place.unwrap_or(segment).to_owned()
        });
        let path = segments.collect::<Vec<_>>().join("/");
        let query = places.next().copied().unwrap_or_default();
        Call {
            method: method.to_owned(),
            path: format!("{path}{query}"),
        }
    }

    /// What is wrong with an answer.
    pub(super) fn fault(&self, name: &str, answer: &Value) -> Option<String> {
        let operation = self.operation(name);
        let missing = operation.has.iter().find(|path| !has(answer, path));
        if let Some(path) = missing {
            return Some(format!("{path} is missing"));
        }
        let shape = &self.shapes[operation.answer.as_ref()?];
        fault(answer, shape, "answer")
    }
}

fn has(value: &Value, path: &str) -> bool {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, is_each) = match step.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (step, false),
    };
    let inner = if name.is_empty() {
        Some(value)
    } else {
        value.get(name)
    };
    let Some(inner) = inner else { return false };
    match (is_each, rest) {
        (false, "") => true,
        (false, rest) => has(inner, rest),
        (true, rest) => inner
            .as_array()
            .is_some_and(|items| items.iter().all(|item| rest.is_empty() || has(item, rest))),
    }
}

fn fault(value: &Value, shape: &Value, place: &str) -> Option<String> {
    match shape {
        Value::String(kind) => {
            let (kind, may_be_null) = match kind.strip_suffix('?') {
                Some(kind) => (kind, true),
                None => (kind.as_str(), false),
            };
            let is_right = may_be_null && value.is_null() || is(value, kind);
            (!is_right).then(|| format!("{place} is {value}, not {kind}"))
        }
        Value::Array(item) => match value.as_array() {
            Some(values) => values
                .iter()
                .enumerate()
                .find_map(|(index, value)| fault(value, &item[0], &format!("{place}[{index}]"))),
            None => Some(format!("{place} is {value}, not a list")),
        },
        Value::Object(members) => match (members.get("?"), members.get("*")) {
            (Some(_), _) if value.is_null() => None,
            (Some(inner), _) => fault(value, inner, place),
            (None, Some(each)) => in_object(value, |_| Some(each), place),
            (None, None) => in_object(value, |name| members.get(name), place),
        },
        _ => None,
    }
}

/// The client ignores members it does not know.
fn in_object<'s>(
    value: &Value,
    shape_of: impl Fn(&str) -> Option<&'s Value>,
    place: &str,
) -> Option<String> {
    let Some(members) = value.as_object() else {
        return Some(format!("{place} is {value}, not an object"));
    };
    members
        .iter()
        .find_map(|(name, value)| fault(value, shape_of(name)?, &format!("{place}.{name}")))
}

fn is(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    match kind {
        "any" => true,
        "text" => text.is_some(),
        "bool" => value.is_boolean(),
        "number" => value.is_number(),
        "int" => value.is_i64() || value.is_u64(),
        "uuid" => text.is_some_and(|text| Uuid::parse_str(text).is_ok()),
        "time" => text.is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok()),
        other => panic!("no such kind: {other}"),
    }
}
