//! Whose agents are whose, and what follows them: logs, prompts, assignments, the proxy and the gateway.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{TestApp, browser};
use crate::people::Person;

struct World {
    app: TestApp,
    /// In the team.
    ann: Person,
    /// In no team; both may change agents.
    bob: Person,
    team: String,
    agent: String,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::signed_in().await;
        let team = app.post("/api/teams", json!({ "name": "Ops" })).await;
        let team = text(&team["id"]);
        let body = json!({ "name": "Ours", "teams": [team], "agentType": "profile" });
        let agent = text(&app.post("/api/agents", body).await["id"]);
        let ann = Person::join(&app, "ann", "editor", &[&team]).await;
        let bob = Person::join(&app, "bob", "editor", &[]).await;
        Self {
            app,
            ann,
            bob,
            team,
            agent,
        }
    }

    async fn both(&self, method: Method, path: &str, body: Option<Value>) -> (u16, u16) {
        let ann = self.ann.send(&self.app, method.clone(), path, body.clone());
        let ann = ann.await.0.as_u16();
        let bob = self.bob.send(&self.app, method, path, body).await.0;
        (ann, bob.as_u16())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_agent_of_a_team_is_there_for_its_members_only() {
    let world = World::start().await;
    let path = format!("/api/agents/{}", world.agent);
    assert_eq!(world.both(Method::GET, &path, None).await, (200, 404));
    let rename = Some(json!({ "name": "Still ours" }));
    assert_eq!(world.both(Method::PUT, &path, rename).await, (200, 404));
    let tools = format!("{path}/tools");
    assert_eq!(world.both(Method::GET, &tools, None).await, (200, 404));
    let prompt = Some(json!({ "name": "Hi", "agentId": world.agent, "userPrompt": "Hi" }));
    assert_eq!(
        world.both(Method::POST, "/api/prompts", prompt).await,
        (200, 409)
    );
    for list in ["/api/agents", "/api/agents/all", "/api/prompts"] {
        let seen = |person: Person| {
            let app = &world.app;
            async move { person.send(app, Method::GET, list, None).await.1 }
        };
        let ann = seen(world.ann.again()).await.to_string();
        let bob = seen(world.bob.again()).await.to_string();
        assert!(ann.contains(&world.agent), "{list}: {ann}");
        assert!(!bob.contains(&world.agent), "{list}: {bob}");
    }
    let delete = world
        .bob
        .send(&world.app, Method::DELETE, &path, None)
        .await;
    assert_eq!(delete.0, StatusCode::NOT_FOUND);
    world.app.get(&path).await;
}

#[tokio::test]
async fn nobody_gives_an_agent_to_a_team_that_they_are_not_in() {
    let world = World::start().await;
    let body = Some(json!({ "name": "Gift", "teams": [world.team] }));
    assert_eq!(
        world.both(Method::POST, "/api/agents", body).await,
        (200, 403)
    );
}

#[tokio::test]
async fn a_personal_agent_is_there_for_its_author_and_administrators() {
    let world = World::start().await;
    let body = Some(json!({ "name": "Mine", "scope": "personal" }));
    let (_, mine) = world
        .bob
        .send(&world.app, Method::POST, "/api/agents", body)
        .await;
    let path = format!("/api/agents/{}", text(&mine["id"]));
    assert_eq!(world.both(Method::GET, &path, None).await, (404, 200));
    world.app.get(&path).await;
}

#[tokio::test]
async fn calls_are_seen_with_their_agent() {
    let world = World::start().await;
    world
        .app
        .database
        .execute(&format!(
            "INSERT INTO interactions (id, created_at, agent_id, provider, kind, model, stream, status, outcome, duration_us,
                                       tool_call_count, request_bytes, response_bytes)
             VALUES ('018f0000-0000-7000-8000-000000000001', now(), '{}', 'openai', 'chat', 'm', false, 200, 'ok', 1, 0, 1, 1)",
            world.agent
        ))
        .await
        .unwrap();
    let one = "/api/interactions/018f0000-0000-7000-8000-000000000001";
    assert_eq!(world.both(Method::GET, one, None).await, (200, 404));
    let all = "/api/interactions?search=018f0000-0000-7000-8000-000000000001";
    let count = async |person: &Person| {
        let (_, page) = person.send(&world.app, Method::GET, all, None).await;
        page["pagination"]["total"].clone()
    };
    assert_eq!(count(&world.ann).await, 1);
    assert_eq!(count(&world.bob).await, 0);
}

#[tokio::test]
async fn a_key_uses_the_agents_that_its_owner_sees_and_its_scopes_allow() {
    let world = World::start().await;
    let key = async |person: &Person, body: Value| {
        let sent = person.send(&world.app, Method::POST, "/api/api-keys", Some(body));
        text(&sent.await.1["key"])
    };
    let gateway = async |key: &str| {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        let request = browser()
            .post(world.app.url(&format!("/v1/mcp/{}", world.agent)))
            .header("accept", "application/json, text/event-stream")
            .bearer_auth(key)
            .json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    let proxy = async |key: &str| {
        let url = world
            .app
            .url(&format!("/v1/openai/{}/chat/completions", world.agent));
        let body = json!({ "model": "m", "messages": [] });
        let request = browser().post(url).bearer_auth(key).json(&body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let anns = key(&world.ann, json!({})).await;
    let bobs = key(&world.bob, json!({})).await;
    let limited = json!({ "permission": { "tool": ["read"] } });
    let narrow = key(&world.ann, limited).await;
    assert_ne!(gateway(&anns).await, 403);
    assert_eq!(gateway(&bobs).await, 403);
    assert_eq!(gateway(&narrow).await, 403);
    assert!(proxy(&anns).await.1.contains("no OpenAI key"));
    for key in [bobs, narrow] {
        let (status, body) = proxy(&key).await;
        assert_eq!(status, 403, "{body}");
        assert!(body.contains("may not use this agent"), "{body}");
    }
}
