//! Whose key goes up, and that ours never does.

use chrono::TimeDelta;
use domain::api_keys::digest;
use secrecy::SecretString;
use testkit::provider::Reply;
use uuid::Uuid;

use crate::harness::{ANSWER, ASK, CHAT, TestProxy};

const KEY: &str = "archestra_0123456789abcdef";
const USER: &str = "user-1";

/// A proxy with keys of its own for every provider, and one user with a key of ours.
async fn with_our_key() -> TestProxy {
    let proxy = TestProxy::start_with(|options| {
        let upstreams = &mut options.upstreams;
        for upstream in [
            &mut upstreams.openai,
            &mut upstreams.anthropic,
            &mut upstreams.gemini,
        ] {
            upstream.api_key = Some(SecretString::from("sk-server"));
        }
    })
    .await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    add_key(&proxy, KEY, None).await;
    proxy
}

pub(crate) async fn add_key(proxy: &TestProxy, key: &str, expires_in: Option<TimeDelta>) {
    let platform = &proxy.test.platform;
    let now = platform.clock.now();
    let user = db::users::User {
        id: USER.to_owned(),
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        role: "member".to_owned(),
        password_hash: None,
        password_is_default: false,
        created_at: now,
    };
    // The second key of a test has its user already.
    let _ = db::users::insert(&platform.db, &user).await;
    let row = db::api_keys::ApiKey {
        id: Uuid::now_v7(),
        user_id: USER.to_owned(),
        name: "laptop".to_owned(),
        prefix: "archestra_".to_owned(),
        start: key[..14].to_owned(),
        key_hash: digest(key).to_vec(),
        created_at: now,
        expires_at: expires_in.map(|time| now + time),
        last_used_at: None,
        permission: None,
    };
    db::api_keys::insert(&platform.db, &row).await.unwrap();
    proxy.test.refresh().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ours_is_replaced_by_the_servers_in_the_providers_own_style() {
    let proxy = with_our_key().await;
    let bearer = format!("Bearer {KEY}");
    for (path, header, value, goes_up_as) in [
        (
            CHAT,
            "authorization",
            bearer.as_str(),
            ("authorization", "Bearer sk-server"),
        ),
        (
            CHAT,
            "authorization",
            KEY,
            ("authorization", "Bearer sk-server"),
        ),
        (
            "/v1/anthropic/v1/messages",
            "authorization",
            &bearer,
            ("x-api-key", "sk-server"),
        ),
        (
            "/v1/anthropic/v1/messages",
            "x-api-key",
            KEY,
            ("x-api-key", "sk-server"),
        ),
        (
            "/v1/gemini/v1beta/models/m:generateContent",
            "x-goog-api-key",
            KEY,
            ("x-goog-api-key", "sk-server"),
        ),
    ] {
        let answer = proxy
            .request("POST", path)
            .header(header, value)
            .body(ASK)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{path} {header}");
        let headers = proxy.provider.last().unwrap().headers;
        assert_eq!(headers[goes_up_as.0], goes_up_as.1, "{path} {header}");
        assert!(!format!("{headers:?}").contains(KEY), "{path} {header}");
    }
    for row in proxy.rows(5).await {
        assert_eq!(row.user_id.as_deref(), Some(USER));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ours_in_the_query_is_taken_out_and_nothing_else() {
    let proxy = with_our_key().await;
    for key in [KEY.to_owned(), KEY.replace('_', "%5F")] {
        let path = format!("/v1/gemini/v1beta/models/m:generateContent?a=%20&key={key}&alt=json");
        assert_eq!(
            proxy
                .request("POST", &path)
                .body(ASK)
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
        let received = proxy.provider.last().unwrap();
        assert_eq!(
            received.target,
            "/v1beta/models/m:generateContent?a=%20&alt=json"
        );
        assert_eq!(received.headers["x-goog-api-key"], "sk-server");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_clients_own_passes_through_wherever_it_is() {
    let proxy = with_our_key().await;
    let path = "/v1/gemini/v1beta/models/m:generateContent?key=AIza-client";
    assert_eq!(
        proxy
            .request("POST", path)
            .body(ASK)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let received = proxy.provider.last().unwrap();
    assert_eq!(
        received.target,
        "/v1beta/models/m:generateContent?key=AIza-client"
    );
    assert!(!received.headers.contains_key("x-goog-api-key"));

    let both = proxy.request("POST", "/v1/anthropic/v1/messages").body(ASK);
    let both = both
        .header("x-api-key", "sk-ant-client")
        .bearer_auth(KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(both.status(), 200);
    let headers = proxy.provider.last().unwrap().headers;
    assert_eq!(headers["x-api-key"], "sk-ant-client");
    assert!(!headers.contains_key("authorization"));
    assert_eq!(proxy.rows(2).await[1].user_id.as_deref(), Some(USER));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_or_expired_key_of_ours_is_refused_and_goes_nowhere() {
    let proxy = with_our_key().await;
    add_key(
        &proxy,
        "archestra_expired_key",
        Some(TimeDelta::seconds(-1)),
    )
    .await;
    for key in ["archestra_unknown_key", "archestra_expired_key"] {
        let answer = proxy
            .request("POST", CHAT)
            .bearer_auth(key)
            .body(ASK)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401);
        let text = answer.text().await.unwrap();
        assert!(text.contains("API keys") && !text.contains(key), "{text}");
    }
    assert!(proxy.provider.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_error_names_both_ways() {
    let proxy = with_our_key().await;
    for path in [
        CHAT,
        "/v1/anthropic/v1/messages",
        "/v1/gemini/v1beta/models/m:generateContent",
    ] {
        let answer = proxy
            .request("POST", path)
            .header("x-api-key", "")
            .body(ASK)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{path}");
        let text = answer.text().await.unwrap();
        assert!(
            text.contains("archestra_") && text.contains("API key"),
            "{text}"
        );
    }
    assert!(proxy.provider.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_of_the_server_the_error_names_the_variable() {
    let proxy = TestProxy::start().await;
    add_key(&proxy, KEY, None).await;
    let answer = proxy
        .request("POST", CHAT)
        .bearer_auth(KEY)
        .body(ASK)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("ARCHESTRA_CHAT_OPENAI_API_KEY")
    );
    assert!(proxy.provider.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_found_in_any_row() {
    let proxy = with_our_key().await;
    let canary = "sk-canary-7f3a9";
    proxy
        .request("POST", &format!("{CHAT}?key={canary}"))
        .bearer_auth(canary)
        .body(ASK)
        .send()
        .await
        .unwrap();
    proxy
        .request("POST", CHAT)
        .header("x-api-key", canary)
        .body("not json")
        .send()
        .await
        .unwrap();
    proxy
        .request("POST", CHAT)
        .bearer_auth(KEY)
        .body(ASK)
        .send()
        .await
        .unwrap();
    for row in proxy.rows(3).await {
        let (request, response) = proxy.bodies(row.id).await;
        let bodies = [request, response].concat();
        let everything = format!("{row:?} {}", String::from_utf8_lossy(&bodies));
        for secret in [canary, KEY, "sk-server"] {
            assert!(!everything.contains(secret), "{everything}");
        }
    }
}
