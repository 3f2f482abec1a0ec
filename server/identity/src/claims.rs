//! What a provider says of a person, under the names that the administrator gave.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// Somebody, as a provider knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// What the provider never gives to somebody else.
    pub subject: String,
    pub email: Option<String>,
    /// Unknown where the provider does not say.
    pub email_verified: Option<bool>,
    pub name: Option<String>,
    /// Everything the provider said, for rules.
    pub claims: Map<String, Value>,
}

/// Which claim means what; without a name, the standard's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    pub id: Option<String>,
    pub email: Option<String>,
    pub email_verified: Option<String>,
    pub name: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// Further names for claims, for rules: ours to the provider's.
    #[serde(default)]
    pub extra_fields: BTreeMap<String, String>,
}

impl Mapping {
    /// `subject`: the name of the claim that identifies.
    pub(crate) fn identity(
        &self,
        subject: &str,
        mut claims: Map<String, Value>,
    ) -> Result<Identity> {
        for (ours, theirs) in &self.extra_fields {
            if let Some(value) = claims.get(theirs).cloned() {
                claims.insert(ours.clone(), value);
            }
        }
        let id = named(self.id.as_ref(), subject);
        let subject = text(&claims, id).ok_or_else(|| {
            Error::provider(format!(
                "it sent no `{id}`, which says who somebody is. Ask for it, or name another claim in the mapping (id)"
            ))
        })?;
        let email = text(&claims, named(self.email.as_ref(), "email"));
        let verified = named(self.email_verified.as_ref(), "email_verified");
        Ok(Identity {
            subject,
            email: email.filter(|email| email.contains('@')),
            email_verified: claims.get(verified).and_then(truth),
            name: self.person(&claims),
            claims,
        })
    }

    fn person(&self, claims: &Map<String, Value>) -> Option<String> {
        let first = text(claims, named(self.first_name.as_ref(), "given_name"));
        let last = text(claims, named(self.last_name.as_ref(), "family_name"));
        let parts = [first, last].into_iter().flatten().collect::<Vec<_>>();
        text(claims, named(self.name.as_ref(), "name"))
            .or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
            .or_else(|| text(claims, "preferred_username"))
            .or_else(|| text(claims, "login"))
    }
}

fn named<'a>(given: Option<&'a String>, standard: &'a str) -> &'a str {
    given
        .map(String::as_str)
        .filter(|name| !name.is_empty())
        .unwrap_or(standard)
}

/// A text, a number, or the first of several.
fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    match claims.get(name)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(several) => several.first()?.as_str().map(str::to_owned),
        _ => None,
    }
}

/// Some providers send the truth as text.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text == "true" || text == "1" => Some(true),
        Value::String(text) if text == "false" || text == "0" => Some(false),
        _ => None,
    }
}
