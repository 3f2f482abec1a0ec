//! How every route can fail, described once.

use serde_json::{Map, Value, json};

/// Status, name, what it means, and an example of message and type.
const FAILURES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "400",
        "Invalid",
        "Something that was sent is not as described, or against a rule. The message says what, and what would do.",
        "name has 1 to 200 characters.",
        "api_validation_error",
    ),
    (
        "401",
        "Unauthenticated",
        "No credential was sent, or one that is unknown or over.",
        "Sign in, or send an API key in the Authorization header.",
        "api_authentication_error",
    ),
    (
        "403",
        "Forbidden",
        "The caller may not do this.",
        "Your role (member) does not allow profile:update. Ask an administrator.",
        "api_authorization_error",
    ),
    (
        "404",
        "NotFound",
        "It is not there, or not for this caller.",
        "Agent not found",
        "api_not_found_error",
    ),
    (
        "409",
        "Conflict",
        "The present state does not allow it.",
        "This name is taken already. Choose another one.",
        "api_conflict_error",
    ),
    (
        "412",
        "Changed",
        "Somebody changed the object since it was read: `If-Match` names another version. Nothing was done.",
        "This was changed since you read it. Read it again, then repeat your change.",
        "api_precondition_error",
    ),
    (
        "413",
        "TooLarge",
        "The body is larger than this route takes.",
        "The request body is larger than 2 MB.",
        "api_validation_error",
    ),
    (
        "422",
        "KeyReused",
        "The `Idempotency-Key` was used before, for another request.",
        "This Idempotency-Key was used for another request. Take a new one for each.",
        "api_idempotency_error",
    ),
    (
        "429",
        "TooMany",
        "Too many requests. `Retry-After` says when to go on.",
        "Too many requests. Try again in 3 seconds.",
        "api_rate_limit_error",
    ),
    (
        "500",
        "Failed",
        "The server's fault. Its log has the details, under the request's id.",
        "Something went wrong on the server. The log has the details.",
        "api_internal_server_error",
    ),
    (
        "503",
        "Unavailable",
        "The database, or another system that this needs, does not answer just now.",
        "The database is not reachable just now; it is being restarted. Try again in a moment.",
        "api_unavailable_error",
    ),
];

pub(super) fn components() -> Value {
    let described = FAILURES.iter().map(|(status, name, meaning, message, kind)| {
        let mut response = json!({
            "description": meaning,
            "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/ErrorBody" },
                "example": { "error": { "message": message, "type": kind } },
            } },
        });
        if matches!(*status, "429" | "503") {
            response["headers"]["Retry-After"] = json!({
                "description": "In how many seconds to try again.", "schema": { "type": "integer", "minimum": 0 },
            });
        }
        ((*name).to_owned(), response)
    });
    Value::Object(described.collect::<Map<_, _>>())
}

pub(super) fn reference(status: &str) -> Value {
    let known = FAILURES.iter().find(|failure| failure.0 == status);
    json!({ "$ref": format!("#/components/responses/{}", known.map_or("Failed", |failure| failure.1)) })
}

pub(super) fn success(status: &str) -> &'static str {
    match status {
        "202" => "It has begun, and goes on by itself.",
        "204" => "There is nothing.",
        "303" => "Go on at `Location`.",
        _ => "Done.",
    }
}
