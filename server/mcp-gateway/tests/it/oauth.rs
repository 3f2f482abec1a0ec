//! The browser sign-in of a client, from its first refusal to its last token.

use chrono::TimeDelta;
use domain::api_keys::digest;
use domain::clock::{Clock as _, SystemClock};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::harness::{ADMIN, TestGateway, message};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Of RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:3999/callback";

struct Browser<'a> {
    gateway: &'a TestGateway,
    client: Client,
}

impl<'a> Browser<'a> {
    fn new(gateway: &'a TestGateway) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { gateway, client }
    }

    /// A session as the sign-in page leaves it.
    async fn sign_in(&self) -> String {
        let now = SystemClock.now();
        let cookie = Uuid::new_v4().simple().to_string();
        let session = db::sessions::Session {
            id: Uuid::now_v7(),
            user_id: ADMIN.to_owned(),
            token_hash: digest(&cookie).to_vec(),
            must_change_password: false,
            ip_address: None,
            user_agent: None,
            created_at: now,
            last_used_at: now,
            expires_at: now + TimeDelta::hours(1),
        };
        db::sessions::insert(&self.gateway.test.platform.db, &session)
            .await
            .unwrap();
        format!("archestra.session_token={cookie}")
    }

    async fn register(&self, more: Value) -> Value {
        let mut metadata =
            json!({ "client_name": "A <b>program</b>", "redirect_uris": [CALLBACK] });
        metadata
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let url = format!("{}/api/auth/oauth2/register", self.gateway.address);
        let answer = self
            .client
            .post(url)
            .body(metadata.to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    async fn authorize(&self, client_id: &str, cookie: &str, change: &[(&str, &str)]) -> Response {
        let resource = self.gateway.url();
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("state", "xyz"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", resource.as_str()),
        ];
        for (name, value) in change {
            query.retain(|(known, _)| known != name);
            query.push((name, value));
        }
        let url = format!("{}/api/auth/oauth2/authorize", self.gateway.address);
        let url = Url::parse_with_params(&url, &query).unwrap();
        self.client
            .get(url)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap()
    }

    async fn decide(&self, page: &str, cookie: &str, decision: &str) -> Response {
        let sealed = page.split("name=\"request\" value=\"").nth(1).unwrap();
        let sealed = sealed.split('"').next().unwrap();
        let body = form(&[("request", sealed), ("decision", decision)]);
        let request = self.post("consent", body).header("cookie", cookie);
        request.send().await.unwrap()
    }

    fn post(&self, path: &str, body: String) -> reqwest::RequestBuilder {
        let url = format!("{}/api/auth/oauth2/{path}", self.gateway.address);
        let request = self.client.post(url).body(body);
        request.header("content-type", "application/x-www-form-urlencoded")
    }

    async fn code(&self, client_id: &str, cookie: &str) -> String {
        let page = self
            .authorize(client_id, cookie, &[])
            .await
            .text()
            .await
            .unwrap();
        let back = self.decide(&page, cookie, "allow").await;
        let back = location(&back);
        let pair = |name: &str| {
            back.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        assert_eq!(pair("state").as_deref(), Some("xyz"));
        assert_eq!(pair("iss").as_deref(), Some(self.gateway.address.as_str()));
        pair("code").unwrap()
    }

    async fn trade(&self, pairs: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.post("token", form(pairs)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

fn location(response: &Response) -> Url {
    assert_eq!(response.status(), 303);
    response.headers()["location"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn by_code<'a>(client_id: &'a str, code: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// What the resource's metadata and the authorization server's say to a client that was refused.
async fn discovered(gateway: &TestGateway, browser: &Browser<'_>) -> (Value, Value) {
    let refused = browser.client.post(gateway.url()).body("{}");
    let refused = refused.send().await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    let resource = document(browser, challenge.split('"').nth(1).unwrap()).await;
    let issuer = resource["authorization_servers"][0].as_str().unwrap();
    let metadata = format!("{issuer}/.well-known/oauth-authorization-server");
    let server = document(browser, &metadata).await;
    assert_eq!(server["issuer"], issuer);
    (resource, server)
}

async fn document(browser: &Browser<'_>, url: &str) -> Value {
    let answer = browser.client.get(url).send().await.unwrap();
    answer.json().await.unwrap()
}

async fn whoami(gateway: &TestGateway, token: &str) -> Response {
    let arguments = json!({ "name": "archestra__whoami", "arguments": {} });
    let call = gateway.client.post(gateway.url()).bearer_auth(token);
    let call = call.body(message("tools/call", arguments).to_string());
    call.send().await.unwrap()
}

#[tokio::test]
async fn a_refused_client_finds_its_way_to_the_page_that_asks() {
    let gateway = TestGateway::start().await;
    let browser = Browser::new(&gateway);
    let (resource, server) = discovered(&gateway, &browser).await;
    assert_eq!(resource["resource"], gateway.url());
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));

    let client = browser.register(json!({})).await;
    let id = client["client_id"].as_str().unwrap();
    assert!(client["client_secret"].is_null());
    let nobody = browser.authorize(id, "", &[]).await;
    let sign_in = "http://localhost:3000/sign-in?redirect=%2Fapi%2Fauth%2Foauth2%2Fauthorize";
    assert!(location(&nobody).as_str().starts_with(sign_in));
    let cookie = browser.sign_in().await;
    let page = browser.authorize(id, &cookie, &[]).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(page.contains("A &lt;b&gt;program&lt;/b&gt;") && !page.contains("<b>program"));
}

#[tokio::test]
async fn a_token_works_until_it_is_renewed_or_revoked() {
    let gateway = TestGateway::start().await;
    let browser = Browser::new(&gateway);
    let client = browser.register(json!({})).await;
    let id = client["client_id"].as_str().unwrap();
    let cookie = browser.sign_in().await;
    let code = browser.code(id, &cookie).await;
    let (status, token) = browser.trade(&by_code(id, &code)).await;
    assert_eq!(status, 200, "{token}");
    let access = token["access_token"].as_str().unwrap();
    let me: Value = whoami(&gateway, access).await.json().await.unwrap();
    let user = &me["result"]["structuredContent"]["caller"]["user"]["id"];
    assert_eq!(user, ADMIN, "{me}");
    let record = &gateway.records(1).await[0];
    assert_eq!(record.auth_method.as_deref(), Some("oauth"));
    let (status, again) = browser.trade(&by_code(id, &code)).await;
    assert_eq!((status, &again["error"]), (400, &json!("invalid_grant")));

    let refresh = token["refresh_token"].as_str().unwrap();
    let pairs = [
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("refresh_token", refresh),
    ];
    let (status, renewed) = browser.trade(&pairs).await;
    assert_eq!(status, 200, "{renewed}");
    assert_eq!(browser.trade(&pairs).await.0, 400);
    let renewed = renewed["access_token"].as_str().unwrap();
    assert_eq!(whoami(&gateway, renewed).await.status(), 200);
    assert_eq!(whoami(&gateway, access).await.status(), 401);
    let revoke = browser.post("revoke", form(&[("token", renewed)]));
    revoke.send().await.unwrap();
    assert_eq!(whoami(&gateway, renewed).await.status(), 401);
}

#[tokio::test]
async fn a_code_is_of_use_to_its_own_client_only() {
    let gateway = TestGateway::start().await;
    let browser = Browser::new(&gateway);
    let client = browser.register(json!({})).await;
    let other = browser.register(json!({ "client_name": "Other" })).await;
    let (id, other) = (
        client["client_id"].as_str().unwrap(),
        other["client_id"].as_str().unwrap(),
    );
    let cookie = browser.sign_in().await;
    for (name, value) in [
        ("code_verifier", "wrong"),
        ("client_id", other),
        ("redirect_uri", "http://127.0.0.1:3999/elsewhere"),
        ("resource", "http://elsewhere.example/v1/mcp/x"),
    ] {
        let code = browser.code(id, &cookie).await;
        let mut pairs = by_code(id, &code);
        pairs.retain(|(known, _)| *known != name);
        pairs.push((name, value));
        let (status, refused) = browser.trade(&pairs).await;
        assert_eq!(status, 400, "{name} {refused}");
    }
}

#[tokio::test]
async fn a_client_with_a_secret_has_to_show_it() {
    let gateway = TestGateway::start().await;
    let browser = Browser::new(&gateway);
    let client = browser
        .register(json!({ "token_endpoint_auth_method": "client_secret_post" }))
        .await;
    let id = client["client_id"].as_str().unwrap();
    let cookie = browser.sign_in().await;
    let code = browser.code(id, &cookie).await;
    let (status, refused) = browser.trade(&by_code(id, &code)).await;
    assert_eq!((status, &refused["error"]), (401, &json!("invalid_client")));
    let mut pairs = by_code(id, &code);
    pairs.push(("client_secret", client["client_secret"].as_str().unwrap()));
    assert_eq!(browser.trade(&pairs).await.0, 200);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_was_not_registered() {
    let gateway = TestGateway::start().await;
    let browser = Browser::new(&gateway);
    let client = browser.register(json!({})).await;
    let id = client["client_id"].as_str().unwrap();
    let cookie = browser.sign_in().await;
    for change in [
        ("redirect_uri", "https://evil.example/callback"),
        ("redirect_uri", ""),
        ("client_id", "archestra-client.forged.mac"),
        ("client_id", "http://evil.example/client.json"),
        ("client_id", "https://127.0.0.1/client.json"),
    ] {
        let answer = browser.authorize(id, &cookie, &[change]).await;
        assert_eq!(answer.status(), 400, "{change:?}");
        assert!(!answer.headers().contains_key("location"));
    }
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (
            ("resource", "https://elsewhere.example/v1/mcp/x"),
            "invalid_target",
        ),
    ] {
        let back = location(&browser.authorize(id, &cookie, &[change]).await);
        assert!(back.as_str().starts_with(CALLBACK), "{back}");
        assert!(
            back.query_pairs()
                .any(|(name, value)| name == "error" && value == error),
            "{back}"
        );
    }
    for uri in [
        "javascript:alert(1)",
        "http://app.example/cb",
        "data:text/html,x",
        "not a url",
    ] {
        let url = format!("{}/api/auth/oauth2/register", gateway.address);
        let body = json!({ "redirect_uris": [uri] }).to_string();
        let refused = browser.client.post(url).body(body).send().await.unwrap();
        assert_eq!(refused.status(), 400, "{uri}");
    }
}

#[tokio::test]
async fn only_the_browser_that_was_asked_can_agree() {
    let gateway = TestGateway::start().await;
    let browser = Browser::new(&gateway);
    let client = browser.register(json!({})).await;
    let id = client["client_id"].as_str().unwrap();
    let (cookie, other) = (browser.sign_in().await, browser.sign_in().await);
    let page = browser
        .authorize(id, &cookie, &[])
        .await
        .text()
        .await
        .unwrap();
    assert_eq!(browser.decide(&page, &other, "allow").await.status(), 401);
    assert_eq!(browser.decide(&page, "", "allow").await.status(), 401);
    let sealed = page
        .split("name=\"request\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let foreign = browser.post(
        "consent",
        form(&[("request", sealed), ("decision", "allow")]),
    );
    let foreign = foreign
        .header("cookie", &cookie)
        .header("origin", "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 400);
    let denied = location(&browser.decide(&page, &cookie, "deny").await);
    assert!(
        denied
            .query_pairs()
            .any(|(name, value)| name == "error" && value == "access_denied")
    );
}
