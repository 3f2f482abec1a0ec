//! Who may come in, and what the others are told.

use chrono::Utc;
use domain::clock::Clock as _;
use domain::clock::SystemClock;
use domain::tokens::Owner;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{TestGateway, message, token, user};

fn now() -> chrono::DateTime<Utc> {
    SystemClock.now()
}

#[tokio::test]
async fn without_a_good_token_a_client_is_told_where_to_get_one() {
    let gateway = TestGateway::start().await;
    for token in [None, Some("archestra_wrong")] {
        let mut request = gateway
            .client
            .post(gateway.url())
            .body(message("tools/list", json!({})).to_string());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        let challenge = answer.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .to_owned();
        let metadata = format!(
            "/.well-known/oauth-protected-resource/v1/mcp/{}",
            gateway.agent
        );
        assert!(
            challenge.starts_with("Bearer resource_metadata=\"http://")
                && challenge.contains(&metadata),
            "{challenge}"
        );
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], -32000);
        assert!(body["id"].is_null());
    }
}

#[tokio::test]
async fn an_unknown_agent_is_not_found_and_never_shown_without_a_token() {
    let gateway = TestGateway::start().await;
    let url = format!("{}/v1/mcp/{}", gateway.address, Uuid::new_v4());
    let body = message("tools/list", json!({})).to_string();
    let with = gateway
        .client
        .post(&url)
        .bearer_auth(&gateway.token)
        .body(body.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(with.status(), 404);
    let without = gateway.client.post(&url).body(body).send().await.unwrap();
    assert_eq!(without.status(), 401);
}

#[tokio::test]
async fn a_team_and_its_members_reach_their_agents_only() {
    let gateway = TestGateway::start().await;
    let platform = &gateway.test.platform;
    let team = |name: &str| db::teams::Team {
        id: Uuid::now_v7(),
        organization_id: testkit::platform::ORGANIZATION.to_owned(),
        name: name.to_owned(),
        description: None,
        created_by: None,
        convert_tool_results_to_toon: false,
        created_at: now(),
        updated_at: now(),
    };
    let (ours, theirs) = (team("ours"), team("theirs"));
    for team in [&ours, &theirs] {
        db::teams::insert(&platform.db, team).await.unwrap();
    }
    for id in ["inside", "outside"] {
        db::users::insert(&platform.db, &user(id, "member", now()))
            .await
            .unwrap();
    }
    let member = db::teams::TeamMember {
        id: Uuid::now_v7(),
        team_id: ours.id,
        user_id: "inside".to_owned(),
        role: "member".to_owned(),
        synced_from_sso: false,
        created_at: now(),
    };
    db::teams::add_member(&platform.db, &member).await.unwrap();
    db::teams::set_agent_teams(&platform.db, gateway.agent, &[ours.id])
        .await
        .unwrap();
    let tokens = [
        (Owner::Team(ours.id), 200),
        (Owner::Team(theirs.id), 403),
        (Owner::User("inside"), 200),
        (Owner::User("outside"), 403),
        (Owner::User(crate::harness::ADMIN), 200),
    ];
    for (owner, status) in tokens {
        let token = token(&gateway.test, owner).await;
        let request = gateway.client.post(gateway.url()).bearer_auth(&token);
        let answer = request
            .body(message("tools/list", json!({})).to_string())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status);
    }
}

#[tokio::test]
async fn a_browser_that_looks_is_told_what_is_here() {
    let gateway = TestGateway::start().await;
    let plain: Value = gateway
        .client
        .get(gateway.url())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(plain["agentId"], gateway.agent.to_string());
    assert_eq!(plain["transport"], "http");
    assert!(plain["tokenAuth"].is_null() && plain["tools"].is_null());
    let request = gateway
        .client
        .get(gateway.url())
        .bearer_auth(&gateway.token);
    let known: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(known["tokenAuth"]["isOrganizationToken"], true);
    assert!(known["tools"]["tokens"].as_u64().unwrap() > 100);
}

#[tokio::test]
async fn the_old_url_takes_the_agents_id_from_this_machine_only() {
    let gateway = TestGateway::start().await;
    let url = format!("{}/v1/mcp", gateway.address);
    let post = |forwarded: bool| {
        let mut request = gateway.client.post(&url).bearer_auth(gateway.agent);
        if forwarded {
            request = request.header("x-forwarded-for", "203.0.113.7");
        }
        request
            .body(message("tools/list", json!({})).to_string())
            .send()
    };
    assert_eq!(post(false).await.unwrap().status(), 200);
    assert_eq!(post(true).await.unwrap().status(), 401);
    let get = gateway.client.get(&url).send().await.unwrap();
    assert_eq!(
        (
            get.status().as_u16(),
            get.headers()["allow"].to_str().unwrap()
        ),
        (405, "POST")
    );
}

#[tokio::test]
async fn a_tool_without_an_installation_leads_to_the_form_and_works_after_it() {
    let gateway = TestGateway::start_with(json!({ "builtinTools": false }), |_| {}).await;
    let server = crate::harness::fixture(true).await;
    let platform = &gateway.test.platform;
    db::users::insert(&platform.db, &user("owner", "member", now()))
        .await
        .unwrap();
    db::users::insert(&platform.db, &user("caller", "member", now()))
        .await
        .unwrap();
    let url = server.url().unwrap();
    let personal = domain::servers::Scope::Personal;
    let first = gateway
        .install_for("files", url.clone(), personal, "owner")
        .await;
    gateway.bind_dynamically().await;
    let token = token(&gateway.test, Owner::User("caller")).await;
    let call = async || -> Value {
        let body = message(
            "tools/call",
            json!({ "name": "files__test_simple_text", "arguments": {} }),
        );
        let request = gateway.client.post(gateway.url()).bearer_auth(&token);
        request
            .body(body.to_string())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let refused = call().await;
    assert_eq!(refused["result"]["isError"], true, "{refused}");
    let text = refused["result"]["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("http://localhost:3000/catalog?install="),
        "{text}"
    );
    gateway.install_for("files", url, personal, "caller").await;
    let called = call().await;
    assert_eq!(called["result"]["isError"].as_bool(), None, "{called}");
    let mut records = gateway.records(2).await;
    let last = records.pop().unwrap();
    assert_ne!(last.mcp_server_id, Some(first));
    assert_eq!(last.user_id.as_deref(), Some("caller"));
}

impl TestGateway {
    /// Whose credentials a call uses is decided by who calls.
    async fn bind_dynamically(&self) {
        let sql = "UPDATE agent_tools SET credential_source_mcp_server_id = NULL, execution_source_mcp_server_id = NULL,
                   use_dynamic_team_credential = true, credential_resolution_mode = 'dynamic'";
        self.test.database.execute(sql).await.unwrap();
        self.test.refresh().await.unwrap();
    }
}
