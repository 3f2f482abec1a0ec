//! `archestra_mcp_registry_catalog_item`, `archestra_mcp_server_installation`, the assignments of tools, and what the data
//! sources read of them.

use serde_json::{Value, json};
use testkit::wait;

use super::{Terraform, echoed, id};

/// What is installed while policies and assignments are walked through.
pub(super) struct World {
    item: String,
    server: String,
    pub(super) tools: Vec<String>,
    agent: String,
}

pub(super) async fn install(terraform: &Terraform) -> World {
    catalog(terraform).await;
    let item = json!({ "name": "mail", "serverType": "remote", "serverUrl": terraform.mcp.url().unwrap() });
    let item = terraform
        .post("mcp_registry_catalog_item / create", &[], item)
        .await;
    let body = json!({ "name": "mail", "catalogId": item["id"], "scope": "org", "teamId": null, "ownerId": null,
        "localInstallationError": null, "oauthRefreshError": null, "oauthRefreshFailedAt": null });
    let server = terraform
        .post("mcp_server_installation / create", &[], body)
        .await;
    echoed(
        "installation",
        &json!({ "scope": "org", "teamId": null, "secretId": null }),
        &server,
    );
    let server = id(&server).to_owned();
    let status = terraform
        .get("mcp_server_installation / poll", &[&server])
        .await;
    let done = json!({ "localInstallationStatus": "success", "localInstallationError": null });
    echoed("installation", &done, &status);
    let tools = terraform
        .get("mcp_server_installation / tools", &[&server])
        .await;
    let tools: Vec<String> = tools
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| id(tool).to_owned())
        .collect();
    assert!(tools.len() > 2);
    terraform
        .get("mcp_server_installation / read", &[&server])
        .await;
    terraform
        .get("data mcp_server_tool / read", &[&server])
        .await;
    let all = terraform.get("data tool / read", &[]).await;
    let names: Vec<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"archestra__whoami") && names.iter().any(|name| name.starts_with("mail__")),
        "{names:?}"
    );
    let body = json!({ "name": "Reader", "agentType": "mcp_gateway", "scope": "org", "teams": [] });
    let agent = terraform.post("mcp_gateway / create", &[], body).await;
    World {
        item: id(&item).to_owned(),
        server,
        tools,
        agent: id(&agent).to_owned(),
    }
}

async fn catalog(terraform: &Terraform) {
    let local = local();
    let patches = [
        json!({ "serverType": "local", "version": "2", "docsUrl": null, "labels": [], "userConfig": null }),
        json!({ "serverType": "local", "localConfig": { "command": "other", "arguments": ["b", "a"] } }),
        json!({ "authFields": null, "enterpriseManagedConfig": null, "instructions": null, "icon": null }),
        json!({}),
    ];
    terraform
        .life("mcp_registry_catalog_item", local, &patches)
        .await;
    let remote = json!({
        "name": "remote", "serverType": "remote", "serverUrl": "https://mcp.example/path/",
        "oauthConfig": { "name": "remote", "server_url": "https://mcp.example/path/", "client_id": "c", "client_secret": " s3 ",
            "redirect_uris": ["https://b/", "https://a"], "scopes": ["z", "a"], "default_scopes": [],
            "supports_resource_metadata": true },
    });
    let patches = [
        json!({ "oauthConfig": null }),
        json!({ "serverUrl": "https://other.example" }),
    ];
    terraform
        .life("mcp_registry_catalog_item", remote, &patches)
        .await;
    for bad in [
        json!({ "name": "bad", "serverType": "remote" }),
        json!({ "name": "bad", "serverType": "local", "localConfig": {} }),
        json!({ "serverType": "local", "localConfig": { "command": "x" } }),
    ] {
        terraform
            .refused("mcp_registry_catalog_item / create", &[], Some(bad), 400)
            .await;
    }
}

fn local() -> Value {
    json!({
        "name": "local ", "serverType": "local", "description": " d ", "docsUrl": "https://docs.example/", "version": "1.0",
        "installationCommand": "npx x", "authDescription": "", "repository": "https://r.example/", "instructions": "i\n",
        "icon": "📮", "requiresAuth": true, "deploymentSpecYaml": "kind: Deployment\n", "scope": "org", "teams": [],
        "labels": [{ "key": "z", "value": "1" }, { "key": "a", "value": "2" }],
        "authFields": [{ "name": "n", "label": "l", "type": "password", "required": true, "description": "d" }],
        "enterpriseManagedConfig": { "assertionMode": "exchange", "cacheTtlSeconds": 60, "scopes": ["b", "a"] },
        "userConfig": { "key": { "type": "string", "title": "t", "description": "d", "default": ["x"], "sensitive": true } },
        "localConfig": {
            "command": "node", "arguments": ["--z", "--a"], "dockerImage": "image:1", "transportType": "streamable-http",
            "httpPort": 8080, "httpPath": "/mcp", "serviceAccount": "sa", "nodePort": 30001,
            "environment": [
                { "key": "SECRET", "type": "secret", "value": " hidden ", "promptOnInstallation": false, "required": false },
                { "key": "COUNT", "type": "number", "default": 1.5, "promptOnInstallation": true, "description": "d" },
                { "key": "PLAIN", "type": "plain_text", "value": "", "promptOnInstallation": false, "mounted": true },
            ],
            "envFrom": [{ "type": "secret", "name": "n", "prefix": "P_" }],
            "imagePullSecrets": [{ "source": "existing", "name": "pull" },
                { "source": "credentials", "server": "r.example", "username": "u", "password": "p", "email": "e@x" }],
        },
    })
}

