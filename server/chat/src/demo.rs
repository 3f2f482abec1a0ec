//! The built-in demo model: no intelligence, but it streams, calls tools and says what they gave, so that people can try
//! their tools before they have a key. It is labelled as such wherever it can be chosen.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use llm::chat::{Delta, Tool, Turn, UserPart};
use llm::dialect::ResponseFacts;
use serde_json::{Map, Value, json};

pub(crate) const PROVIDER: &str = "demo";
pub(crate) const MODEL: &str = "archestra-demo";
pub(crate) const NAME: &str = "Demo model (no AI)";

/// How much of a result it repeats.
const REPEATED: usize = 600;

/// The same conversation always gets the same answer.
pub(crate) async fn answer(
    turns: &[Turn],
    tools: &[Tool],
    mut on_delta: impl FnMut(Delta),
) -> ResponseFacts {
    for delta in deltas(turns, tools) {
        on_delta(delta);
        // Others get their turn between two words.
        tokio::task::yield_now().await;
    }
    ResponseFacts {
        model: Some(MODEL.to_owned()),
        finish_reason: Some("stop".to_owned()),
        complete: true,
        ..ResponseFacts::default()
    }
}

fn deltas(turns: &[Turn], tools: &[Tool]) -> Vec<Delta> {
    if let Some(Turn::Results(results)) = turns.last() {
        let told = results.iter().map(|result| {
            let shown: String = result.content.chars().take(REPEATED).collect();
            let verb = if result.is_error {
                "failed"
            } else {
                "answered"
            };
            format!("`{}` {verb}:\n\n```\n{shown}\n```\n", result.name)
        });
        return words(&told.collect::<Vec<_>>().join("\n"));
    }
    let asked = last_question(turns);
    let calls = called(&asked, tools);
    if calls.is_empty() {
        return words(&help(tools));
    }
    let names: Vec<String> = calls
        .iter()
        .map(|(tool, _)| format!("`{}`", tool.name))
        .collect();
    let mut deltas = words(&format!("I call {}.", names.join(", ")));
    for (index, (tool, arguments)) in (0..).zip(calls) {
        deltas.push(Delta::CallBegins {
            index,
            id: String::new(),
            name: tool.name.clone(),
        });
        deltas.push(Delta::CallArguments {
            index,
            json: arguments.to_string(),
        });
    }
    deltas
}

fn last_question(turns: &[Turn]) -> String {
    let Some(Turn::User(parts)) = turns.last() else {
        return String::new();
    };
    let texts = parts.iter().filter_map(|part| match part {
        UserPart::Text(text) => Some(text.as_str()),
        UserPart::File(_) => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Every tool whose name, or its part after the server's, stands in the text, with the object of JSON that follows it.
fn called<'a>(asked: &str, tools: &'a [Tool]) -> Vec<(&'a Tool, Value)> {
    let mut found: Vec<(usize, &Tool, Value)> = Vec::new();
    for tool in tools {
        let short = tool
            .name
            .rsplit_once("__")
            .map_or(&*tool.name, |(_, short)| short);
        let place = word(asked, &tool.name).or_else(|| word(asked, short));
        if let Some(end) = place {
            found.push((end, tool, arguments(&asked[end..], tool)));
        }
    }
    found.sort_by_key(|(place, ..)| *place);
    found
        .into_iter()
        .map(|(_, tool, arguments)| (tool, arguments))
        .collect()
}

/// Where a word ends that stands for itself.
fn word(text: &str, word: &str) -> Option<usize> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    text.match_indices(word).find_map(|(start, _)| {
        let end = start + word.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        let stands_alone = !before.is_some_and(is_part) && !after.is_some_and(is_part);
        stands_alone.then_some(end)
    })
}

/// What the person wrote, else the least that the schema asks for.
fn arguments(after: &str, tool: &Tool) -> Value {
    let rest = after.trim_start().trim_start_matches(['`', ':', ' ']);
    if rest.starts_with('{') {
        let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        if let Some(Ok(given)) = objects.next() {
            return given;
        }
    }
    let required = tool.parameters["required"].as_array();
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    let properties = &tool.parameters["properties"];
    let given: Map<String, Value> = names
        .map(|name| (name.to_owned(), sample(&properties[name])))
        .collect();
    Value::Object(given)
}

fn sample(schema: &Value) -> Value {
    for given in [
        &schema["default"],
        &schema["const"],
        &schema["enum"][0],
        &schema["examples"][0],
    ] {
        if !given.is_null() {
            return given.clone();
        }
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => json!("demo"),
    }
}

fn help(tools: &[Tool]) -> String {
    let mut text =
        "I am the **demo model**: no AI, only a way to try tools before there is an API key. "
            .to_owned();
    if tools.is_empty() {
        text.push_str("This agent has no tools yet; install an MCP server and assign its tools.");
        return text;
    }
    text.push_str("Write a tool's name, with its arguments as JSON if it needs any:\n\n");
    for tool in tools.iter().take(30) {
        let described = tool.description.as_deref().unwrap_or_default();
        let described = described.lines().next().unwrap_or_default();
        let _ = writeln!(text, "- `{}` {described}", tool.name);
    }
    text.push_str("\nTo talk to a real model, add its key under Settings → Chat.");
    text
}

/// As a model would send them.
fn words(text: &str) -> Vec<Delta> {
    text.split_inclusive(' ')
        .map(|word| Delta::Text(word.to_owned()))
        .collect()
}
