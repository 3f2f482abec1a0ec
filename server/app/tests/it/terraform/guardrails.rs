//! `archestra_limit`, `archestra_optimization_rule`, the policies of tools, their defaults and the proposals for them.

use serde_json::{Value, json};
use testkit::provider::Reply;

use super::registry::World;
use super::{Terraform, echoed, id, merge};

pub(super) async fn budgets(terraform: &Terraform) {
    let organization = terraform.app.get("/api/organization").await["id"].clone();
    let team = terraform
        .app
        .post("/api/teams", json!({ "name": "Spenders" }))
        .await;
    let limit = json!({ "entityId": organization, "entityType": "organization", "limitType": "token_cost",
        "limitValue": 100, "model": ["model-b", "model-a"] });
    let patches = [
        json!({ "limitValue": 9_007_199_254_740_993_i64 }),
        json!({ "model": null }),
        json!({ "limitType": "tool_calls", "mcpServerName": "mail", "toolName": "send" }),
        json!({ "entityId": team["id"], "entityType": "team" }),
        json!({ "toolName": null }),
        json!({}),
    ];
    terraform.life("limit", limit, &patches).await;
    for (bad, status) in [
        (
            json!({ "entityId": organization, "entityType": "user", "limitType": "token_cost", "limitValue": 1 }),
            400,
        ),
        (
            json!({ "entityId": "nobody", "entityType": "team", "limitType": "token_cost", "limitValue": 1 }),
            409,
        ),
        (
            json!({ "entityId": organization, "entityType": "organization", "limitType": "money", "limitValue": 1 }),
            400,
        ),
        (
            json!({ "entityId": organization, "entityType": "organization", "limitType": "token_cost", "limitValue": 1.5 }),
            400,
        ),
    ] {
        terraform
            .refused("limit / create", &[], Some(bad), status)
            .await;
    }
    rules(terraform, &organization).await;
}

async fn rules(terraform: &Terraform, organization: &Value) {
    let mut expected = json!({ "entityId": organization, "entityType": "organization", "provider": "groq",
        "targetModel": "small", "enabled": true, "conditions": [{ "hasTools": false }, { "maxLength": 1000 }] });
    let created = terraform
        .post("optimization_rule / create", &[], expected.clone())
        .await;
    echoed("rule", &expected, &created);
    let rule = id(&created).to_owned();
    let listed = async || {
        let rules = terraform.get("optimization_rule / read", &[]).await;
        let found = rules
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["id"] == *rule);
        found.cloned()
    };
    for patch in [
        json!({ "enabled": false }),
        json!({ "conditions": [{ "maxLength": 5 }] }),
        json!({}),
    ] {
        merge(&mut expected, &patch);
        let updated = terraform
            .post("optimization_rule / update", &[&rule], patch)
            .await;
        echoed("rule", &expected, &updated);
        echoed("rule", &expected, &listed().await.unwrap());
    }
    let both = json!({ "conditions": [{ "maxLength": 5, "hasTools": true }] });
    terraform
        .refused("optimization_rule / update", &[&rule], Some(both), 400)
        .await;
    terraform.get("optimization_rule / delete", &[&rule]).await;
    assert_eq!(listed().await, None);
    terraform.gone("optimization_rule / delete", &[&rule]).await;
    terraform
        .refused("optimization_rule / update", &[&rule], Some(json!({})), 404)
        .await;
}

