//! Members, invitations, roles, service accounts: who comes, who goes, and who may do what meanwhile.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{TestApp, answer, browser};

const GOOD_PASSWORD: &str = "correct horse battery";

/// Somebody signed in, in a browser of their own.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) client: Client,
}

impl Person {
    /// By invitation of the administrator.
    pub(crate) async fn join(app: &TestApp, name: &str, role: &str, teams: &[&str]) -> Self {
        let email = format!("{name}@example.com");
        let invitation = json!({ "email": email, "role": role, "teamIds": teams });
        let invited = app.post("/api/invitations", invitation).await;
        let client = browser();
        let body = json!({ "name": name, "email": email, "password": GOOD_PASSWORD, "invitation": invited["token"] });
        let url = app.url("/api/auth/sign-up/email");
        let response = client.post(url).json(&body).send().await.unwrap();
        let (status, body) = answer(response).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        let id = body["user"]["id"].as_str().unwrap().to_owned();
        Self { id, client }
    }

    pub(crate) async fn send(
        &self,
        app: &TestApp,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.client.request(method, app.url(path));
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request.send().await.unwrap()).await
    }

    /// The same browser.
    pub(crate) fn again(&self) -> Self {
        Self {
            id: self.id.clone(),
            client: self.client.clone(),
        }
    }

    /// The status of a request without a body.
    async fn status(&self, app: &TestApp, method: Method, path: &str) -> u16 {
        self.send(app, method, path, None).await.0.as_u16()
    }

    fn path(&self) -> String {
        format!("/api/organization/members/{}", self.id)
    }
}

#[tokio::test]
async fn whoever_is_invited_joins_once_with_the_role_and_the_teams_of_the_invitation() {
    let app = TestApp::signed_in().await;
    let team = app.post("/api/teams", json!({ "name": "Ops" })).await;
    let body = json!({ "email": "Ann@example.com", "role": "editor", "teamIds": [team["id"]] });
    let invited = app.post("/api/invitations", body.clone()).await;
    let token = invited["token"].as_str().unwrap();
    assert!(invited["url"].as_str().unwrap().ends_with(token));
    app.refusal(
        Method::POST,
        "/api/invitations",
        Some(body),
        (409, "api_conflict_error"),
    )
    .await;

    let stranger = browser();
    let url = app.url(&format!("/api/invitation/{token}/check"));
    let (_, open) = answer(stranger.get(url).send().await.unwrap()).await;
    assert_eq!(
        (&open["email"], &open["userExists"]),
        (&json!("Ann@example.com"), &json!(false))
    );

    let join = |email: &str, password: &str| {
        let body =
            json!({ "name": "Ann", "email": email, "password": password, "invitation": token });
        let request = stranger
            .post(app.url("/api/auth/sign-up/email"))
            .json(&body);
        async { answer(request.send().await.unwrap()).await }
    };
    assert_eq!(join("eve@example.com", GOOD_PASSWORD).await.0, 403);
    assert_eq!(join("ann@example.com", "short").await.0, 400);
    assert_eq!(join("ann@example.com", "password").await.0, 400);
    let (status, body) = join("ann@example.com", GOOD_PASSWORD).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["user"]["role"], "editor");
    assert_eq!(join("ann@example.com", GOOD_PASSWORD).await.0, 404);

    let ann = app.get("/api/organization/members?search=ann").await;
    assert_eq!(ann[0]["teams"][0]["name"], "Ops");
    let invitations = app.get("/api/invitations").await;
    assert_eq!(invitations[0]["status"], "accepted");
    let (status, _) = answer(stranger.get(app.url("/api/agents")).send().await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "she is signed in");
}

