//! Which calls go to a cheaper model of the same provider, as people wrote it down.

#[cfg(test)]
mod tests;

use db::optimization_rules::OptimizationRule as Row;
use llm::usage::Usage;
use serde::Deserialize;
use uuid::Uuid;

use crate::snapshot::Snapshot;

#[derive(Debug, PartialEq, Eq)]
pub struct OptimizationRule {
    pub id: Uuid,
    pub provider: String,
    pub target_model: String,
    conditions: Vec<Condition>,
}

/// Exactly one of the two is given.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition {
    max_length: Option<u64>,
    has_tools: Option<bool>,
}

/// What conditions ask about a request.
#[derive(Debug, Clone, Copy)]
pub struct Prompt {
    /// In tokens, as `llm` estimates them.
    pub length: u64,
    pub has_tools: bool,
}

/// Equal parts of a prompt and an answer, to compare prices by.
const SAMPLE: Usage = Usage {
    input: 1_000,
    output: 1_000,
    cache_read: 0,
    cache_write: 0,
    cache_write_1h: 0,
    reasoning: 0,
};

impl OptimizationRule {
    /// None if it is switched off, or says what we do not understand: better dear than wrong.
    pub(crate) fn from_row(row: Row) -> Option<Self> {
        let conditions = serde_json::from_value(row.conditions).ok()?;
        row.enabled.then_some(Self {
            id: row.id,
            provider: row.provider,
            target_model: row.target_model,
            conditions,
        })
    }

    fn fits(&self, prompt: Prompt) -> bool {
        self.conditions.iter().all(|condition| {
            condition
                .max_length
                .is_none_or(|most| prompt.length <= most)
                && condition
                    .has_tools
                    .is_none_or(|has| prompt.has_tools == has)
        })
    }
}

/// The rule for a call of `model`: the first that fits, of the agent, its teams or the organization. None if it names this
/// model already, or one that is known to cost more. `prompt` is read only if there are rules.
pub fn choose<'a>(
    snapshot: &'a Snapshot,
    agent: Option<Uuid>,
    provider: &str,
    model: &str,
    prompt: impl FnOnce() -> Prompt,
) -> Option<&'a OptimizationRule> {
    let rules = snapshot.optimization_rules(agent);
    let mut rules = rules.filter(|rule| rule.provider == provider).peekable();
    rules.peek()?;
    let prompt = prompt();
    let rule = rules.find(|rule| rule.fits(prompt))?;
    let cost = |model: &str| snapshot.price(provider, model)?.cost(&SAMPLE);
    let is_dearer = match (cost(model), cost(&rule.target_model)) {
        (Some(asked), Some(target)) => target > asked,
        _ => false,
    };
    (rule.target_model != model && !is_dearer).then_some(rule)
}
