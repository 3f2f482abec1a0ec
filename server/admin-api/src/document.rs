//! The description of the API, completed by what holds for every route and is written down nowhere beside its handler:
//! an id, who may call, how it fails, and the headers that all understand.

mod examples;
mod failures;
mod rules;
#[cfg(test)]
mod tests;
mod together;

use std::collections::HashSet;

use domain::access::Permission;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use crate::permissions;

const ABOUT: &str = "The admin API: what the UI, Terraform and scripts call.\n\n\
    **Who calls**: a session cookie, or an API key as it is in the `Authorization` header (`Bearer` before it is fine, \
    too). Each operation says what the caller's role or the key's scopes must allow.\n\n\
    **Failures** are `{\"error\":{\"message\",\"type\"}}`: the message is for people, the type for programs.\n\n\
    **Requests have an id**: `x-request-id`, a UUID that you send or get. It is in the server's log, and in the audit \
    log as `requestId`.\n\n\
    **Nobody's change is lost**: a read answers an `ETag`; a change with it as `If-Match` is refused with 412 if somebody \
    else was faster.\n\n\
    **Nothing is made twice**: a POST with an `Idempotency-Key` that was answered before gets the same answer, for 24 \
    hours.\n\n\
    **Rates**: `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (in seconds) say what is left of a minute; \
    beyond it the answer is 429 with `Retry-After`.\n\n\
    **Long lists**: `limit` and `offset` ask for a part. Where the list is a bare array, `X-Total-Count` says how long all \
    of it is, and `Link` where the next part is.";

/// The headers of a request that a route understands, as its description says.
pub(crate) const IF_MATCH: &str = "If-Match";
/// How long one is.
pub(crate) const LONGEST_HEADER: usize = 255;
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The header that a partial answer of a bare array has.
pub(crate) const TOTAL_COUNT: &str = "X-Total-Count";

pub(crate) fn complete(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["info"]["description"] = ABOUT.into();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            if let Some(item) = item.as_object_mut() {
                complete_item(path, item);
            }
        }
    }
    document["components"]["responses"] = failures::components();
    document["components"]["securitySchemes"] = json!({
        "apiKey": { "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "An API key as it is; `Bearer` before it is fine, too." },
        "session": { "type": "apiKey", "in": "cookie", "name": crate::authenticate::SESSION_COOKIE,
            "description": "What signing in sets." },
    });
    rules::add(&mut document);
    together::add(&mut document);
    describe_events(&mut document);
    describe_yaml(&mut document);
    examples::add(&mut document);
    document
}

/// Of a stream of events the schema says what one event is.
fn describe_events(document: &mut Value) {
    let event = json!({ "schema": { "type": "object", "properties": {
        "event": { "type": "string" }, "data": { "type": "string" }, "id": { "type": "string" } } } });
    let items = document["paths"].as_object_mut().into_iter().flatten();
    for operation in items.flat_map(|(_, item)| item.as_object_mut().into_iter().flatten()) {
        let responses = operation.1["responses"].as_object_mut();
        for (_, response) in responses.into_iter().flatten() {
            if let Some(stream) = at(response, &["content", "text/event-stream"]) {
                stream.clone_from(&event);
            }
        }
    }
}

/// YAML is read into an object before it is anything else.
fn describe_yaml(document: &mut Value) {
    let exported: &[&str] = &["/api/configuration/export", "get", "responses", "200"];
    let applied: &[&str] = &["/api/configuration/apply", "post", "requestBody"];
    for place in [exported, applied] {
        let body = [&["paths"], place, &["content", "application/yaml"]].concat();
        if let Some(body) = at(document, &body) {
            body["schema"] = crate::configuration::schema();
        }
    }
}

/// What is there already; indexing would make what is not.
fn at<'a>(value: &'a mut Value, keys: &[&str]) -> Option<&'a mut Value> {
    keys.iter()
        .try_fold(value, |value, key| value.get_mut(*key))
}

fn complete_item(path: &str, item: &mut Map<String, Value>) {
    let is_read = item.get("get").is_some_and(|get| {
        get["responses"]["200"]["content"]
            .get("application/json")
            .is_some()
    });
    let is_changed = ["put", "patch", "delete"]
        .iter()
        .any(|method| item.contains_key(*method));
    for (method, operation) in item {
        let route = Route {
            method,
            path,
            permission: permissions::required(&method.to_uppercase(), path),
            is_versioned: is_read && is_changed,
        };
        route.complete(operation);
    }
}

/// One operation, and what is known of it.
struct Route<'a> {
    method: &'a str,
    path: &'a str,
    permission: Option<Permission>,
    /// The object can be read and changed at this path.
    is_versioned: bool,
}

