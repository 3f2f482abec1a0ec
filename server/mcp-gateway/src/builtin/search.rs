//! Tools that are not listed: found by words, run by name.

use std::borrow::Cow;
use std::sync::Arc;

use mcp::object::{Object, raw};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::PREFIX;
use crate::answer::Running;
use crate::catalog::Entry;
use crate::dispatch::{Exchange, call_named};
use crate::error::Failure;
use crate::recording::Recording;

const MOST: usize = 50;
const USUAL: usize = 10;
/// A word in a name says more than one in a description.
const NAME_WEIGHT: usize = 3;

pub(super) fn search(exchange: &Exchange, arguments: &Value) -> Value {
    let query = arguments
        .get("query")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let limit = arguments.get("limit").and_then(Value::as_u64);
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(USUAL)
        .clamp(1, MOST);
    let words = words(query);
    let catalog = exchange.catalog();
    let mut found: Vec<(usize, &Entry)> = catalog
        .entries()
        .iter()
        .filter(|entry| entry.is_listed())
        .map(|entry| (score(entry, &words), entry))
        .filter(|(score, _)| *score > 0 || words.is_empty())
        .collect();
    // Stable, so equals stay in the order of their names.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let total = found.len();
    let tools: Vec<Value> = found
        .into_iter()
        .take(limit)
        .filter_map(|(_, entry)| serde_json::from_str(entry.definition.get()).ok())
        .collect();
    json!({ "tools": tools, "total": total })
}

fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn score(entry: &Entry, words: &[String]) -> usize {
    let name = entry.name.to_lowercase();
    let definition = Object::parse(&entry.definition).unwrap_or_default();
    let described = [definition.text("title"), definition.text("description")];
    let described = described
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    words
        .iter()
        .map(|word| {
            NAME_WEIGHT * usize::from(name.contains(word)) + usize::from(described.contains(word))
        })
        .sum()
}

/// The same call as if the client had made it by the tool's own name.
pub(super) fn run(
    exchange: &Arc<Exchange>,
    params: &Object<'_>,
    given: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let name = given.text("name");
    let name =
        name.ok_or_else(|| Failure::Builtin("The argument `name` is missing.".to_owned()))?;
    if name.starts_with(PREFIX) {
        return Err(Failure::Builtin(format!(
            "{name} is called by its own name."
        )));
    }
    let mut inner = params.clone();
    let arguments = given
        .get("arguments")
        .map_or_else(|| raw(&json!({})), ToOwned::to_owned);
    recording.tool(&name, Some(&arguments));
    inner.set("arguments", Cow::Owned(arguments));
    let catalog = exchange.catalog();
    call_named(exchange, &catalog, &name, &inner, recording, cancel)
}
