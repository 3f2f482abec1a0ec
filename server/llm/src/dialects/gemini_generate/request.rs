//! The facts in a generateContent request. Model and streaming are in the path; a body may name
//! the model too, as the embedding calls do.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::dialect::RequestFacts;
use crate::fields::Fields;

const DECLARATIONS: [&str; 2] = ["functionDeclarations", "function_declarations"];

pub(super) fn read(body: &[u8]) -> RequestFacts {
    let fields = Fields::read(body, &["model", "tools"]);
    let tools: Vec<&RawValue> = fields.get("tools").unwrap_or_default();
    let model = fields.text("model");
    RequestFacts {
        model: model.map(|model| model.trim_start_matches("models/").to_owned()),
        tool_names: tools.into_iter().flat_map(tool_names).collect(),
        ..RequestFacts::default()
    }
}

/// One entry declares functions, built-in tools (by the name of the field), or both.
fn tool_names(tool: &RawValue) -> Vec<String> {
    let declared = Fields::read(tool.get().as_bytes(), &DECLARATIONS);
    let functions = DECLARATIONS
        .iter()
        .flat_map(|field| declared.objects(field, &["name"]));
    let functions = functions.filter_map(|function| function.text("name"));
    let entry: Value = serde_json::from_str(tool.get()).unwrap_or_default();
    let built_in = entry.as_object().into_iter().flat_map(|entry| entry.keys());
    let built_in = built_in
        .filter(|field| !DECLARATIONS.contains(&field.as_str()))
        .cloned();
    functions.chain(built_in).collect()
}