impl Route<'_> {
    fn complete(&self, operation: &mut Value) {
        operation["operationId"] = self.operation_id().into();
        self.say_who_may(operation);
        self.add_headers(operation);
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            if response["description"]
                .as_str()
                .unwrap_or_default()
                .is_empty()
            {
                response["description"] = failures::success(status).into();
            }
        }
        self.add_failures(operation);
    }

    /// `GET /api/agents/{id}` is `getAgentsById`: a name for generated clients, and as lasting as the path.
    fn operation_id(&self) -> String {
        let mut id = self.method.to_owned();
        for part in self.path.split('/').skip(2) {
            let name = part.trim_start_matches('{').trim_end_matches('}');
            if name != part {
                id.push_str("By");
            }
            for word in name.split(['-', '_', '.']) {
                let mut letters = word.chars();
                id.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                id.push_str(letters.as_str());
            }
        }
        id
    }

    fn is_public(&self) -> bool {
        self.permission == Some(Permission::Public)
    }

    fn say_who_may(&self, operation: &mut Value) {
        let needs = match self.permission {
            None | Some(Permission::Public) => {
                operation["security"] = json!([]);
                return;
            }
            Some(Permission::Account | Permission::SignedIn) => {
                "For anyone who is signed in.".to_owned()
            }
            Some(Permission::Own) => {
                "For anyone who is signed in; not with a key that has scopes.".to_owned()
            }
            Some(permission) => format!("Needs `{}`.", permission.name().unwrap_or_default()),
        };
        operation["security"] = json!([{ "apiKey": [] }, { "session": [] }]);
        let said = operation["description"]
            .as_str()
            .map(|text| format!("{text}\n\n"));
        operation["description"] = format!("{}{needs}", said.unwrap_or_default()).into();
    }

    fn add_headers(&self, operation: &mut Value) {
        let answers_json = operation["responses"]["200"]["content"]
            .get("application/json")
            .is_some();
        let body = &operation["requestBody"]["content"];
        let takes_json = body.is_null() || body.get("application/json").is_some();
        match self.method {
            "get" if self.is_versioned => {
                operation["responses"]["200"]["headers"]["ETag"] = json!({
                    "description": "The version of this object, for `If-Match`.",
                    "schema": { "type": "string" },
                });
            }
            "put" | "patch" | "delete" if self.is_versioned => add_parameter(
                operation,
                IF_MATCH,
                "The `ETag` of the object as you read it: if it was changed since, the answer is 412 and nothing changes.",
            ),
            "post" if answers_json && takes_json && !self.is_public() => add_parameter(
                operation,
                IDEMPOTENCY_KEY,
                "A text of your own for this one request, best a UUID. If it is sent again, the first answer is given again.",
            ),
            _ => {}
        }
        if self.method == "get" && is_bare_list(operation) {
            add_page(operation);
        }
    }

    fn add_failures(&self, operation: &mut Value) {
        let has_body = operation.get("requestBody").is_some();
        let takes_something = operation.get("parameters").is_some() || has_body;
        let has = |name: &str| has_header(operation, name);
        let changes = self.method != "get";
        let applies = [
            ("400", takes_something),
            ("401", true),
            // A page of somebody else's is refused, whatever the route asks.
            ("403", !self.is_public() || changes),
            // Also what a body names.
            ("404", self.path.contains('{') || has_body),
            ("409", changes && !self.is_public()),
            ("412", has(IF_MATCH)),
            ("413", has_body),
            ("422", has(IDEMPOTENCY_KEY)),
            ("429", true),
            ("500", true),
            ("503", true),
        ];
        let Some(responses) = operation["responses"].as_object_mut() else {
            return;
        };
        for (status, applies) in applies {
            // What stands beside a handler as a failure without a body of its own is the same thing.
            let is_listed = responses.contains_key(status);
            if applies || is_listed {
                responses.insert(status.to_owned(), failures::reference(status));
            }
        }
    }
}

pub(crate) fn has_header(operation: &Value, name: &str) -> bool {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters
        .into_iter()
        .any(|parameter| parameter["name"] == name)
}

/// The paths of an operation of this method for which this holds.
fn paths(document: &Value, methods: &[&str], holds: impl Fn(&Value) -> bool) -> HashSet<String> {
    let all = document["paths"].as_object().into_iter().flatten();
    let of = all.filter(|(_, item)| {
        let operations = methods.iter().filter_map(|method| item.get(*method));
        operations.into_iter().any(&holds)
    });
    of.map(|(path, _)| path.clone()).collect()
}

pub(crate) fn with_idempotency_key(document: &Value) -> HashSet<String> {
    paths(document, &["post"], |operation| {
        has_header(operation, IDEMPOTENCY_KEY)
    })
}

pub(crate) fn with_versions(document: &Value) -> HashSet<String> {
    paths(document, &["put", "patch", "delete"], |operation| {
        has_header(operation, IF_MATCH)
    })
}

pub(crate) fn bare_lists(document: &Value) -> HashSet<String> {
    paths(document, &["get"], |operation| {
        operation["responses"]["200"]["headers"]
            .get(TOTAL_COUNT)
            .is_some()
    })
}

fn add_parameter(operation: &mut Value, name: &str, description: &str) {
    push_parameter(
        operation,
        json!({ "name": name, "in": "header", "required": false, "description": description,
            "schema": { "type": "string", "minLength": 1, "maxLength": LONGEST_HEADER } }),
    );
}

fn push_parameter(operation: &mut Value, parameter: Value) {
    match at(operation, &["parameters"]).and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}

/// An array that is not served page by page already.
fn is_bare_list(operation: &Value) -> bool {
    operation["responses"]["200"]["content"]["application/json"]["schema"]["type"] == "array"
        && !has_header(operation, "limit")
}

fn add_page(operation: &mut Value) {
    for (name, description) in [
        ("limit", "How many of them, at most. Without it: all."),
        ("offset", "How many of them to leave out first."),
    ] {
        push_parameter(
            operation,
            json!({ "name": name, "in": "query", "required": false, "description": description,
                "schema": { "type": "integer", "format": "int64", "minimum": 0 } }),
        );
    }
    operation["responses"]["200"]["headers"] = json!({
        TOTAL_COUNT: { "description": "How many there are, where a part was asked for.", "schema": { "type": "integer" } },
        "Link": { "description": "Where the next part is: `<…>; rel=\"next\"`.", "schema": { "type": "string" } },
    });
}
