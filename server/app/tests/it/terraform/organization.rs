//! `archestra_organization_settings`, `archestra_team` and `archestra_team_external_group`.

use serde_json::{Value, json};

use super::{Terraform, echoed, id, merge};

pub(super) async fn settings(terraform: &Terraform) {
    let before = terraform.get("organization_settings / read", &[]).await;
    for unset in [
        "appName",
        "logo",
        "chatLinks",
        "defaultAgentId",
        "limitCleanupInterval",
    ] {
        assert_eq!(before[unset], Value::Null, "{unset}");
    }
    let mut expected = json!({});
    let agent = terraform
        .app
        .post("/api/agents", json!({ "name": "For defaults" }))
        .await;
    for (part, patch) in patches(&agent["id"]) {
        merge(&mut expected, &patch);
        let operation = format!("organization_settings / {part}");
        echoed(
            part,
            &expected,
            &terraform.post(&operation, &[], patch).await,
        );
        echoed(
            part,
            &expected,
            &terraform.get("organization_settings / read", &[]).await,
        );
    }
    let nobody = json!({ "defaultAgentId": "00000000-0000-0000-0000-000000000009" });
    for (part, patch, status) in [
        ("appearance", json!({ "theme": "made-up" }), 400),
        ("llm", json!({ "limitCleanupInterval": "2h" }), 400),
        ("agent", nobody, 409),
        (
            "mcp",
            json!({ "mcpOauthAccessTokenLifetimeSeconds": 1 }),
            400,
        ),
    ] {
        let operation = format!("organization_settings / {part}");
        terraform
            .refused(&operation, &[], Some(patch), status)
            .await;
    }
}

/// Each part set, some changed, some set back.
fn patches(agent: &Value) -> [(&'static str, Value); 13] {
    [
        (
            "appearance",
            json!({ "customFont": "lato", "theme": "cosmic-night", "appName": " Ours ", "footerText": "",
                "logo": "data:image/png;base64,AA==", "chatPlaceholders": ["b", "a"], "animateChatPlaceholders": false,
                "chatLinks": [{ "label": "Z", "url": "https://z.example/" }, { "label": "A", "url": "https://a.example" }] }),
        ),
        (
            "llm",
            json!({ "compressionScope": "organization", "convertToolResultsToToon": true, "limitCleanupInterval": "1w" }),
        ),
        (
            "security",
            json!({ "allowChatFileUploads": false, "globalToolPolicy": "restrictive" }),
        ),
        (
            "agent",
            json!({ "defaultAgentId": agent, "defaultLlmModel": "model-a", "defaultLlmProvider": "groq" }),
        ),
        ("mcp", json!({ "mcpOauthAccessTokenLifetimeSeconds": 7200 })),
        (
            "knowledge",
            json!({ "embeddingModel": "e", "rerankerModel": "r" }),
        ),
        ("onboard", json!({ "onboardingComplete": true })),
        ("security", json!({ "globalToolPolicy": "permissive" })),
        (
            "appearance",
            json!({ "appName": null, "chatLinks": null, "chatPlaceholders": [], "logo": null }),
        ),
        ("llm", json!({ "limitCleanupInterval": null })),
        (
            "agent",
            json!({ "defaultAgentId": null, "defaultLlmModel": null, "defaultLlmProvider": null }),
        ),
        ("knowledge", json!({ "embeddingModel": null })),
        ("mcp", json!({})),
    ]
}

pub(super) async fn teams(terraform: &Terraform) {
    let organization = terraform.get("team / look at the organization", &[]).await;
    assert!(organization["compressionScope"].is_string());
    let create = json!({ "name": "Core", "description": " kept as it is " });
    let patches = [
        json!({ "convertToolResultsToToon": true }),
        json!({ "description": null }),
        json!({ "name": "Core 2", "description": "again" }),
        json!({}),
    ];
    let team = terraform.begin("team", create, &patches).await;
    terraform.get("data team / read", &[&team]).await;
    members(terraform, &team).await;
    groups(terraform, &team).await;
    terraform.end("team", &team).await;
}

async fn members(terraform: &Terraform, team: &str) {
    let session = terraform.app.get("/api/auth/get-session").await;
    let user = session["user"]["id"].as_str().unwrap();
    let member = json!({ "userId": user, "role": "member" });
    let added = terraform
        .post("team / add member", &[team], member.clone())
        .await;
    echoed("member", &member, &added);
    let listed = terraform.get("team / members", &[team]).await;
    assert_eq!(listed[0]["userId"], user);
    terraform.get("data team / members", &[team]).await;
    terraform
        .refused("team / add member", &[team], Some(member), 409)
        .await;
    terraform.get("team / remove member", &[team, user]).await;
    assert_eq!(terraform.get("team / members", &[team]).await, json!([]));
}

async fn groups(terraform: &Terraform, team: &str) {
    let group = json!({ "groupIdentifier": "CN=Core, OU=Ours " });
    let added = terraform
        .post("team_external_group / create", &[team], group.clone())
        .await;
    echoed("group", &group, &added);
    assert_eq!(added["teamId"], team);
    let listed = terraform.get("team_external_group / read", &[team]).await;
    assert_eq!(listed[0]["groupIdentifier"], group["groupIdentifier"]);
    terraform
        .get("data team_external_groups / read", &[team])
        .await;
    let place = [team, id(&added)];
    terraform.get("team_external_group / delete", &place).await;
    terraform.gone("team_external_group / delete", &place).await;
}
