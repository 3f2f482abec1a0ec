//! MCP servers whose secrets somebody else keeps in Vault: installed with where they are, called with what is there.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::bao::{Bao, ROOT};
use testkit::mcp::FakeMcpServer;

use crate::harness::{PASSWORD, TestApp};

const KEY: &str = "secret/data/teams/weather/api#key";
const TOKEN: &str = "secret/data/teams/weather/api#token";
const NEW_KEY: &str = "secret/data/teams/weather/new#key";

struct World {
    app: TestApp,
    fake: FakeMcpServer,
    item: Value,
    _bao: Bao,
}

impl World {
    async fn start() -> Self {
        let bao = Bao::start().await.unwrap();
        for (name, data) in [
            (
                "api",
                json!({ "key": "key-in-vault", "token": "token-in-vault" }),
            ),
            ("new", json!({ "key": "new-key-in-vault" })),
        ] {
            let path = format!("secret/data/teams/weather/{name}");
            let body = json!({ "data": data });
            bao.done("POST", &path, body).await.unwrap();
        }
        let app = TestApp::start_with(&[
            ("ARCHESTRA_SECRETS_MANAGER", "READONLY_VAULT"),
            ("ARCHESTRA_HASHICORP_VAULT_ADDR", bao.address.as_str()),
            ("ARCHESTRA_HASHICORP_VAULT_TOKEN", ROOT),
            ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8"),
        ])
        .await;
        assert_eq!(app.sign_in(&app.client, PASSWORD).await.status(), 200);
        let fake = FakeMcpServer::start().await.unwrap();
        let item = add_item(&app, &fake).await;
        Self {
            app,
            fake,
            item,
            _bao: bao,
        }
    }

    fn body(&self, key: Option<&str>, token: Option<&str>) -> Value {
        let mut values = json!({ "region": "eu" });
        if let Some(key) = key {
            values["key"] = key.into();
        }
        json!({ "catalogId": self.item["id"], "name": "weather", "isByosVault": true, "accessToken": token,
            "userConfigValues": values })
    }

    /// What the last request brought along: the key, the region, and the token.
    fn last(&self) -> [String; 3] {
        let received = self.fake.received();
        let headers = &received.last().unwrap().headers;
        ["x-key", "x-region", "authorization"].map(|name| {
            let value = headers.get(name).map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        })
    }
}

async fn add_item(app: &TestApp, fake: &FakeMcpServer) -> Value {
    let field = |header: &str, sensitive: bool| json!({ "type": "string", "title": header, "description": "", "sensitive": sensitive, "headerName": header });
    let item = json!({ "name": "Weather", "serverType": "remote", "serverUrl": fake.url().unwrap(),
        "userConfig": { "key": field("x-key", true), "region": field("x-region", false) } });
    app.post("/api/internal_mcp_catalog", item).await
}

#[tokio::test]
async fn a_server_is_called_with_what_its_references_lead_to() {
    let world = World::start().await;
    let app = &world.app;
    let server = app
        .post("/api/mcp_server", world.body(Some(KEY), Some(TOKEN)))
        .await;
    assert_eq!(server["secretStorageType"], "external_vault");
    let called = ["key-in-vault", "eu", "Bearer token-in-vault"];
    assert_eq!(world.last(), called);

    let secrets = app.get("/api/secrets?kind=mcpServer").await;
    let secret = &secrets["data"][0];
    assert_eq!(secret["isReference"], true, "{secrets}");
    assert!(secret.to_string().contains(KEY) && secret.to_string().contains(TOKEN));
    assert!(!format!("{secrets}{server}").contains("-in-vault"));

    let path = format!("/api/mcp_server/{}", server["id"].as_str().unwrap());
    let reinstall = format!("{path}/reinstall");
    let changed = json!({ "userConfigValues": { "key": NEW_KEY, "region": "us" } });
    app.post(&reinstall, changed).await;
    let called = ["new-key-in-vault", "us", "Bearer token-in-vault"];
    assert_eq!(world.last(), called, "the token stays");

    let nowhere = json!({ "userConfigValues": { "key": "secret/data/teams/weather/gone#key" } });
    let unavailable = (503, "api_unavailable_error");
    let said = app
        .refusal(Method::POST, &reinstall, Some(nowhere), unavailable)
        .await;
    assert!(said.contains("secret/data/teams/weather/gone"), "{said}");
    app.post(&format!("{path}/restart"), json!({})).await;
    assert_eq!(world.last(), called, "what was refused changed nothing");
}

