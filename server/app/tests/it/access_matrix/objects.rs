//! One's own and other people's objects: for every row with an id in its path.

use std::time::Duration;

use domain::access::grants::Grants;
use domain::access::{Action, Permission};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Row, told};
use crate::harness::TestApp;
use crate::people::Person;

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What is nobody's in particular, or is seen by whoever may read its kind: the table alone decides.
const EVERYBODYS: &[&str] = &[
    "/api/auth/sso/",
    "/api/autonomy-policies/",
    "/api/backups/",
    "/api/clusters/",
    "/api/identity-providers/",
    "/api/invitation/",
    "/api/invitations/",
    "/api/limits/",
    "/api/llm-models/",
    "/api/optimization-rules/",
    "/api/organization/members/",
    "/api/roles/",
    "/api/secrets/",
    "/api/service-accounts/",
    "/api/token-prices/",
    "/api/tools/",
    "/api/trusted-data-policies/",
    // By an item's name; the tests of the catalog see to it.
    "/api/internal_mcp_catalog/by-name/",
];

/// Two people with one role, which may do everything but look after everybody's. What is here is the one's, or of a team
/// that only the one is in.
struct World {
    app: TestApp,
    owner: Person,
    other: Person,
    /// The beginning of a path, and the object that its first parameter is to name.
    objects: Vec<(&'static str, String)>,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::signed_in().await;
        let mut permission = Grants::all().to_map();
        for actions in permission.values_mut() {
            actions.as_array_mut().unwrap().retain(|one| one != "admin");
        }
        let role = json!({ "name": "most", "permission": permission });
        app.post("/api/roles", role).await;
        let team = id(&app.post("/api/teams", json!({ "name": "Ops" })).await);
        let owner = Person::join(&app, "owner", "most", &[&team]).await;
        let other = Person::join(&app, "other", "most", &[]).await;
        let mut world = Self {
            app,
            owner,
            other,
            objects: Vec::new(),
        };
        world.make(&team).await;
        world
    }

    async fn make(&mut self, team: &str) {
        let agent = json!({ "name": "Ours", "teams": [team] });
        let agent = id(&self.app.post("/api/agents", agent).await);
        let prompt = json!({ "name": "Hi", "agentId": agent, "userPrompt": "Hi" });
        let prompt = id(&self.app.post("/api/prompts", prompt).await);
        let talk = self.owned("/api/chat/conversations", json!({})).await;
        let asked = json!({ "customServerConfig": { "name": "x" } });
        let asked = self
            .owned("/api/mcp_server_installation_requests", asked)
            .await;
        let key = self.owned("/api/api-keys", json!({})).await;
        let tokens = self.app.get("/api/tokens").await;
        let token = id(&tokens[1]);
        self.insert(team, &agent).await;
        let fixed = |number: u8| format!("018f0000-0000-7000-8000-00000000000{number}");
        self.objects = vec![
            ("/api/agents/{", agent.clone()),
            ("/api/chat/agents/{", agent),
            ("/api/prompts/{", prompt),
            ("/api/chat/attachments/{", fixed(6)),
            ("/api/chat/conversations/{", talk.clone()),
            ("/api/chat/{", talk),
            ("/api/mcp_server_installation_requests/{", asked),
            ("/api/api-keys/{", key),
            ("/api/tokens/{", token),
            ("/api/teams/{", team.to_owned()),
            ("/api/interactions/{", fixed(1)),
            ("/api/mcp-tool-calls/{", fixed(2)),
            ("/api/internal_mcp_catalog/{", fixed(3)),
            ("/api/mcp_server/{", fixed(4)),
            ("/api/llm-provider-api-keys/{", fixed(5)),
            ("/api/agent-tools/{", fixed(8)),
        ];
    }

    async fn owned(&self, path: &str, body: Value) -> String {
        let (status, made) = self
            .owner
            .send(&self.app, Method::POST, path, Some(body))
            .await;
        assert_eq!(status, 200, "{path}: {made}");
        id(&made)
    }

