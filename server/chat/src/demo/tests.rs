use llm::chat::ToolResult;

use super::*;

fn tools() -> Vec<Tool> {
    ["files__read", "files__list"]
        .map(|name| Tool {
            name: name.to_owned(),
            description: None,
            parameters: json!({ "required": ["path"], "properties": { "path": { "type": "string" } } }),
        })
        .to_vec()
}

fn said(asked: &str) -> Vec<Delta> {
    deltas(
        &[Turn::User(vec![UserPart::Text(asked.to_owned())])],
        &tools(),
    )
}

fn calls(deltas: &[Delta]) -> Vec<(String, String)> {
    let mut calls = Vec::new();
    for delta in deltas {
        match delta {
            Delta::CallBegins { name, .. } => calls.push((name.clone(), String::new())),
            Delta::CallArguments { json, .. } => {
                if let Some(call) = calls.last_mut() {
                    call.1.clone_from(json);
                }
            }
            _ => {}
        }
    }
    calls
}

#[test]
fn it_calls_the_tools_that_are_named_with_the_arguments_that_are_given() {
    let deltas = said("Call files__list {\"path\": \"/\"} and then read");
    let expected = [
        ("files__list".to_owned(), r#"{"path":"/"}"#.to_owned()),
        ("files__read".to_owned(), r#"{"path":"demo"}"#.to_owned()),
    ];
    assert_eq!(calls(&deltas), expected);
}

#[test]
fn a_word_that_only_contains_a_name_calls_nothing() {
    assert!(calls(&said("Are you ready, reader?")).is_empty());
}

#[test]
fn it_says_what_a_tool_gave() {
    let results = Turn::Results(vec![ToolResult {
        call_id: "1".to_owned(),
        name: "files__read".to_owned(),
        content: "42".to_owned(),
        is_error: false,
    }]);
    let text: String = deltas(&[results], &tools())
        .into_iter()
        .filter_map(|delta| match delta {
            Delta::Text(text) => Some(text),
            _ => None,
        })
        .collect();
    assert!(text.contains("42"), "{text}");
}
