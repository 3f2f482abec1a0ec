//! Paths and methods that are not served.

use reqwest::Method;

use crate::harness::TestApp;

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
