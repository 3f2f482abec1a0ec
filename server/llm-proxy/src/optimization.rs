//! Sends a call to a cheaper model where a rule says so. The only step that changes a request, and of it only the model.

use bytes::Bytes;
use domain::optimization_rules::{Prompt, choose};
use domain::snapshot::Snapshot;
use llm::prompt::{estimated_tokens, path_with_model, with_model};

use crate::recording::Recording;
use crate::routing::Route;

pub(crate) fn optimized(
    snapshot: &Snapshot,
    route: &mut Route<'_>,
    body: Bytes,
    recording: &mut Recording,
) -> Bytes {
    let Some(operation) = &route.operation else {
        return body;
    };
    if !operation.is_answering() || !snapshot.has_optimization_rules() {
        return body;
    }
    let Some(model) = route.model(&body) else {
        return body;
    };
    let prompt = || Prompt {
        length: estimated_tokens(&body),
        has_tools: !operation.dialect.read_request(&body).tool_names.is_empty(),
    };
    let Some(rule) = choose(snapshot, route.agent, route.provider.id, &model, prompt) else {
        return body;
    };
    let target = &rule.target_model;
    if operation.model_in_path.is_some() {
        let Some(rest) = path_with_model(&route.rest, target) else {
            return body;
        };
        route.rest = rest.into();
        if let Some(operation) = &mut route.operation {
            operation.model_in_path = Some(target.clone());
        }
        recording.optimized(rule);
        return body;
    }
    match with_model(&body, target) {
        Some(changed) => {
            recording.optimized(rule);
            changed
        }
        None => body,
    }
}
