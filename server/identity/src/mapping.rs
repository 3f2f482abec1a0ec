//! Rules that an administrator writes over what a provider says: which role somebody gets, and which groups they are in.

mod questions;
#[cfg(test)]
mod tests;

use handlebars::{Handlebars, no_escape};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Error, Result};

type Claims = Map<String, Value>;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleMapping {
    #[serde(default)]
    pub rules: Vec<Rule>,
    pub default_role: Option<String>,
    /// Whoever matches no rule may not sign in.
    #[serde(default)]
    pub strict_mode: bool,
    /// The role is set at the first sign-in, and people's from then on.
    #[serde(default)]
    pub skip_role_sync: bool,
}

/// A Handlebars template; it matches if it renders to anything.
#[derive(Debug, Clone, Deserialize)]
pub struct Rule {
    pub expression: String,
    pub role: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamSync {
    pub enabled: Option<bool>,
    pub groups_expression: Option<String>,
}

/// What the rules make of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role<'a> {
    /// By the rule of this number, from one.
    Rule(usize, &'a str),
    Default(&'a str),
    /// In strict mode, without a rule that matches.
    None,
}

impl RoleMapping {
    /// Whether every rule can be read.
    pub fn check(&self) -> Result<()> {
        for (index, rule) in self.rules.iter().enumerate() {
            parse(&rule.expression).map_err(|cause| {
                Error::settings(format!(
                    "the expression of rule {} can't be read: {cause}",
                    index + 1
                ))
            })?;
        }
        Ok(())
    }

    /// The first rule that matches. A rule that fails on these claims does not match.
    pub fn role(&self, claims: &Claims) -> Role<'_> {
        for (index, rule) in self.rules.iter().enumerate() {
            let rendered = render(&rule.expression, claims).unwrap_or_default();
            if !rendered.trim().is_empty() {
                return Role::Rule(index + 1, &rule.role);
            }
        }
        if self.strict_mode {
            return Role::None;
        }
        Role::Default(self.default_role.as_deref().unwrap_or("member"))
    }
}

impl TeamSync {
    pub fn is_on(&self) -> bool {
        self.enabled.unwrap_or(true)
    }

    pub fn check(&self) -> Result<()> {
        let Some(expression) = self.expression() else {
            return Ok(());
        };
        parse(expression).map_err(|cause| {
            Error::settings(format!("the groups expression can't be read: {cause}"))
        })
    }

    /// The groups somebody is in, as the provider names them.
    pub fn groups(&self, claims: &Claims) -> Result<Vec<String>> {
        let Some(expression) = self.expression() else {
            return Ok(usual_groups(claims));
        };
        let rendered = render(expression, claims).map_err(|cause| {
            Error::settings(format!(
                "the groups expression failed on these claims: {cause}"
            ))
        })?;
        Ok(list(rendered.trim()))
    }

    fn expression(&self) -> Option<&str> {
        self.groups_expression
            .as_deref()
            .filter(|text| !text.trim().is_empty())
    }
}

/// Where providers put groups when nobody says where.
fn usual_groups(claims: &Claims) -> Vec<String> {
    const NAMES: [&str; 8] = [
        "groups",
        "group",
        "memberOf",
        "member_of",
        "roles",
        "role",
        "teams",
        "team",
    ];
    let found = NAMES.iter().find_map(|name| claims.get(*name));
    match found {
        Some(Value::Array(values)) => values.iter().filter_map(name_of).collect(),
        Some(Value::String(text)) => list(text),
        _ => Vec::new(),
    }
}

/// A JSON array, or names with commas between them.
fn list(text: &str) -> Vec<String> {
    if let Ok(values) = serde_json::from_str::<Vec<Value>>(text) {
        return values.iter().filter_map(name_of).collect();
    }
    let names = text.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn name_of(value: &Value) -> Option<String> {
    let name = value.as_str().or_else(|| value["name"].as_str())?;
    Some(name.to_owned())
}

fn engine() -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    // What is rendered is compared, not shown.
    engine.register_escape_fn(no_escape);
    questions::register(&mut engine);
    engine
}

fn parse(expression: &str) -> std::result::Result<(), String> {
    let parsed = handlebars::Template::compile(expression);
    parsed.map(|_| ()).map_err(|error| error.to_string())
}

fn render(expression: &str, claims: &Claims) -> std::result::Result<String, String> {
    let rendered = engine().render_template(expression, claims);
    rendered.map_err(|error| error.to_string())
}