pub(super) async fn policies(terraform: &Terraform, world: &World) {
    let conditions = json!([
        { "key": "to", "operator": "regex", "value": "^[^@]+@ours\\.example$" },
        { "key": "context.externalAgentId", "operator": "notEqual", "value": " x " },
    ]);
    let call = json!({ "toolId": world.tools[0], "conditions": conditions, "action": "require_approval", "reason": " why " });
    let patches = [
        json!({ "reason": null }),
        json!({ "action": "block_when_context_is_untrusted", "toolId": world.tools[1] }),
        json!({ "conditions": [conditions[1]] }),
        json!({}),
    ];
    terraform
        .life("tool_invocation_policy", call, &patches)
        .await;
    let result = json!({ "toolId": world.tools[0], "description": "for tests", "action": "mark_as_trusted",
        "conditions": [{ "key": "items[*].from", "operator": "endsWith", "value": "@ours" }] });
    let patches = [
        json!({ "action": "sanitize_with_dual_llm" }),
        json!({ "description": null }),
    ];
    terraform
        .life("trusted_data_policy", result, &patches)
        .await;
    for (bad, status) in [
        (
            json!({ "toolId": world.tools[0], "conditions": [], "action": "mark_as_trusted" }),
            400,
        ),
        (
            json!({ "toolId": "00000000-0000-0000-0000-000000000009", "conditions": [], "action": "block_always" }),
            409,
        ),
        (
            json!({ "toolId": world.tools[0], "conditions": [{ "key": "a", "operator": "regex", "value": "(" }], "action": "block_always" }),
            400,
        ),
        (
            json!({ "toolId": world.tools[0], "conditions": [{ "key": "a", "operator": "like", "value": "" }], "action": "block_always" }),
            400,
        ),
    ] {
        terraform
            .refused("tool_invocation_policy / create", &[], Some(bad), status)
            .await;
    }
    let actions = ["block_always", "allow_when_context_is_untrusted"];
    defaults(terraform, world, "tool_invocation_policy_default", actions).await;
    let actions = ["mark_as_untrusted", "mark_as_trusted"];
    defaults(terraform, world, "trusted_data_policy_default", actions).await;
}

/// One default for each tool, however often it is set.
async fn defaults(terraform: &Terraform, world: &World, resource: &str, actions: [&str; 2]) {
    let name = |step: &str| format!("{resource} / {step}");
    let tools = json!([world.tools[0], world.tools[1]]);
    let set = async |action: &str| {
        let body = json!({ "toolIds": tools, "action": action });
        terraform.post(&name("set"), &[], body).await
    };
    assert_eq!(set(actions[0]).await, json!({ "created": 2, "updated": 0 }));
    assert_eq!(set(actions[1]).await, json!({ "created": 0, "updated": 2 }));
    let listed = terraform.get(&name("list"), &[]).await;
    let rows = listed.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{listed:#}");
    for row in rows {
        assert_eq!(
            (&row["action"], &row["conditions"]),
            (&json!(actions[1]), &json!([]))
        );
        terraform.get(&name("remove"), &[id(row)]).await;
        terraform.gone(&name("remove"), &[id(row)]).await;
    }
    assert_eq!(terraform.get(&name("list"), &[]).await, json!([]));
}

/// A model of the organization's is asked; what it says is written down as defaults.
pub(super) async fn proposals(terraform: &Terraform, world: &World) {
    let said = json!({ "reasoning": "It only reads.", "toolInvocationAction": "allow_when_context_is_untrusted",
        "trustedDataAction": "mark_as_untrusted" });
    let chunk = json!({ "id": "c", "object": "chat.completion.chunk", "model": "model-a",
        "choices": [{ "index": 0, "delta": { "role": "assistant", "content": said.to_string() }, "finish_reason": "stop" }] });
    let answer = format!("data: {chunk}\n\ndata: [DONE]\n\n");
    terraform.llm.reply(Reply::events(answer.as_bytes(), &[64]));
    let body = json!({ "toolIds": [world.tools[0], "00000000-0000-0000-0000-000000000009"] });
    let answer = terraform
        .post("tool_policy_auto_config / create", &[], body)
        .await;
    let [known, unknown] = [&answer["results"][0], &answer["results"][1]];
    assert_eq!(
        (&known["success"], &known["config"]),
        (&json!(true), &said),
        "{answer:#}"
    );
    assert_eq!(unknown["success"], false);
    assert!(unknown["error"].is_string());
    let listed = terraform
        .get("tool_invocation_policy_default / list", &[])
        .await;
    assert_eq!(listed[0]["action"], said["toolInvocationAction"]);
    let tools = terraform.app.get("/api/tools").await;
    let tool = tools
        .as_array()
        .unwrap()
        .iter()
        .find(|tool| tool["id"] == *world.tools[0]);
    assert_eq!(
        tool.unwrap()["policiesAutoConfiguredReasoning"],
        "It only reads."
    );
}
