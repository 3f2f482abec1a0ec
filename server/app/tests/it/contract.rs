//! What holds for every route: ids of requests, versions, keys for what may be sent twice, rates, parts of lists.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::TestApp;

async fn sent(
    app: &TestApp,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Response {
    let mut request = app.client.request(method, app.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_request_has_the_id_that_it_brings_and_its_changes_are_logged_under_it() {
    let app = TestApp::signed_in().await;
    let id = "0198f3c4-7a1e-7c55-9b1d-3f0a5d2c8e41";
    let made = sent(
        &app,
        Method::POST,
        "/api/teams",
        &[("x-request-id", id)],
        Some(json!({ "name": "Core" })),
    )
    .await;
    assert_eq!(header(&made, "x-request-id"), id);
    let log = app.get(&format!("/api/audit-log?requestId={id}")).await;
    assert_eq!(log["data"][0]["resource"], "teams", "{log}");
    let other = sent(
        &app,
        Method::GET,
        "/api/nowhere",
        &[("x-request-id", "<script>")],
        None,
    )
    .await;
    assert!(header(&other, "x-request-id").parse::<uuid::Uuid>().is_ok());
}

#[tokio::test]
async fn a_change_of_a_version_that_is_gone_is_refused_and_one_without_a_version_is_not() {
    let app = TestApp::signed_in().await;
    let id = app.post("/api/teams", json!({ "name": "Core" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/teams/{id}");
    let read = sent(&app, Method::GET, &path, &[], None).await;
    let tag = header(&read, "etag").to_owned();
    assert!(tag.len() > 10, "{tag}");
    let rename = |name: &'static str| Some(json!({ "name": name }));
    let first = sent(
        &app,
        Method::PUT,
        &path,
        &[("if-match", &tag)],
        rename("One"),
    )
    .await;
    assert_eq!(first.status(), StatusCode::OK);
    let late = sent(
        &app,
        Method::PUT,
        &path,
        &[("if-match", &tag)],
        rename("Two"),
    )
    .await;
    assert_eq!(late.status(), StatusCode::PRECONDITION_FAILED);
    let said: Value = late.json().await.unwrap();
    assert_eq!(said["error"]["type"], "api_precondition_error");
    assert_eq!(app.get(&path).await["name"], "One");
    assert_eq!(
        sent(&app, Method::PUT, &path, &[], rename("Three"))
            .await
            .status(),
        StatusCode::OK
    );
    let gone = sent(&app, Method::DELETE, &path, &[("if-match", &tag)], None).await;
    assert_eq!(gone.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(
        sent(&app, Method::DELETE, &path, &[("if-match", "*")], None)
            .await
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn of_many_who_name_the_same_version_one_changes_it() {
    let app = TestApp::signed_in().await;
    let id = app.post("/api/teams", json!({ "name": "Core" })).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/teams/{id}");
    let tag = header(&sent(&app, Method::GET, &path, &[], None).await, "etag").to_owned();
    let changes = (0..6).map(|number| {
        let (app, path, tag) = (&app, &path, &tag);
        async move {
            let body = Some(json!({ "name": format!("Name {number}") }));
            sent(app, Method::PUT, path, &[("if-match", tag)], body)
                .await
                .status()
        }
    });
    let statuses = futures_util::future::join_all(changes).await;
    let done = statuses
        .iter()
        .filter(|status| **status == StatusCode::OK)
        .count();
    assert_eq!(done, 1, "{statuses:?}");
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_done_once_and_answered_the_same() {
    let app = TestApp::signed_in().await;
    let key = [("idempotency-key", "a key of mine")];
    let make = |name: &'static str| {
        sent(
            &app,
            Method::POST,
            "/api/api-keys",
            &key,
            Some(json!({ "name": name })),
        )
    };
    let first: Value = make("ci").await.json().await.unwrap();
    let again = make("ci").await;
    assert_eq!(header(&again, "idempotency-replayed"), "true");
    assert_eq!(again.json::<Value>().await.unwrap(), first);
    assert_eq!(app.get("/api/api-keys").await.as_array().unwrap().len(), 1);
    let other = make("another").await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let secret = first["key"].as_str().unwrap();
    let found = format!(
        "SELECT position(convert_to('{secret}', 'UTF8') IN answer)::text FROM idempotency_keys"
    );
    let found = app.database.text(&found).await.unwrap();
    assert_eq!(found.as_deref(), Some("0"), "the new key lies open");
}

#[tokio::test]
async fn of_many_at_once_with_one_key_one_is_done() {
    let app = TestApp::signed_in().await;
    let makes = (0..8).map(|_| {
        let body = Some(json!({ "name": "Core" }));
        sent(
            &app,
            Method::POST,
            "/api/teams",
            &[("idempotency-key", "k")],
            body,
        )
    });
    let answers = futures_util::future::join_all(makes).await;
    let known = |status: StatusCode| matches!(status, StatusCode::OK | StatusCode::CONFLICT);
    assert!(answers.iter().all(|answer| known(answer.status())));
    assert_eq!(app.get("/api/teams").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_is_refused_may_try_again_with_the_same_key() {
    let app = TestApp::signed_in().await;
    let make = |body: Value| {
        sent(
            &app,
            Method::POST,
            "/api/teams",
            &[("idempotency-key", "k")],
            Some(body),
        )
    };
    assert_eq!(
        make(json!({ "name": "" })).await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        make(json!({ "name": "Core" })).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn beyond_the_rate_a_caller_is_told_when_to_go_on() {
    let app = TestApp::start_with(&[("ARCHESTRA_API_RATE_LIMIT", "5")]).await;
    app.sign_in(&app.client, crate::harness::PASSWORD).await;
    let mut last = None;
    for _ in 0..11 {
        last = Some(sent(&app, Method::GET, "/api/user/permissions", &[], None).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(header(&last, "retry-after").parse::<u32>().unwrap() <= 60);
    assert_eq!(header(&last, "ratelimit-limit"), "5");
    assert_eq!(header(&last, "ratelimit-remaining"), "0");
}

#[tokio::test]
async fn signing_in_is_counted_by_address() {
    let app = TestApp::start_with(&[("ARCHESTRA_AUTH_RATE_LIMIT", "3")]).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(
            app.sign_in(&app.client, crate::harness::PASSWORD)
                .await
                .status(),
        );
    }
    assert_eq!(
        statuses.last(),
        Some(&StatusCode::TOO_MANY_REQUESTS),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_bare_list_comes_in_parts_to_whoever_asks_for_a_part() {
    let app = TestApp::signed_in().await;
    for name in ["a", "b", "c"] {
        app.post("/api/teams", json!({ "name": name })).await;
    }
    assert_eq!(app.get("/api/teams").await.as_array().unwrap().len(), 3);
    let part = sent(&app, Method::GET, "/api/teams?limit=2", &[], None).await;
    assert_eq!(header(&part, "x-total-count"), "3");
    assert_eq!(
        header(&part, "link"),
        "</api/teams?limit=2&offset=2>; rel=\"next\""
    );
    assert_eq!(
        part.json::<Value>()
            .await
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let rest = sent(&app, Method::GET, "/api/teams?limit=2&offset=2", &[], None).await;
    assert_eq!(header(&rest, "link"), "");
    assert_eq!(rest.json::<Value>().await.unwrap()[0]["name"], "c");
    let wrong = sent(&app, Method::GET, "/api/teams?limit=-1", &[], None).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_text_that_can_not_be_stored_is_refused_and_a_whole_number_may_have_a_point() {
    let app = TestApp::signed_in().await;
    let body = json!({ "name": "a\u{0}b" });
    let refused = sent(&app, Method::POST, "/api/teams", &[], Some(body)).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(refused.text().await.unwrap().contains("NUL"));
    let asked = "/api/interactions/facets?outcome=%00";
    let refused = sent(&app, Method::GET, asked, &[], None).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);

    let body = json!({ "name": "k", "expiresIn": 3600.0 });
    let made = sent(&app, Method::POST, "/api/api-keys", &[], Some(body)).await;
    assert_eq!(made.status(), StatusCode::OK);
    let body = json!({ "name": "l", "expiresIn": 3600.5 });
    let refused = sent(&app, Method::POST, "/api/api-keys", &[], Some(body)).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_largest_number_is_read_again_as_it_was_sent() {
    let app = TestApp::signed_in().await;
    let config = json!({ "name": "big", "most": f64::MAX, "exact": 1.797_693_134_862_315_5e308 });
    let path = "/api/mcp_server_installation_requests";
    app.post(path, json!({ "customServerConfig": config }))
        .await;
    assert_eq!(app.get(path).await[0]["customServerConfig"], config);
}