#[tokio::test]
async fn what_cannot_be_read_in_vault_is_told_and_leaves_nothing() {
    let world = World::start().await;
    let app = &world.app;
    let unavailable = (503, "api_unavailable_error");
    let invalid = (400, "api_validation_error");
    for (key, expected, hint) in [
        ("secret/data/teams/weather/api#pin", unavailable, "api#pin"),
        ("a value that somebody pasted", invalid, "a path in Vault"),
    ] {
        let body = Some(world.body(Some(key), None));
        let said = app
            .refusal(Method::POST, "/api/mcp_server", body, expected)
            .await;
        assert!(said.contains(hint) && !said.contains("pasted"), "{said}");
    }
    assert!(world.fake.received().is_empty());
    assert_eq!(app.get("/api/mcp_server").await, json!([]));
    let secrets = app.get("/api/secrets?kind=mcpServer").await;
    assert_eq!(secrets["data"], json!([]));
}

#[tokio::test]
async fn the_first_secret_of_an_installation_may_come_later_and_is_a_reference_too() {
    let world = World::start().await;
    let app = &world.app;
    let server = app.post("/api/mcp_server", world.body(None, None)).await;
    assert_eq!(server["secretStorageType"], "none");
    assert_eq!(world.last(), ["", "eu", ""]);
    let path = format!("/api/mcp_server/{}", server["id"].as_str().unwrap());
    let values = json!({ "userConfigValues": { "key": KEY, "region": "eu" } });
    let server = app.post(&format!("{path}/reinstall"), values).await;
    assert_eq!(server["secretStorageType"], "external_vault");
    assert_eq!(world.last(), ["key-in-vault", "eu", ""]);
}

#[tokio::test]
async fn people_refer_to_what_lies_in_the_folders_of_their_teams() {
    let world = World::start().await;
    let app = &world.app;
    let me = app.get("/api/auth/get-session").await["user"]["id"].clone();
    let team = app.post("/api/teams", json!({ "name": "Weather" })).await;
    let team = format!("/api/teams/{}", team["id"].as_str().unwrap());
    app.post(&format!("{team}/members"), json!({ "userId": me }))
        .await;
    let folder = |path: &str| json!({ "vaultPath": path });
    let folders = format!("{team}/vault-folder");
    app.post(&folders, folder("secret/data/teams/weath")).await;
    let set_role = |role: &str| format!("UPDATE users SET role = '{role}'");
    app.database.execute(&set_role("member")).await.unwrap();
    let forbidden = (403, "api_authorization_error");
    let body = Some(world.body(Some(KEY), None));
    let said = app
        .refusal(Method::POST, "/api/mcp_server", body, forbidden)
        .await;
    assert!(said.contains("Vault folder of a team"), "{said}");
    let server = app.post("/api/mcp_server", world.body(None, None)).await;
    let path = format!(
        "/api/mcp_server/{}/reinstall",
        server["id"].as_str().unwrap()
    );
    let values = json!({ "userConfigValues": { "key": KEY } });
    app.refusal(Method::POST, &path, Some(values.clone()), forbidden)
        .await;

    app.database.execute(&set_role("admin")).await.unwrap();
    app.post(&folders, folder("secret/data/teams/weather"))
        .await;
    app.database.execute(&set_role("member")).await.unwrap();
    app.post(&path, values).await;
    assert_eq!(world.last()[0], "key-in-vault");
}

#[tokio::test]
async fn references_need_a_vault_that_is_only_read() {
    let app = TestApp::signed_in().await;
    let fake = FakeMcpServer::start().await.unwrap();
    let item = add_item(&app, &fake).await;
    let body = json!({ "catalogId": item["id"], "name": "weather", "isByosVault": true,
        "userConfigValues": { "key": KEY } });
    let conflict = (409, "api_conflict_error");
    let said = app
        .refusal(Method::POST, "/api/mcp_server", Some(body), conflict)
        .await;
    assert!(said.contains("READONLY_VAULT"), "{said}");
}