pub(super) async fn assign(terraform: &Terraform, world: &World) {
    let (agent, server) = (world.agent.as_str(), world.server.as_str());
    let [first, second, third] = [&world.tools[0], &world.tools[1], &world.tools[2]];
    let body = json!({ "mcpServerId": server, "credentialResolutionMode": "static" });
    let answer = terraform
        .post("agent_tool / create", &[agent, first], body)
        .await;
    assert_eq!(answer["success"], true);
    let query = format!("?agentId={agent}&limit=100&offset=0");
    let found = terraform.get("agent_tool / find", &[&query]).await;
    assert_eq!(
        (
            &found["data"][0]["tool"]["id"],
            &found["pagination"]["total"]
        ),
        (&json!(first), &json!(1))
    );
    echoed(
        "assignment",
        &json!({ "mcpServerId": server, "credentialResolutionMode": "static" }),
        &found["data"][0],
    );
    let assignment = id(&found["data"][0]);
    let patch = json!({ "mcpServerId": null, "credentialResolutionMode": "dynamic" });
    terraform
        .post("agent_tool / update", &[assignment], patch.clone())
        .await;
    let found = terraform.get("agent_tool / find", &[&query]).await;
    echoed("assignment", &patch, &found["data"][0]);

    let wanted = |tool: &str| json!({ "agentId": agent, "toolId": tool, "mcpServerId": server, "credentialResolutionMode": "static" });
    let batch = json!({ "assignments": [wanted(first), wanted(second), wanted(third)] });
    let answer = terraform.post("agent_tool_batch / add", &[], batch).await;
    assert_eq!(answer["failed"], json!([]));
    assert_eq!(answer["succeeded"].as_array().unwrap().len(), 2);
    assert_eq!(answer["duplicates"][0]["toolId"], json!(first));
    let found = terraform.get("agent_tool_batch / read", &[&query]).await;
    assert_eq!(found["pagination"]["hasNext"], false);
    for operation in ["data agent_tool / read", "data agent_tools / read"] {
        assert_eq!(
            terraform.get(operation, &[&query]).await["data"]
                .as_array()
                .unwrap()
                .len(),
            3
        );
    }
    terraform
        .get("agent_tool_batch / remove", &[agent, third])
        .await;
    terraform
        .gone("agent_tool_batch / remove", &[agent, third])
        .await;
    terraform.get("agent_tool / delete", &[agent, first]).await;
    terraform.gone("agent_tool / delete", &[agent, first]).await;
}

/// What went through the gateway is found again.
pub(super) async fn calls(terraform: &Terraform, world: &World) {
    let token = terraform.app.get("/api/user-tokens/me/value").await["value"].clone();
    let named = terraform
        .get("mcp_server_installation / tools", &[&world.server])
        .await;
    let tool = named
        .as_array()
        .unwrap()
        .iter()
        .find(|tool| id(tool) == world.tools[1])
        .unwrap();
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": tool["name"], "arguments": {},
        "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "t", "version": "1" } } } });
    let request = crate::harness::browser()
        .post(terraform.app.url(&format!("/v1/mcp/{}", world.agent)))
        .bearer_auth(token.as_str().unwrap())
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "tools/call")
        .header("mcp-name", tool["name"].as_str().unwrap())
        .json(&message);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{:?}", answer.text().await);
    answer.bytes().await.unwrap();
    let query = format!(
        "?agentId={}&limit=100&offset=0&startDate=2020-01-01T00:00:00Z&endDate=2100-01-01T00:00:00%2B02:00",
        world.agent
    );
    let listed = wait::until("the call on record", async || {
        let listed = terraform.get("data mcp_tool_calls / read", &[&query]).await;
        let calls = listed["data"].as_array().unwrap().iter();
        calls
            .into_iter()
            .any(|call| call["method"] == "tools/call")
            .then_some(listed.clone())
    })
    .await;
    let call = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|call| call["method"] == "tools/call")
        .unwrap();
    assert_eq!(call["toolCall"]["name"], tool["name"]);
}

pub(super) async fn remove(terraform: &Terraform, world: &World) {
    terraform
        .get("mcp_server_installation / delete", &[&world.server])
        .await;
    terraform
        .gone("mcp_server_installation / read", &[&world.server])
        .await;
    terraform
        .gone("mcp_server_installation / delete", &[&world.server])
        .await;
    terraform
        .get("mcp_registry_catalog_item / delete", &[&world.item])
        .await;
    terraform
        .gone("mcp_registry_catalog_item / read", &[&world.item])
        .await;
}
