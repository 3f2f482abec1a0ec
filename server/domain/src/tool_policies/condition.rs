//! One condition of a policy: a path, an operator and a value.

use regex::Regex;
use serde_json::Value;

use super::Context;

/// As the API lists them: the word, and how people read it.
pub const OPERATORS: [(&str, &str); 7] = [
    ("equal", "Equals"),
    ("notEqual", "Does not equal"),
    ("contains", "Contains"),
    ("notContains", "Does not contain"),
    ("startsWith", "Starts with"),
    ("endsWith", "Ends with"),
    ("regex", "Matches the regular expression"),
];

/// A pattern may take so much memory once it is compiled.
const LARGEST_PATTERN: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum ConditionError {
    #[error("a condition has a key, an operator and a value, all of them texts")]
    Shape,
    #[error(
        "a condition's key can't be empty: name the argument, for example `to` or `user.email`"
    )]
    NoKey,
    #[error(
        "operator is one of equal, notEqual, contains, notContains, startsWith, endsWith, regex, not \"{0}\""
    )]
    Operator(String),
    #[error("the pattern of \"{key}\" is no regular expression: {cause}")]
    Pattern { key: String, cause: String },
}

#[derive(Debug)]
pub struct Condition {
    key: String,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equal(String),
    NotEqual(String),
    Contains(String),
    NotContains(String),
    StartsWith(String),
    EndsWith(String),
    Regex(Regex),
}

/// What conditions are compared with.
pub(super) struct Facts<'a> {
    pub(super) data: &'a Value,
    pub(super) context: Option<&'a Context<'a>>,
}

impl Condition {
    pub(super) fn read(written: &Value) -> Result<Self, ConditionError> {
        let part = |name: &str| written[name].as_str().ok_or(ConditionError::Shape);
        let (key, operator, value) = (part("key")?, part("operator")?, part("value")?);
        if key.trim().is_empty() {
            return Err(ConditionError::NoKey);
        }
        let owned = value.to_owned();
        let test = match operator {
            "equal" => Test::Equal(owned),
            "notEqual" => Test::NotEqual(owned),
            "contains" => Test::Contains(owned),
            "notContains" => Test::NotContains(owned),
            "startsWith" => Test::StartsWith(owned),
            "endsWith" => Test::EndsWith(owned),
            "regex" => Test::Regex(pattern(key, value)?),
            other => return Err(ConditionError::Operator(other.to_owned())),
        };
        Ok(Self {
            key: key.to_owned(),
            test,
        })
    }

    /// What is not there meets no condition, not even a negative one.
    pub(super) fn holds(&self, facts: &Facts<'_>) -> bool {
        if let (Some(name), Some(context)) = (self.key.strip_prefix("context."), facts.context) {
            return self.holds_in(name, context);
        }
        let mut found = Vec::new();
        let is_whole = walk(facts.data, &self.key, &mut found);
        is_whole && !found.is_empty() && found.into_iter().all(|value| self.test.passes(value))
    }

    fn holds_in(&self, name: &str, context: &Context<'_>) -> bool {
        match name {
            "externalAgentId" => {
                let id = context.external_agent_id;
                id.is_some_and(|id| self.test.passes(&Value::from(id)))
            }
            "teamIds" => {
                let teams = context.team_ids.iter();
                let teams: Vec<Value> = teams.map(|team| team.to_string().into()).collect();
                self.test.passes(&Value::Array(teams))
            }
            _ => false,
        }
    }
}

/// The engine's time grows with the text alone, whatever the pattern.
fn pattern(key: &str, value: &str) -> Result<Regex, ConditionError> {
    let mut builder = regex::RegexBuilder::new(value);
    let built = builder.size_limit(LARGEST_PATTERN).build();
    built.map_err(|error| ConditionError::Pattern {
        key: key.to_owned(),
        cause: error
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned(),
    })
}

/// Collects what a dotted path leads to; `items[*].name` means each item. False if an item lacks it: with a star, all have
/// to match.
fn walk<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) -> bool {
    // An argument's name may have dots itself.
    if let Some(value) = value.get(path) {
        found.push(value);
        return true;
    }
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, is_each) = match step.strip_suffix("[*]") {
        Some(name) => (name, true),
        None => (step, false),
    };
    let inner = if name.is_empty() && is_each {
        Some(value)
    } else {
        member(value, name)
    };
    let Some(inner) = inner else { return false };
    let mut go_on = |value: &'a Value| {
        if rest.is_empty() {
            found.push(value);
            return true;
        }
        walk(value, rest, found)
    };
    match (is_each, inner) {
        (false, inner) => go_on(inner),
        (true, Value::Array(items)) => items.iter().all(go_on),
        (true, _) => false,
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    }
}

impl Test {
    fn passes(&self, value: &Value) -> bool {
        if let Value::Array(items) = value {
            let has = |wanted: &String| items.iter().any(|item| text(item) == *wanted);
            match self {
                Self::Contains(wanted) => return has(wanted),
                Self::NotContains(wanted) => return !has(wanted),
                _ => {}
            }
        }
        let text = text(value);
        match self {
            Self::Equal(wanted) => text == *wanted,
            Self::NotEqual(wanted) => text != *wanted,
            Self::Contains(wanted) => text.contains(wanted.as_str()),
            Self::NotContains(wanted) => !text.contains(wanted.as_str()),
            Self::StartsWith(wanted) => text.starts_with(wanted.as_str()),
            Self::EndsWith(wanted) => text.ends_with(wanted.as_str()),
            Self::Regex(pattern) => pattern.is_match(&text),
        }
    }
}

/// What is no text is compared as its JSON.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
