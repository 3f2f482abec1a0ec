//! No route answers a stranger but those that must.

use reqwest::{Method, StatusCode};

use crate::harness::{TestApp, answer, browser};

const PUBLIC: [&str; 9] = [
    "/api/config/public",
    "/api/health",
    "/api/auth/sign-in/email",
    "/api/auth/sign-out",
    "/api/auth/sign-up/email",
    "/api/invitation/{token}/check",
    "/api/auth/get-session",
    "/api/auth/desktop",
    "/api/auth/default-credentials-status",
];

#[tokio::test]
async fn every_other_route_of_the_description_refuses_a_stranger() {
    let app = TestApp::start().await;
    let document = app.get("/openapi.json").await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if PUBLIC.contains(&path.as_str()) {
                continue;
            }
            let url = app.url(&path.replace("{id}", "00000000-0000-0000-0000-000000000001"));
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let response = browser().request(method.clone(), url).send().await.unwrap();
            let (status, body) = answer(response).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}: {body}");
            assert_eq!(body["error"]["type"], "api_authentication_error");
            asked += 1;
        }
    }
    assert!(asked > 30, "only {asked} routes were found");
}

#[tokio::test]
async fn an_unknown_path_below_api_is_an_error_in_json_and_not_a_page() {
    let app = TestApp::signed_in().await;
    app.refusal(
        Method::GET,
        "/api/made-up",
        None,
        (404, "api_not_found_error"),
    )
    .await;
    app.refusal(
        Method::PATCH,
        "/api/agents",
        None,
        (405, "api_validation_error"),
    )
    .await;
}
