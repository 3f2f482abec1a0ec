//! MCP servers: what their catalog items, installations, clusters and clients have to keep secret.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::mcp::FakeMcpServer;
use testkit::provider::Reply;

use super::world::{Ask, World, secret};

const CATALOG: &str = "/api/internal_mcp_catalog";
const SERVERS: &str = "/api/mcp_server";
const REQUESTS: &str = "/api/mcp_server_installation_requests";
const CLUSTERS: &str = "/api/clusters";
const NOWHERE: &str = "0198a6a4-0000-7000-8000-000000000000";

/// Runs where there are containers; `image` is there.
pub(super) fn item(name: &str, image: &str, environment: &str, client: &str) -> Value {
    let fixed = |key: &str, value: &str| {
        json!({ "key": key, "type": "secret", "value": secret(value),
        "promptOnInstallation": false, "required": true })
    };
    let mut file = fixed("FILE", "item-file");
    file["mounted"] = json!(true);
    json!({
        "name": name, "serverType": "local",
        "oauthConfig": { "name": name, "server_url": "https://w.example", "client_id": "c", "client_secret": secret(client),
            "redirect_uris": [], "scopes": [], "default_scopes": [], "supports_resource_metadata": true },
        "localConfig": { "dockerImage": image, "transportType": "stdio",
            "environment": [fixed("TOKEN", environment), file,
                { "key": "PROMPTED", "type": "secret", "promptOnInstallation": true, "required": true }],
            "imagePullSecrets": [{ "source": "credentials", "server": "registry.invalid", "username": "u",
                "password": secret("item-pull") }] }
    })
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap_or(NOWHERE)
}

pub(super) async fn catalog(world: &mut World) {
    let body = item(
        "Catalogued",
        "local/none:1",
        "item-environment",
        "item-client",
    );
    let created = world
        .ask(Ask::ok(Method::POST, CATALOG, &body).reveals())
        .await;
    let path = format!("{CATALOG}/{}", id(&created));
    let with = |field: &str, value: Value| {
        let mut changed = body.clone();
        changed[field] = value;
        changed
    };
    let (environment, client) = (secret("item-environment"), secret("item-client"));
    let asks = [
        Ask::bad(Method::POST, CATALOG, &body),
        Ask::bad(
            Method::POST,
            CATALOG,
            &with("serverType", json!("elsewhere")),
        ),
        Ask::bad(
            Method::POST,
            CATALOG,
            &with("requiresAuth", json!(environment)),
        ),
        Ask::bad(
            Method::POST,
            CATALOG,
            &with("localConfig", json!(environment)),
        ),
        Ask::bad(Method::POST, CATALOG, &with("oauthConfig", json!([client]))),
        Ask::bad(Method::POST, CATALOG, &with("teams", json!([NOWHERE]))),
        Ask::broken(
            Method::POST,
            CATALOG,
            format!("{{\"oauthConfig\":{{\"client_secret\":\"{client}"),
        ),
        Ask::bad(
            Method::PUT,
            &path,
            &json!({ "localConfig": { "environment": environment } }),
        ),
        Ask::bad(Method::PUT, format!("{CATALOG}/{NOWHERE}"), &body),
        Ask::ok(Method::PUT, &path, &json!({ "description": "x" })).reveals(),
        Ask::get(&path).reveals(),
        Ask::get(CATALOG),
    ];
    world.ask_all(asks).await;
    refused_installations(world, &created).await;
}

/// Pastes, requests, and installations that lack something.
async fn refused_installations(world: &mut World, created: &Value) {
    let text = format!(
        r#"{{ "mcpServers": {{ "github": {{ "command": "npx", "args": ["x"], "env": {{ "GITHUB_TOKEN": "{}" }} }} }} }}"#,
        secret("pasted")
    );
    let asked = item("Asked", "local/none:1", "asked-environment", "asked-client");
    let asked = json!({ "customServerConfig": asked });
    let asks = [
        Ask::ok(
            Method::POST,
            "/api/mcp_catalog/import",
            &json!({ "text": text }),
        ),
        Ask::bad(
            Method::POST,
            "/api/mcp_catalog/import",
            &json!({ "text": secret("pasted") }),
        ),
        Ask::ok(Method::POST, REQUESTS, &asked),
        Ask::bad(
            Method::POST,
            SERVERS,
            &json!({ "catalogId": created["id"], "name": "unprompted" }),
        ),
        Ask::bad(
            Method::POST,
            SERVERS,
            &json!({ "catalogId": NOWHERE, "name": "x", "accessToken": secret("remote-token") }),
        ),
        Ask::bad(
            Method::POST,
            SERVERS,
            &json!({ "catalogId": created["id"], "name": "x", "environmentValues": secret("prompted") }),
        ),
        Ask::bad(
            Method::POST,
            SERVERS,
            &json!({ "catalogId": created["id"], "name": "x", "environmentValues": { "A": [secret("prompted")] } }),
        ),
    ];
    world.ask_all(asks).await;
}

