use std::collections::BTreeSet;

use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;

fn operations() -> Vec<(String, Value)> {
    let document = crate::openapi(OpenApiRouter::new());
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let all = paths.into_iter().flat_map(|(path, item)| {
        let methods = item.as_object().cloned().unwrap_or_default();
        methods
            .into_iter()
            .map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    all.collect()
}

#[test]
fn every_operation_has_an_id_of_its_own_a_summary_and_words_for_each_answer() {
    let mut ids = BTreeSet::new();
    for (name, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(ids.insert(id.to_owned()), "{name}: {id} is taken");
        assert!(operation["summary"].is_string(), "{name} has no summary");
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            let is_said = response["description"].is_string() || response["$ref"].is_string();
            assert!(is_said, "{name}: {status}");
        }
    }
}

#[test]
fn every_operation_says_how_it_fails_and_who_may_call() {
    for (name, operation) in operations() {
        for status in ["401", "429", "500", "503"] {
            assert!(
                operation["responses"][status].is_object(),
                "{name}: {status}"
            );
        }
        assert!(operation["security"].is_array(), "{name}");
    }
}

#[test]
fn every_json_body_has_an_example() {
    for (name, operation) in operations() {
        let body = &operation["requestBody"]["content"]["application/json"];
        assert!(body.is_null() || !body["example"].is_null(), "{name}");
        let answer = &operation["responses"]["200"]["content"]["application/json"];
        assert!(
            answer.is_null() || answer.get("example").is_some(),
            "{name}"
        );
    }
}

#[test]
fn what_can_be_read_and_changed_has_versions() {
    let operations = operations();
    let of = |wanted: &str| {
        operations
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|found| &found.1)
    };
    let read = of("get /api/agents/{id}").unwrap_or(&Value::Null);
    assert!(read["responses"]["200"]["headers"]["ETag"].is_object());
    let change = of("put /api/agents/{id}").unwrap_or(&Value::Null);
    assert!(super::has_header(change, super::IF_MATCH));
    assert!(change["responses"]["412"].is_object());
}
