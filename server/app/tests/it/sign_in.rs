//! Signing in, staying signed in, and everything that must not work.

use reqwest::header::{ORIGIN, RETRY_AFTER, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::harness::{EMAIL, PASSWORD, TestApp, answer, browser};

#[tokio::test]
async fn the_first_administrator_signs_in_and_out() {
    let app = TestApp::start().await;
    assert!(app.get("/api/auth/get-session").await.is_null());

    let response = app.sign_in(&app.client, PASSWORD).await;
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("archestra.session_token="), "{cookie}");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let (_, body) = answer(response).await;
    assert_eq!(body["user"]["email"], EMAIL);
    assert_eq!(
        body["user"]["mustChangePassword"], false,
        "from this machine the default password may stay for now"
    );

    let session = app.get("/api/auth/get-session").await;
    assert_eq!(session["user"]["role"], "admin");
    app.post("/api/auth/sign-out", json!({})).await;
    assert!(app.get("/api/auth/get-session").await.is_null());
    app.refusal(
        Method::GET,
        "/api/agents",
        None,
        (401, "api_authentication_error"),
    )
    .await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let app = TestApp::start().await;
    let wrong = json!({ "email": EMAIL, "password": "not it at all" });
    let unknown = json!({ "email": "nobody@example.com", "password": "not it at all" });
    let path = "/api/auth/sign-in/email";
    let first = app
        .refusal(
            Method::POST,
            path,
            Some(wrong),
            (401, "api_authentication_error"),
        )
        .await;
    let second = app
        .refusal(
            Method::POST,
            path,
            Some(unknown),
            (401, "api_authentication_error"),
        )
        .await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn guessing_is_slowed_down_even_for_the_right_password() {
    let app = TestApp::start().await;
    for _ in 0..8 {
        assert_eq!(
            app.sign_in(&app.client, "a wrong guess").await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
    let response = app.sign_in(&app.client, PASSWORD).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = response.headers()[RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn from_afar_the_default_password_must_be_replaced_before_anything_else() {
    let app = TestApp::start_with(&[("ARCHESTRA_TRUST_PROXY", "true")]).await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let from_afar = app
        .client
        .post(app.url("/api/auth/sign-in/email"))
        .header("x-forwarded-for", "203.0.113.7");
    let (_, signed_in) = answer(from_afar.json(&body).send().await.unwrap()).await;
    assert_eq!(signed_in["user"]["mustChangePassword"], true);

    app.refusal(
        Method::GET,
        "/api/agents",
        None,
        (403, "api_authorization_error"),
    )
    .await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "a much better one" });
    app.post("/api/auth/change-password", change).await;
    app.get("/api/agents").await;
    assert_eq!(
        app.get("/api/auth/default-credentials-status").await["enabled"],
        false
    );
}

#[tokio::test]
async fn a_new_password_must_be_new_and_long_enough() {
    let app = TestApp::signed_in().await;
    let change =
        |current: &str, new: &str| Some(json!({ "currentPassword": current, "newPassword": new }));
    for (current, new, expected) in [
        (
            "wrong",
            "a much better one",
            (403, "api_authorization_error"),
        ),
        (PASSWORD, "short", (400, "api_validation_error")),
        (PASSWORD, PASSWORD, (400, "api_validation_error")),
    ] {
        let path = "/api/auth/change-password";
        app.refusal(Method::POST, path, change(current, new), expected)
            .await;
    }
}

#[tokio::test]
async fn sessions_are_listed_and_can_be_ended_one_by_one_and_all_at_once() {
    let app = TestApp::signed_in().await;
    let [second, third] = [browser(), browser()];
    app.sign_in(&second, PASSWORD).await;
    app.sign_in(&third, PASSWORD).await;

    let sessions = app.get("/api/auth/list-sessions").await;
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    assert_eq!(
        sessions
            .iter()
            .filter(|session| session["current"] == true)
            .count(),
        1
    );

    let other = sessions
        .iter()
        .find(|session| session["current"] == false)
        .unwrap();
    app.post("/api/auth/revoke-session", json!({ "id": other["id"] }))
        .await;
    app.refusal(
        Method::POST,
        "/api/auth/revoke-session",
        Some(json!({ "id": other["id"] })),
        (404, "api_not_found_error"),
    )
    .await;
    app.post("/api/auth/revoke-other-sessions", json!({})).await;
    assert_eq!(
        app.get("/api/auth/list-sessions")
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for client in [second, third] {
        let (_, session) = answer(
            client
                .get(app.url("/api/auth/get-session"))
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert!(session.is_null());
    }
}

#[tokio::test]
async fn a_foreign_page_can_change_nothing_with_the_cookie_of_its_reader() {
    let app = TestApp::signed_in().await;
    for path in [
        "/api/auth/sign-out",
        "/api/auth/sign-in/email",
        "/api/agents",
    ] {
        let request = app
            .client
            .post(app.url(path))
            .header(ORIGIN, "https://evil.example.net");
        let (status, body) = answer(request.json(&json!({})).send().await.unwrap()).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {body}");
    }
    assert!(!app.get("/api/auth/get-session").await.is_null());
}

#[tokio::test]
async fn the_window_is_signed_in_by_its_own_process_once() {
    let app = TestApp::start().await;
    let path = app.running.desktop_url();
    let path = path.split_once("/api/").unwrap().1;
    let url = app.url(&format!("/api/{path}"));
    let response = app.client.get(&url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        app.get("/api/auth/get-session").await["user"]["email"],
        EMAIL
    );
    assert_eq!(
        browser().get(&url).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED,
        "a second time"
    );
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused_without_repeating_it() {
    let app = TestApp::start().await;
    let secret = "my-secret, expected nothing";
    for (body, says) in [
        (json!(secret), "it is not struct SignIn"),
        (json!({ "email": EMAIL }), "missing field `password`"),
        (
            json!({ "email": EMAIL, "password": PASSWORD, "rememberMe": secret }),
            "rememberMe is not a boolean",
        ),
    ] {
        let path = "/api/auth/sign-in/email";
        let message = app
            .refusal(
                Method::POST,
                path,
                Some(body),
                (400, "api_validation_error"),
            )
            .await;
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("my-secret"), "{message}");
    }
    let (_, body) = app
        .send(Method::GET, "/api/auth/desktop?tok=my-secret", None)
        .await;
    assert!(!body.to_string().contains("my-secret"), "{body}");
}