/// A server elsewhere, which lets its token in at first and later complains of it.
pub(super) async fn remote(world: &mut World) {
    let fake = FakeMcpServer::start().await.unwrap();
    let body = json!({ "name": "remote", "serverType": "remote", "serverUrl": fake.url().unwrap(),
        "userConfig": { "key": { "type": "string", "title": "Key", "description": "K", "sensitive": true, "headerName": "x-key" } } });
    let created = world.ask(Ask::ok(Method::POST, CATALOG, &body)).await;
    let path = format!("{CATALOG}/{}", id(&created));
    let (token, again) = (secret("remote-token"), secret("remote-token-again"));
    let header = secret("remote-header");
    let install = |name: &str, token: &str| {
        json!({ "catalogId": created["id"], "name": name, "accessToken": token,
        "userConfigValues": { "key": header }, "environmentValues": { "UNDECLARED": secret("undeclared") } })
    };
    let server = world
        .ask(Ask::ok(Method::POST, SERVERS, &install("remote", &token)))
        .await;
    let server = format!("{SERVERS}/{}", id(&server));
    let used = fake
        .received()
        .iter()
        .any(|one| one.headers.contains_key("x-key"));
    assert!(used, "the header was sent");
    let new = json!({ "accessToken": again });
    let inspect = json!({ "method": "tools/list" });
    let callback = json!({ "state": "unknown", "code": secret("callback-code") });
    let asks = [
        Ask::ok(Method::PATCH, format!("{server}/reauthenticate"), &new),
        Ask::ok(Method::POST, format!("{server}/inspect"), &inspect),
        Ask::bad(
            Method::PATCH,
            format!("{server}/reauthenticate"),
            &json!({ "accessToken": [again] }),
        ),
        Ask::bad(
            Method::POST,
            format!("{server}/reinstall"),
            &json!({ "userConfigValues": header }),
        ),
        Ask::bad(Method::POST, "/api/oauth/callback", &callback),
        Ask::bad(
            Method::POST,
            "/api/oauth/initiate",
            &json!({ "catalogId": NOWHERE }),
        ),
        Ask::bad(Method::POST, SERVERS, &install("remote", &token)),
    ];
    world.ask_all(asks).await;
    let another = install("another", &again);
    complained_of(world, &path, &server, &another).await;
}

/// The same server, now elsewhere, repeats what it was sent.
async fn complained_of(world: &mut World, item: &str, server: &str, another: &Value) {
    let (again, header) = (secret("remote-token-again"), secret("remote-header"));
    let new = json!({ "accessToken": again });
    let inspect = json!({ "method": "tools/list" });
    let elsewhere = world.provider.url().unwrap().join("mcp").unwrap();
    world
        .ask(Ask::ok(
            Method::PUT,
            item,
            &json!({ "serverUrl": elsewhere }),
        ))
        .await;
    let words = format!("neither {again} nor {header}");
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{words}\"");
    let error = json!({ "jsonrpc": "2.0", "id": 0, "error": { "code": -32000, "message": words } });
    for reply in [
        Reply::json(401, words.clone()).with_headers(&[("www-authenticate", &challenge)]),
        Reply::json(403, words.clone()).with_headers(&[("www-authenticate", &challenge)]),
        Reply::json(400, error.to_string()),
        Reply::json(500, words),
    ] {
        world.provider.always_reply(reply);
        let asks = [
            Ask::ok(Method::POST, format!("{server}/reinstall"), &json!({})).either(),
            Ask::ok(Method::POST, format!("{server}/reload-tools"), &json!({})).either(),
            Ask::ok(Method::POST, format!("{server}/inspect"), &inspect).either(),
            Ask::ok(Method::PATCH, format!("{server}/reauthenticate"), &new).either(),
            Ask::bad(Method::POST, SERVERS, another),
            Ask::get(server),
        ];
        world.ask_all(asks).await;
    }
}

