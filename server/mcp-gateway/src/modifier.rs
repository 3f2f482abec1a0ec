//! An assignment's own rule for what a tool's result becomes: a Handlebars template over `response`, the result's content.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use handlebars::{Handlebars, handlebars_helper};
use mcp::object::{Object, raw};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::answer::{Outcome, Running};
use crate::error::Failure;

handlebars_helper!(json_text: |value: Value| match value {
    // A text that holds JSON is shown as that JSON.
    Value::String(text) => serde_json::from_str::<Value>(&text).map_or(text, |value| value.to_string()),
    value => value.to_string(),
});
handlebars_helper!(escape_json: |text: str| {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
});

/// The same call with its result as the template makes it. A template that fails hides the result: it may be there to
/// keep something back.
pub(crate) fn modified(running: Running, tool: &str, template: &str) -> Running {
    let Running { work, events } = running;
    let (tool, template) = (tool.to_owned(), template.to_owned());
    let work = async move {
        work.await
            .and_then(|result| apply(&template, &tool, &result))
    };
    Running {
        work: Box::pin(work),
        events,
    }
}

fn apply(template: &str, tool: &str, result: &RawValue) -> Outcome {
    let mut changed = Object::parse(result).unwrap_or_default();
    let Some(content) = changed.read::<Value>("content") else {
        // A question or an error has no content to change.
        return Ok(result.to_owned());
    };
    let mut handlebars = Handlebars::new();
    handlebars.register_helper("json", Box::new(json_text));
    handlebars.register_helper("escapeJson", Box::new(escape_json));
    let rendered = handlebars
        .render_template(template, &json!({ "response": content }))
        .map_err(|error| Failure::Modifier {
            tool: tool.to_owned(),
            cause: error.to_string(),
        })?;
    let content = match serde_json::from_str(&rendered) {
        Ok(Value::Array(blocks)) if blocks.iter().all(|block| block["type"].is_string()) => {
            Value::Array(blocks)
        }
        _ => json!([{ "type": "text", "text": rendered }]),
    };
    changed.set("content", Cow::Owned(raw(&content)));
    // The same data in another form would undo what the template did.
    changed.remove("structuredContent");
    Ok(changed.to_raw())
}
