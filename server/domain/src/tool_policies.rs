//! Rules about tools: whether a call is allowed, and how far its result is trusted. No model decides here.
//!
//! A rule has conditions, all of which have to hold; the one without any is the tool's default. Where several rules hold,
//! the strictest counts.

mod condition;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};
use uuid::Uuid;

pub use condition::{Condition, ConditionError, OPERATORS};

use condition::Facts;

/// What a rule of calls can say, in the words of the published contract.
pub const INVOCATION_ACTIONS: [&str; 4] = [
    "allow_when_context_is_untrusted",
    "block_when_context_is_untrusted",
    "block_always",
    "require_approval",
];
/// What a rule of results can say.
pub const RESULT_ACTIONS: [&str; 4] = [
    "mark_as_trusted",
    "mark_as_untrusted",
    "block_always",
    "sanitize_with_dual_llm",
];

/// In the `_meta` of a result: nobody vouches for what it says.
pub const UNTRUSTED: &str = "archestra/untrusted";

/// In the extensions of a call that the chat makes within this program: what it knows of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ChatCall {
    /// A person was asked, and agreed.
    pub approved: bool,
    /// Something in the conversation was read that nobody vouches for.
    pub untrusted: bool,
}

#[derive(Debug)]
struct Rule {
    conditions: Vec<Condition>,
    action: String,
    note: Option<String>,
}

impl Rule {
    /// None if it could not have been saved through the API.
    fn read(row: db::tool_policies::ToolPolicy) -> Option<Self> {
        match conditions(&row.conditions) {
            Ok(conditions) => Some(Self {
                conditions,
                action: row.action,
                note: row.note,
            }),
            Err(error) => {
                tracing::warn!(policy = %row.id, %error, "a tool policy can't be read, so it is not applied");
                None
            }
        }
    }

    fn is_default(&self) -> bool {
        self.conditions.is_empty()
    }
}

/// Conditions as they are written in a policy.
pub fn conditions(written: &Value) -> Result<Vec<Condition>, ConditionError> {
    let written = written.as_array().map(Vec::as_slice).unwrap_or_default();
    written.iter().map(Condition::read).collect()
}

/// The rules of one tool.
#[derive(Debug, Default)]
pub struct ToolRules {
    invocation: Vec<Rule>,
    result: Vec<Rule>,
}