    /// What nobody can make through the API without an outside system.
    async fn insert(&self, team: &str, agent: &str) {
        let prefix = "018f0000-0000-7000-8000-00000000000";
        let owner = &self.owner.id;
        let organization = "(SELECT id FROM organization)";
        let sql = [
            format!("INSERT INTO interactions (id, created_at, agent_id, provider, kind, stream, status, outcome, duration_us, tool_call_count, request_bytes, response_bytes)
                     VALUES ('{prefix}1', now(), '{agent}', 'openai', 'chat', false, 200, 'ok', 1, 0, 1, 1)"),
            format!("INSERT INTO mcp_tool_calls (id, created_at, agent_id, mcp_server_name, method, is_error, argument_bytes, result_bytes, duration_us)
                     VALUES ('{prefix}2', now(), '{agent}', 'time', 'tools/call', false, 1, 1, 1)"),
            format!("INSERT INTO mcp_catalog (id, organization_id, name, server_type, server_url, scope, team_ids, created_at, updated_at)
                     VALUES ('{prefix}3', {organization}, 'time', 'remote', 'http://localhost:1', 'team', '{{{team}}}', now(), now())"),
            format!("INSERT INTO mcp_servers (id, name, catalog_id, server_type, scope, team_id, desired, created_at, updated_at)
                     VALUES ('{prefix}4', 'time', '{prefix}3', 'remote', 'team', '{team}', 'stopped', now(), now())"),
            format!("INSERT INTO provider_keys (id, organization_id, name, provider, scope, team_id, base_url, created_at, updated_at)
                     VALUES ('{prefix}5', {organization}, 'ours', 'openai', 'team', '{team}', 'http://localhost:1/v1', now(), now())"),
            format!("INSERT INTO attachments (id, user_id, filename, media_type, size, content, created_at)
                     VALUES ('{prefix}6', '{owner}', 'a.txt', 'text/plain', 1, 'a', now())"),
            format!("INSERT INTO tools (id, catalog_id, name, raw_name, definition, fingerprint, created_at, updated_at)
                     VALUES ('{prefix}7', '{prefix}3', 'time__now', 'now', '{{}}', 'x', now(), now())"),
            format!("INSERT INTO agent_tools (id, agent_id, tool_id, created_at, updated_at)
                     VALUES ('{prefix}8', '{agent}', '{prefix}7', now(), now())"),
        ];
        for sql in sql {
            self.app.database.execute(&sql).await.unwrap();
        }
    }

    /// The row's path for the object, with nobody's ids in place of other parameters.
    fn path(&self, row: &Row) -> Option<String> {
        let prefix = |(prefix, _): &&(&str, String)| row.1.starts_with(prefix);
        let (_, object) = self.objects.iter().find(prefix)?;
        let mut first = true;
        let parts = row.1.split('/').map(|part| match part.starts_with('{') {
            true if std::mem::take(&mut first) => object.as_str(),
            true => NOBODY,
            false => part,
        });
        Some(parts.collect::<Vec<_>>().join("/"))
    }
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

/// Rows with an id in the path, in an order in which nothing is gone before its turn.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = admin_api::routes()
        .filter(|row| row.1.contains('{'))
        .collect();
    rows.sort_by_key(|row| match (row.0, row.1) {
        ("GET", _) => 0,
        (
            "DELETE",
            "/api/teams/{id}"
            | "/api/agents/{id}"
            | "/api/internal_mcp_catalog/{id}"
            | "/api/chat/conversations/{id}",
        ) => 3,
        ("DELETE", _) => 2,
        _ => 1,
    });
    rows
}

/// Whether the table lets them come to the object at all.
fn is_for_others(permission: Permission) -> bool {
    match permission {
        Permission::Role(_, action) => action != Action::Admin,
        _ => true,
    }
}

#[tokio::test]
async fn it_is_said_of_every_row_whose_objects_it_is_about() {
    let world = World::start().await;
    let unknown: Vec<Row> = rows()
        .into_iter()
        .filter(|row| world.path(row).is_none())
        .filter(|row| !EVERYBODYS.iter().any(|prefix| row.1.starts_with(prefix)))
        .collect();
    assert!(
        unknown.is_empty(),
        "say in objects.rs whose these are: {unknown:?}"
    );
}

#[tokio::test]
async fn other_peoples_objects_are_not_there_and_ones_own_are() {
    let world = World::start().await;
    let app = &world.app;
    let mut wrong = Vec::new();
    let mut ask =
        async |person: &Person, row: &Row, path: &str, is_right: fn(&Row, u16) -> bool| {
            let method = Method::from_bytes(row.0.as_bytes()).unwrap();
            let mut request = person.client.request(method, app.url(path));
            if row.0 != "GET" {
                request = request.json(&body_for(row.1));
            }
            // A route that says nothing for so long waits for something that never comes.
            let request = request.timeout(Duration::from_secs(20)).send();
            let (status, body) = match request.await {
                Ok(response) => told(response).await,
                Err(error) => (599, error.to_string()),
            };
            if !is_right(row, status) {
                wrong.push(format!("{} {path}: {status}: {body}", row.0));
            }
        };
    let about: Vec<(Row, String)> = rows()
        .into_iter()
        .filter(|row| is_for_others(row.2))
        .filter_map(|row| Some((row, world.path(&row)?)))
        .collect();
    assert!(about.len() > 80, "only {} rows", about.len());
    for (row, path) in &about {
        let is_right = |row: &Row, status| {
            // Teams are seen by whoever may read them; who is in them changes them.
            let is_team = row.1.starts_with("/api/teams/") || row.1.starts_with("/api/tokens/");
            match (is_team, row.0) {
                (true, "GET") if !row.1.contains("value") && !row.1.contains("vault") => {
                    status == 200
                }
                (true, _) => matches!(status, 400 | 403 | 409),
                // The gateway says that it is not for them.
                _ if row.1.starts_with("/api/chat/agents/") => status == 400,
                _ => status == 404,
            }
        };
        ask(&world.other, row, path, is_right).await;
    }
    for (row, path) in &about {
        let is_right = |row: &Row, status| {
            // Another parameter or the body names what is not there.
            let names_more = row.1.matches('{').count() > 1
                || row.1.ends_with("/members")
                || row.1.ends_with("/rollback");
            status < 500 && !matches!(status, 401 | 403) && (status != 404 || names_more)
        };
        ask(&world.owner, row, path, is_right).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a row needs to come to the question whose its object is.
fn body_for(path: &str) -> Value {
    match path {
        "/api/teams/{id}/members" => json!({ "userId": NOBODY }),
        "/api/teams/{id}/members/{userId}" => json!({ "role": "member" }),
        "/api/teams/{id}/external-groups" => json!({ "groupIdentifier": "ops" }),
        "/api/mcp_server/{id}" => json!({ "name": "time" }),
        "/api/mcp_server/{id}/inspect" => json!({ "method": "tools/list" }),
        "/api/mcp_server_installation_requests/{id}/notes" => json!({ "content": "Please." }),
        "/api/prompts/{id}/rollback" => json!({ "versionId": NOBODY }),
        "/api/agents/{id}/delegations" => json!({ "targetAgentIds": [] }),
        "/api/llm-provider-api-keys/{id}/profiles" => json!({ "profileIds": [] }),
        _ => json!({}),
    }
}
