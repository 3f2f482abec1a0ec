//! Terraform does ten things at once: what is written to one resource by many hands is all there afterwards.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Terraform, echoed, id};

#[tokio::test]
async fn partial_updates_of_one_agent_and_one_team_at_once_are_all_kept() {
    let terraform = Terraform::start().await;
    let body = json!({ "name": "Shared", "agentType": "agent", "scope": "org", "teams": [] });
    let agent = terraform.post("agent / create", &[], body).await;
    let patches = [
        json!({ "description": "d" }),
        json!({ "icon": "i" }),
        json!({ "systemPrompt": "s" }),
        json!({ "llmModel": "m" }),
        json!({ "incomingEmailEnabled": true }),
        json!({ "considerContextUntrusted": true }),
        json!({ "labels": [{ "key": "k", "value": "v" }] }),
        json!({ "suggestedPrompts": [{ "prompt": "p", "summaryTitle": "t" }] }),
        json!({ "knowledgeBaseIds": ["k"] }),
        json!({ "name": "Shared by all" }),
    ];
    all_kept(&terraform, "agent", id(&agent), &patches).await;

    let team = terraform
        .post("team / create", &[], json!({ "name": "T" }))
        .await;
    let patches = [
        json!({ "name": "T2" }),
        json!({ "description": "d" }),
        json!({ "convertToolResultsToToon": true }),
    ];
    all_kept(&terraform, "team", id(&team), &patches).await;
}

async fn all_kept(terraform: &Terraform, resource: &str, id: &str, patches: &[Value]) {
    let operation = format!("{resource} / update");
    let place = [id];
    let write = |patch: &Value| terraform.post(&operation, &place, patch.clone());
    join_all(patches.iter().map(write)).await;
    let read = terraform.get(&format!("{resource} / read"), &place).await;
    for patch in patches {
        echoed(resource, patch, &read);
    }
}

#[tokio::test]
async fn parts_of_the_organizations_settings_at_once_are_all_kept() {
    let terraform = Terraform::start().await;
    let parts = [
        ("appearance", json!({ "theme": "mono", "appName": "A" })),
        ("llm", json!({ "compressionScope": "team" })),
        ("security", json!({ "allowChatFileUploads": false })),
        ("agent", json!({ "defaultLlmModel": "m" })),
        ("mcp", json!({ "mcpOauthAccessTokenLifetimeSeconds": 60 })),
        ("knowledge", json!({ "rerankerModel": "r" })),
    ];
    join_all(parts.iter().map(async |(part, patch)| {
        let operation = format!("organization_settings / {part}");
        terraform.post(&operation, &[], patch.clone()).await
    }))
    .await;
    let read = terraform.get("organization_settings / read", &[]).await;
    for (part, patch) in parts {
        echoed(part, &patch, &read);
    }
}

#[tokio::test]
async fn of_ten_creations_at_once_each_is_there() {
    let terraform = Terraform::start().await;
    let create = |number: usize| {
        let body = json!({ "name": format!("Team {number}"), "description": null });
        let terraform = &terraform;
        async move { terraform.post("team / create", &[], body).await }
    };
    let created = join_all((0..10).map(create)).await;
    for team in &created {
        terraform.get("team / read", &[id(team)]).await;
    }
}