#[tokio::test]
async fn an_invitation_that_is_canceled_or_renewed_or_too_old_has_a_dead_link() {
    let app = TestApp::signed_in().await;
    let invite = async |email: &str| {
        let body = json!({ "email": email, "expiresIn": 3600 });
        app.post("/api/invitations", body).await
    };
    let check = async |invited: &Value| {
        let path = format!(
            "/api/invitation/{}/check",
            invited["token"].as_str().unwrap()
        );
        app.send(Method::GET, &path, None).await
    };
    let ann = invite("ann@example.com").await;
    let path = format!("/api/invitations/{}", ann["id"].as_str().unwrap());
    let renewed = app.post(&format!("{path}/renew"), json!({})).await;
    assert_eq!(check(&ann).await.0, 404);
    assert_eq!(check(&renewed).await.0, 200);
    let (status, _) = app.send(Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(check(&renewed).await.0, 404);
    app.refusal(Method::DELETE, &path, None, (409, "api_conflict_error"))
        .await;

    let bob = invite("bob@example.com").await;
    app.database
        .execute("UPDATE invitations SET expires_at = now() - interval '1 second'")
        .await
        .unwrap();
    let (status, body) = check(&bob).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(body.to_string().contains("new link"), "{body}");
    assert_eq!(app.get("/api/invitations").await[0]["status"], "expired");
    invite("bob@example.com").await;
}

#[tokio::test]
async fn without_invitations_nobody_is_invited_and_the_ui_is_told() {
    let app = TestApp::start_with(&[("ARCHESTRA_AUTH_DISABLE_INVITATIONS", "true")]).await;
    app.sign_in(&app.client, crate::harness::PASSWORD).await;
    let body = Some(json!({ "email": "ann@example.com" }));
    let expected = (403, "api_authorization_error");
    app.refusal(Method::POST, "/api/invitations", body, expected)
        .await;
    app.refusal(Method::GET, "/api/invitations", None, expected)
        .await;
    let config = app.get("/api/config/public").await;
    assert_eq!(config["disableInvitations"], true);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let app = TestApp::signed_in().await;
    let me = app.get("/api/auth/get-session").await["user"]["id"].clone();
    let mine = format!("/api/organization/members/{}", me.as_str().unwrap());
    let account = json!({ "name": "robot", "role": "admin" });
    app.post("/api/service-accounts", account).await;
    let conflict = (409, "api_conflict_error");
    let demote = Some(json!({ "role": "member" }));
    app.refusal(Method::PATCH, &mine, demote.clone(), conflict)
        .await;
    app.refusal(Method::DELETE, &mine, None, conflict).await;

    let ann = Person::join(&app, "ann", "admin", &[]).await;
    let hers = ann.path();
    let (one, other) = tokio::join!(
        app.send(Method::PATCH, &mine, demote.clone()),
        ann.send(&app, Method::PATCH, &hers, demote),
    );
    let mut statuses = [one.0.as_u16(), other.0.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.1, other.1);
}

#[tokio::test]
async fn a_change_of_role_and_a_removal_hold_from_the_next_request_on() {
    let app = TestApp::signed_in().await;
    let ann = Person::join(&app, "ann", "member", &[]).await;
    let prices = "/api/token-prices";
    let price = json!({ "provider": "openai", "model": "x", "pricePerMillionInput": "1", "pricePerMillionOutput": "1" });
    let create = async || {
        let sent = ann.send(&app, Method::POST, prices, Some(price.clone()));
        sent.await.0.as_u16()
    };
    assert_eq!(create().await, 403);
    let editor = Some(json!({ "role": "editor" }));
    app.send(Method::PATCH, &ann.path(), editor).await;
    assert_eq!(create().await, 200);
    let unknown = Some(json!({ "role": "wizard" }));
    let message = app
        .refusal(
            Method::PATCH,
            &ann.path(),
            unknown,
            (409, "api_conflict_error"),
        )
        .await;
    assert!(message.contains("admin, editor, member"), "{message}");

    let key = ann
        .send(&app, Method::POST, "/api/api-keys", Some(json!({})))
        .await;
    let key = key.1["key"].as_str().unwrap().to_owned();
    app.send(Method::DELETE, &ann.path(), None).await;
    assert_eq!(ann.status(&app, Method::GET, "/api/agents").await, 401);
    let with_key = browser()
        .get(app.url("/api/agents"))
        .header("authorization", key);
    assert_eq!(with_key.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_custom_role_grants_what_it_lists_and_its_holder_gives_no_more() {
    let app = TestApp::signed_in().await;
    let permission = json!({ "member": ["update", "delete"], "organization": ["read", "update"], "invitation": ["create"], "profile": ["read"] });
    let role = app
        .post(
            "/api/roles",
            json!({ "name": "hr", "permission": permission }),
        )
        .await;
    assert_eq!(role["permission"]["member"], json!(["update", "delete"]));
    let hana = Person::join(&app, "hana", "hr", &[]).await;
    let bob = Person::join(&app, "bob", "member", &[]).await;
    let own = hana
        .send(&app, Method::GET, "/api/user/permissions", None)
        .await;
    assert_eq!(own.1["invitation"], json!(["create"]));
    assert_eq!(own.1["tool"], json!([]));
    assert_eq!(hana.status(&app, Method::GET, "/api/agents").await, 200);
    assert_eq!(hana.status(&app, Method::GET, "/api/tools").await, 403);

    let give = |path: String, role: &str| {
        let body = Some(json!({ "role": role }));
        let hana = &hana;
        let app = &app;
        async move { hana.send(app, Method::PATCH, &path, body).await.0.as_u16() }
    };
    assert_eq!(give(hana.path(), "admin").await, 403);
    assert_eq!(give(bob.path(), "hr").await, 403, "a member has more");
    let invite = Some(json!({ "email": "x@example.com", "role": "admin" }));
    let (status, body) = hana
        .send(&app, Method::POST, "/api/invitations", invite)
        .await;
    assert_eq!(status, 403);
    assert!(body.to_string().contains("team:admin"), "{body}");
    let grab = Some(json!({ "permission": { "secret": ["read"], "tool": ["read"] } }));
    let path = format!("/api/roles/{}", role["id"].as_str().unwrap());
    assert_eq!(hana.send(&app, Method::PUT, &path, grab).await.0, 400);
    let grab = Some(json!({ "permission": { "tool": ["read"] } }));
    assert_eq!(hana.send(&app, Method::PUT, &path, grab).await.0, 403);
    let less = Some(json!({ "permission": { "organization": ["read", "update"] } }));
    assert_eq!(hana.send(&app, Method::PUT, &path, less).await.0, 200);
    assert_eq!(hana.status(&app, Method::GET, "/api/agents").await, 403);
}

#[tokio::test]
async fn roles_have_plain_names_of_their_own_and_stay_while_somebody_has_them() {
    let app = TestApp::signed_in().await;
    let create = async |name: &str| {
        let body = json!({ "name": name, "permission": {} });
        let (status, body) = app.send(Method::POST, "/api/roles", Some(body)).await;
        (status.as_u16(), body)
    };
    assert_eq!(create("A B").await.0, 400);
    assert_eq!(create("admin").await.0, 409);
    let (status, role) = create("auditor").await;
    assert_eq!(status, 200, "{role}");
    assert_eq!(create("auditor").await.0, 409);
    let path = format!("/api/roles/{}", role["id"].as_str().unwrap());
    let ann = Person::join(&app, "ann", "auditor", &[]).await;
    let conflict = (409, "api_conflict_error");
    let message = app.refusal(Method::DELETE, &path, None, conflict).await;
    assert!(message.starts_with("1 members"), "{message}");
    app.send(Method::PUT, &path, Some(json!({ "name": "inspector" })))
        .await;
    assert_eq!(app.get(&ann.path()).await["role"], "inspector");
    let back = Some(json!({ "role": "member" }));
    app.send(Method::PATCH, &ann.path(), back).await;
    assert_eq!(app.send(Method::DELETE, &path, None).await.0, 200);
    let predefined = (403, "api_authorization_error");
    app.refusal(Method::DELETE, "/api/roles/admin", None, predefined)
        .await;
    assert_eq!(app.get("/api/roles").await.as_array().unwrap().len(), 3);

    for number in 0..50 {
        assert_eq!(create(&format!("role_{number}")).await.0, 200);
    }
    assert_eq!(create("one_too_many").await.0, 409);
}

#[tokio::test]
async fn a_key_with_scopes_does_no_more_than_these_and_makes_no_other() {
    let app = TestApp::signed_in().await;
    let created = app
        .post(
            "/api/api-keys",
            json!({ "name": "ci", "permission": { "profile": ["read"] } }),
        )
        .await;
    let key = created["key"].as_str().unwrap();
    assert_eq!(created["permission"], json!({ "profile": ["read"] }));
    let with_key = async |method: Method, path: &str| {
        let request = browser().request(method, app.url(path));
        let request = request.header("authorization", key).json(&json!({}));
        answer(request.send().await.unwrap()).await
    };
    assert_eq!(with_key(Method::GET, "/api/agents").await.0, 200);
    let (status, body) = with_key(Method::GET, "/api/teams").await;
    assert_eq!(status, 403);
    assert!(body.to_string().contains("team:read"), "{body}");
    for path in ["/api/user-tokens/me/value", "/api/api-keys"] {
        assert_eq!(with_key(Method::GET, path).await.0, 403, "{path}");
    }
    let permissions = with_key(Method::GET, "/api/user/permissions").await.1;
    assert_eq!(permissions["profile"], json!(["read"]));
    assert_eq!(permissions["member"], json!([]));

    let ann = Person::join(&app, "ann", "member", &[]).await;
    let much = Some(json!({ "permission": { "profile": ["update"] } }));
    let (status, _) = ann.send(&app, Method::POST, "/api/api-keys", much).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn a_service_account_works_with_its_keys_and_never_signs_in() {
    let app = TestApp::signed_in().await;
    let account = app
        .post(
            "/api/service-accounts",
            json!({ "name": "deploy", "role": "editor" }),
        )
        .await;
    let path = format!("/api/service-accounts/{}", account["id"].as_str().unwrap());
    let created = app
        .post(&format!("{path}/api-keys"), json!({ "name": "ci" }))
        .await;
    let key = created["key"].as_str().unwrap();
    let with_key = async |path: &str| {
        let request = browser().get(app.url(path)).header("authorization", key);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(with_key("/api/token-prices").await, 200);
    assert_eq!(with_key("/api/invitations").await, 403);
    let member = app.get("/api/organization/members?kind=service").await;
    assert_eq!(member[0]["name"], "deploy");
    let sign_in = json!({ "email": member[0]["email"], "password": "" });
    let expected = (401, "api_authentication_error");
    app.refusal(
        Method::POST,
        "/api/auth/sign-in/email",
        Some(sign_in),
        expected,
    )
    .await;
    let keys = app.get("/api/service-accounts").await[0]["keys"].clone();
    assert!(keys[0]["lastRequest"].is_string(), "{keys}");
    assert_eq!(app.send(Method::DELETE, &path, None).await.0, 200);
    assert_eq!(with_key("/api/token-prices").await, 401);
}

#[tokio::test]
async fn what_somebody_can_do_is_told_with_the_reason() {
    let app = TestApp::signed_in().await;
    let team = app.post("/api/teams", json!({ "name": "Ops" })).await;
    let id = team["id"].as_str().unwrap();
    let ann = Person::join(&app, "ann", "member", &[id]).await;
    for (name, teams) in [("Everybody's", json!([])), ("Ours", json!([id]))] {
        let body = json!({ "name": name, "teams": teams });
        app.post("/api/agents", body).await;
    }
    let access = app
        .get(&format!("/api/user/access?userId={}", ann.id))
        .await;
    assert_eq!(access["predefinedRole"], true);
    assert_eq!(
        access["permissions"]["mcpServer"],
        json!(["create", "read", "delete"])
    );
    let agents = access["agents"].as_array().unwrap();
    let reason = |name: &str| {
        let found = agents.iter().find(|agent| agent["name"] == name).unwrap();
        (found["reason"].clone(), found["teams"].clone())
    };
    assert_eq!(reason("Everybody's").0, "everybody");
    assert_eq!(reason("Ours"), (json!("team"), json!(["Ops"])));
    let mine = app.get("/api/user/access").await;
    let ours = mine["agents"].as_array().unwrap();
    let ours = ours.iter().find(|agent| agent["name"] == "Ours").unwrap();
    assert_eq!(ours["reason"], "admin");
}

#[tokio::test]
async fn a_role_that_loses_a_permission_loses_it_on_every_replica_within_a_second() {
    let secret = ("ARCHESTRA_AUTH_SECRET", "one secret for both, long enough");
    let one = TestApp::start_with(&[secret]).await;
    one.sign_in(&one.client, crate::harness::PASSWORD).await;
    let url = one.database.url.clone();
    let other = TestApp::start_with(&[secret, ("ARCHESTRA_DATABASE_URL", &url)]).await;
    let role = json!({ "name": "reader", "permission": { "interaction": ["read"] } });
    let role = one.post("/api/roles", role).await;
    let ann = Person::join(&one, "ann", "reader", &[]).await;
    let path = "/api/interactions/live";
    let live = async || {
        let request = ann.client.get(other.url(path)).send();
        request.await.unwrap()
    };
    testkit::wait::until("the other replica knows the role", async || {
        (live().await.status() == 200).then_some(())
    })
    .await;
    let mut open = live().await;
    let path = format!("/api/roles/{}", role["id"].as_str().unwrap());
    let nothing = Some(json!({ "permission": {} }));
    one.send(Method::PUT, &path, nothing).await;
    let ends = async { while open.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(Duration::from_secs(1), ends)
        .await
        .unwrap();
    assert_eq!(live().await.status(), 403);
}