pub(super) async fn clusters(world: &mut World) {
    let file = |user: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: k, cluster: {{server: 'https://127.0.0.1:9'}}}}]\n\
             users: [{{name: u, user: {user}}}]\ncontexts: [{{name: c, context: {{cluster: k, user: u, namespace: tools}}}}]\n"
        )
    };
    let token = file(&format!("{{token: '{}'}}", secret("kubeconfig-token")));
    let password = secret("kubeconfig-password");
    let both = file(&format!("{{username: u, password: '{password}'}}"));
    let hostile = file(&format!(
        "{{exec: {{command: /bin/true, args: ['{password}'], apiVersion: v1}}}}"
    ));
    let with = |kubeconfig: &str| json!({ "name": "far", "kubeconfig": kubeconfig, "context": "c", "namespace": "" });
    let preview = "/api/clusters/preview";
    let asks = [
        Ask::ok(Method::POST, preview, &with(&token)),
        Ask::ok(Method::POST, preview, &with(&hostile)).either(),
        Ask::bad(Method::POST, CLUSTERS, &with(&hostile)),
        Ask::ok(Method::POST, preview, &with(&both)).either(),
        Ask::bad(
            Method::POST,
            CLUSTERS,
            &with(&format!("users: [{password}")),
        ),
        Ask::bad(Method::POST, CLUSTERS, &with(&format!("users: {password}"))),
        Ask::bad(
            Method::POST,
            CLUSTERS,
            &json!({ "name": "x", "kubeconfig": [password] }),
        ),
        Ask::broken(
            Method::POST,
            CLUSTERS,
            format!("{{\"kubeconfig\":\"{password}"),
        ),
    ];
    world.ask_all(asks).await;
    let added = world
        .ask(Ask::ok(Method::POST, CLUSTERS, &with(&token)))
        .await;
    let asks = [
        Ask::bad(Method::POST, CLUSTERS, &with(&token)),
        Ask::ok(
            Method::POST,
            format!("{CLUSTERS}/{}/check", id(&added)),
            &json!({}),
        ),
        Ask::get(CLUSTERS),
    ];
    world.ask_all(asks).await;
}

/// Programs that come with tokens, good ones and made-up ones.
pub(super) async fn gateway(world: &mut World) {
    let agent = world.ask(Ask::get("/api/agents/default")).await;
    let path = format!("/v1/mcp/{}", id(&agent));
    let token = world
        .ask(Ask::get("/api/user-tokens/me/value").reveals())
        .await;
    let token = world.made(&token["value"]);
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
    let call = |authorization: String| {
        let ask = Ask::bad(Method::POST, &path, &list).header("authorization", authorization);
        let accept = "application/json, text/event-stream".to_owned();
        ask.header("accept", accept)
            .header("mcp-protocol-version", "2025-11-25".to_owned())
    };
    let oauth = "/api/auth/oauth2";
    let body = json!({ "redirect_uris": ["http://localhost/x"], "token_endpoint_auth_method": "client_secret_post" });
    let register = Ask::ok(Method::POST, format!("{oauth}/register"), &body);
    let client = world.ask(register.reveals()).await;
    let client_secret = world.made(&client["client_secret"]);
    let form = |pairs: &[(&str, &str)]| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", client["client_id"].as_str().unwrap());
        let body = form.extend_pairs(pairs).finish();
        let kind = "application/x-www-form-urlencoded".to_owned();
        Ask::broken(Method::POST, format!("{oauth}/token"), body).header("content-type", kind)
    };
    let basic = format!("Basic {}", secret("client-basic"));
    let code = secret("oauth-code");
    let refresh = secret("refresh-token");
    let asks = [
        call(format!("Bearer {token}")).either(),
        call(format!("Bearer archestra_{}", secret("gateway-token"))),
        call(format!("Bearer {}", secret("gateway-token"))),
        call(secret("gateway-token")),
        form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("client_secret", &client_secret),
        ]),
        form(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &refresh),
            ("client_secret", &client_secret),
        ]),
        form(&[
            ("grant_type", "refresh_token"),
            ("client_secret", &secret("client-secret")),
        ]),
        form(&[("grant_type", "refresh_token")]).header("authorization", basic),
    ];
    world.ask_all(asks).await;
}
