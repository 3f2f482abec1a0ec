//! `archestra_agent`, `archestra_llm_proxy`, `archestra_mcp_gateway` and `archestra_agent_delegation`.

use serde_json::{Value, json};

use super::{Terraform, id};

pub(super) async fn walk(terraform: &Terraform) {
    let mut teams = Vec::new();
    for name in ["Zebra", "Ant"] {
        let team = terraform
            .app
            .post("/api/teams", json!({ "name": name }))
            .await;
        teams.push(team["id"].clone());
    }
    terraform
        .life("agent", agent(&teams), &agent_patches())
        .await;
    terraform.life("llm_proxy", proxy(), &proxy_patches()).await;
    terraform
        .life("mcp_gateway", gateway(&teams), &gateway_patches())
        .await;
    unset(terraform).await;
    delegations(terraform).await;
    for bad in [
        json!({ "name": "x", "scope": "everybody" }),
        json!({ "name": "x", "llmApiKeyId": "no id" }),
        json!({ "name": "x", "incomingEmailSecurityMode": "open" }),
        json!({ "name": "x", "toolExposureMode": "some" }),
        json!({ "name": "x", "passthroughHeaders": "x-a" }),
        json!({ "scope": "org" }),
    ] {
        terraform
            .refused("agent / create", &[], Some(bad), 400)
            .await;
    }
}

fn agent(teams: &[Value]) -> Value {
    json!({
        "name": "Helper", "agentType": "agent", "scope": "team", "teams": teams, "description": " two  spaces ",
        "icon": "🤖", "systemPrompt": "Be brief.\n", "llmModel": "model-a", "incomingEmailEnabled": true,
        "incomingEmailAllowedDomain": "ours.example", "incomingEmailSecurityMode": "internal",
        "considerContextUntrusted": true, "knowledgeBaseIds": ["k2", "k1"], "connectorIds": ["c1"],
        "suggestedPrompts": [{ "prompt": "p2", "summaryTitle": "b" }, { "prompt": "p1", "summaryTitle": "a" }],
        "labels": [{ "key": "z", "value": "1" }, { "key": "a", "value": "2" }],
        "builtInAgentConfig": { "name": "policy-configuration-subagent", "autoConfigureOnToolDiscovery": true },
    })
}

fn agent_patches() -> [Value; 4] {
    [
        json!({ "description": null, "icon": null, "systemPrompt": null, "llmModel": null, "builtInAgentConfig": null }),
        json!({ "incomingEmailAllowedDomain": null, "incomingEmailEnabled": false, "knowledgeBaseIds": [], "labels": [] }),
        json!({ "scope": "org", "teams": [], "suggestedPrompts": [], "considerContextUntrusted": false }),
        json!({}),
    ]
}

fn proxy() -> Value {
    json!({
        "name": "Proxy", "agentType": "llm_proxy", "scope": "org", "teams": [], "llmModel": "model-a",
        "passthroughHeaders": ["X-B", "x-a"], "identityProviderId": "idp-1", "labels": [],
    })
}

fn proxy_patches() -> [Value; 2] {
    [
        json!({ "passthroughHeaders": null, "identityProviderId": null }),
        json!({ "name": "Proxy 2", "passthroughHeaders": ["x-c"] }),
    ]
}

fn gateway(teams: &[Value]) -> Value {
    json!({
        "name": "Gateway", "agentType": "mcp_gateway", "scope": "team", "teams": [teams[1], teams[0]],
        "toolExposureMode": "search_and_run_only", "knowledgeBaseIds": [], "connectorIds": [],
    })
}

fn gateway_patches() -> [Value; 2] {
    [
        json!({ "toolExposureMode": "full" }),
        json!({ "teams": [], "scope": "org" }),
    ]
}

/// What was never set is null, or an empty list.
async fn unset(terraform: &Terraform) {
    let body = json!({ "name": "Bare", "agentType": "agent", "scope": "org", "teams": [] });
    let bare = terraform.post("agent / create", &[], body).await;
    for name in [
        "description",
        "icon",
        "systemPrompt",
        "llmModel",
        "llmApiKeyId",
        "builtInAgentConfig",
        "passthroughHeaders",
    ] {
        assert_eq!(bare[name], Value::Null, "{name}");
    }
    for name in [
        "labels",
        "teams",
        "suggestedPrompts",
        "knowledgeBaseIds",
        "connectorIds",
    ] {
        assert_eq!(bare[name], json!([]), "{name}");
    }
}

async fn delegations(terraform: &Terraform) {
    let mut ids = Vec::new();
    for name in ["From", "One", "Two"] {
        let body = json!({ "name": name, "agentType": "agent", "scope": "org", "teams": [] });
        let agent = terraform.post("agent / create", &[], body).await;
        ids.push(id(&agent).to_owned());
    }
    let [from, one, two] = [&ids[0], &ids[1], &ids[2]];
    let replace = async |targets: Value| {
        let body = json!({ "targetAgentIds": targets });
        terraform
            .post("agent_delegation / replace", &[from], body)
            .await
    };
    let added = replace(json!([two, one])).await;
    assert_eq!(added, json!({ "added": [two, one], "removed": [] }));
    let listed = terraform.get("agent_delegation / list", &[from]).await;
    assert_eq!(
        (&listed[0]["name"], &listed[1]["name"]),
        (&json!("Two"), &json!("One"))
    );
    assert_eq!(replace(json!([one])).await["removed"], json!([two]));
    terraform
        .get("agent_delegation / delete", &[from, one])
        .await;
    terraform
        .gone("agent_delegation / delete", &[from, one])
        .await;
    assert_eq!(
        terraform.get("agent_delegation / list", &[from]).await,
        json!([])
    );
    let own = json!({ "targetAgentIds": [from] });
    terraform
        .refused("agent_delegation / replace", &[from], Some(own), 400)
        .await;
    let nobody = "00000000-0000-0000-0000-000000000009";
    terraform.gone("agent_delegation / list", &[nobody]).await;
}