/// What a call is made in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Something that nobody vouches for has been read.
    pub untrusted: bool,
    /// What no rule allows is refused in an untrusted context.
    pub restrictive: bool,
    pub external_agent_id: Option<&'a str>,
    pub team_ids: &'a [Uuid],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    NeedsApproval { why: Option<String> },
    Refused { why: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treatment {
    Trusted,
    Untrusted,
    /// Nobody sees it.
    Blocked {
        why: String,
    },
}

impl ToolRules {
    pub const fn none() -> Self {
        Self {
            invocation: Vec::new(),
            result: Vec::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        kind: db::tool_policies::Kind,
        row: db::tool_policies::ToolPolicy,
    ) {
        let rules = match kind {
            db::tool_policies::Kind::Invocation => &mut self.invocation,
            db::tool_policies::Kind::Result => &mut self.result,
        };
        rules.extend(Rule::read(row));
    }

    /// Whether calls have to be looked at.
    pub fn judges(&self, context: &Context<'_>) -> bool {
        !self.invocation.is_empty() || context.untrusted && context.restrictive
    }

    /// Whether results have to be looked at.
    pub fn treats(&self, restrictive: bool) -> bool {
        restrictive || !self.result.is_empty()
    }

    /// Whether a call with these arguments is allowed.
    pub fn judge(&self, arguments: &Value, context: &Context<'_>) -> Verdict {
        let facts = Facts {
            data: arguments,
            context: Some(context),
        };
        for rules in strata(&self.invocation, &facts) {
            if let Some(verdict) = strictest_verdict(&rules, context.untrusted) {
                return verdict;
            }
        }
        if context.untrusted && context.restrictive {
            return Verdict::Refused {
                why: "no policy allows it while the context is untrusted".to_owned(),
            };
        }
        Verdict::Allowed
    }

    /// How far the result of a call is trusted.
    pub fn treat(&self, result: &Value, restrictive: bool) -> Treatment {
        let data = data_of(result);
        let facts = Facts {
            data: &data,
            context: None,
        };
        for rules in strata(&self.result, &facts) {
            if let Some(treatment) = strictest_treatment(&rules) {
                return treatment;
            }
        }
        if restrictive {
            Treatment::Untrusted
        } else {
            Treatment::Trusted
        }
    }
}

/// The rules that hold: first those with conditions, then the default.
fn strata<'a>(rules: &'a [Rule], facts: &Facts<'_>) -> [Vec<&'a Rule>; 2] {
    let holds = |rule: &&Rule| {
        rule.conditions
            .iter()
            .all(|condition| condition.holds(facts))
    };
    let held: Vec<&Rule> = rules.iter().filter(holds).collect();
    let (defaults, specific) = held.into_iter().partition(|rule| rule.is_default());
    [specific, defaults]
}

fn strictest_verdict(rules: &[&Rule], untrusted: bool) -> Option<Verdict> {
    let of = |action: &str| rules.iter().find(|rule| rule.action == action);
    let refused = |rule: &Rule, why: &str| Verdict::Refused {
        why: rule.note.clone().unwrap_or_else(|| why.to_owned()),
    };
    if let Some(rule) = of("block_always") {
        return Some(refused(rule, "a policy blocks it"));
    }
    if let (Some(rule), true) = (of("block_when_context_is_untrusted"), untrusted) {
        return Some(refused(
            rule,
            "a policy blocks it while the context is untrusted",
        ));
    }
    if let Some(rule) = of("require_approval") {
        return Some(Verdict::NeedsApproval {
            why: rule.note.clone(),
        });
    }
    of("allow_when_context_is_untrusted").map(|_| Verdict::Allowed)
}

/// What is to be summarised by a second model counts as untrusted until that is there.
fn strictest_treatment(rules: &[&Rule]) -> Option<Treatment> {
    let of = |action: &str| rules.iter().find(|rule| rule.action == action);
    if let Some(rule) = of("block_always") {
        return Some(Treatment::Blocked {
            why: rule
                .note
                .clone()
                .unwrap_or_else(|| "a policy blocks it".to_owned()),
        });
    }
    if of("mark_as_untrusted")
        .or_else(|| of("sanitize_with_dual_llm"))
        .is_some()
    {
        return Some(Treatment::Untrusted);
    }
    of("mark_as_trusted").map(|_| Treatment::Trusted)
}

/// What paths of result policies lead into: the structured content, else JSON in the only text, else `{"text": …}`. A
/// member `value` stands for the whole.
fn data_of(result: &Value) -> Value {
    let texts = || -> Vec<&str> {
        let blocks = result["content"].as_array().map(Vec::as_slice);
        let blocks = blocks.unwrap_or_default().iter();
        blocks.filter_map(|block| block["text"].as_str()).collect()
    };
    let data = match (&result["structuredContent"], texts().as_slice()) {
        (structured @ Value::Object(_), _) => structured.clone(),
        (_, [only]) => serde_json::from_str(only)
            .ok()
            .filter(|data: &Value| data.is_object() || data.is_array())
            .unwrap_or_else(|| text_object(only)),
        (_, several) => text_object(&several.join("\n")),
    };
    match data {
        Value::Object(mut members) if members.contains_key("value") => {
            members.remove("value").unwrap_or_default()
        }
        data => data,
    }
}

fn text_object(text: &str) -> Value {
    Value::Object(Map::from_iter([("text".to_owned(), text.into())]))
}
