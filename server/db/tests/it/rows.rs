//! Rows with as little in them as a test needs.

use chrono::{DateTime, TimeZone as _, Utc};
use db::Db;
use db::agent_tools::AgentTool;
use db::agents::Agent;
use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use db::teams::Team;
use db::tools::Tool;
use db::users::User;
use serde_json::json;
use testkit::database::TestDatabase;
use uuid::Uuid;

pub(crate) const ORGANIZATION: &str = "organization";

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 15, 12, 0, 0).unwrap()
}

/// One organization and two people, `ann` and `bob`.
pub(crate) async fn database() -> TestDatabase {
    let test = TestDatabase::create().await.unwrap();
    db::organization::ensure(&test.db, ORGANIZATION, "Tests")
        .await
        .unwrap();
    for id in ["ann", "bob"] {
        let user = User {
            id: id.to_owned(),
            name: id.to_owned(),
            email: format!("{id}@example.com"),
            role: "member".to_owned(),
            password_hash: None,
            password_is_default: false,
            created_at: noon(),
        };
        db::users::insert(&test.db, &user).await.unwrap();
    }
    test
}

pub(crate) fn item(name: &str) -> CatalogItem {
    CatalogItem {
        id: Uuid::now_v7(),
        organization_id: ORGANIZATION.to_owned(),
        name: name.to_owned(),
        tool_prefix: None,
        description: None,
        version: None,
        instructions: None,
        repository: None,
        installation_command: None,
        docs_url: None,
        icon: None,
        requires_auth: false,
        auth_description: None,
        auth_fields: None,
        server_type: "local".to_owned(),
        server_url: None,
        local_config: Some(json!({"command": "npx", "arguments": ["-y", "server"]})),
        user_config: None,
        oauth_config: None,
        enterprise_managed_config: None,
        deployment_spec_yaml: None,
        client_secret_id: None,
        local_config_secret_id: None,
        labels: json!([]),
        team_ids: Vec::new(),
        scope: "org".to_owned(),
        author_id: None,
        settings: json!({}),
        created_at: noon(),
        updated_at: noon(),
    }
}

pub(crate) async fn insert_item(db: &Db, name: &str) -> CatalogItem {
    let item = item(name);
    db::mcp_catalog::insert(db, &item).await.unwrap();
    item
}

pub(crate) fn server(catalog: &CatalogItem, owner: &str) -> McpServer {
    McpServer {
        id: Uuid::now_v7(),
        name: catalog.name.clone(),
        catalog_id: catalog.id,
        server_type: catalog.server_type.clone(),
        scope: "personal".to_owned(),
        owner_id: Some(owner.to_owned()),
        team_id: None,
        runtime: None,
        cluster_id: None,
        service_account: None,
        desired: "running".to_owned(),
        generation: 0,
        secret_id: None,
        environment_values: json!({"ZONE": "UTC"}),
        user_config_values: json!({}),
        agent_ids: Vec::new(),
        status: "pending".to_owned(),
        error: None,
        reinstall_required: false,
        oauth_refresh_error: None,
        oauth_refresh_failed_at: None,
        restarts: 0,
        last_crash: None,
        discovered_at: None,
        created_at: noon(),
        updated_at: noon(),
    }
}

pub(crate) fn tool(catalog: &CatalogItem, raw_name: &str) -> Tool {
    Tool {
        id: Uuid::now_v7(),
        catalog_id: Some(catalog.id),
        name: format!("{}__{raw_name}", catalog.name),
        raw_name: raw_name.to_owned(),
        title: None,
        description: Some("Says what time it is".to_owned()),
        input_schema: json!({"type": "object"}),
        definition: format!(r#"{{"name":"{raw_name}",  "x-unknown":1.0}}"#),
        fingerprint: "f".to_owned(),
        pending_definition: None,
        pending_fingerprint: None,
        pending_detected_at: None,
        rejected_fingerprint: None,
        paused: false,
        warnings: Vec::new(),
        available: true,
        created_at: noon(),
        updated_at: noon(),
    }
}

pub(crate) async fn insert_tool(db: &Db, catalog: &CatalogItem, raw_name: &str) -> Uuid {
    let tool = tool(catalog, raw_name);
    let written = db::tools::sync(db, Some(catalog.id), |_| vec![tool.clone()]);
    assert_eq!(written.await.unwrap().len(), 1);
    tool.id
}

pub(crate) async fn insert_agent(db: &Db, name: &str) -> Agent {
    let agent = Agent {
        id: Uuid::now_v7(),
        organization_id: ORGANIZATION.to_owned(),
        name: name.to_owned(),
        slug: name.to_lowercase(),
        agent_type: "profile".to_owned(),
        description: None,
        icon: None,
        scope: "org".to_owned(),
        system_prompt: None,
        is_default: false,
        consider_context_untrusted: false,
        author_id: None,
        settings: json!({}),
        created_at: noon(),
        updated_at: noon(),
        labels: Vec::new(),
    };
    db::agents::insert(db, &agent).await.unwrap();
    agent
}

pub(crate) fn assignment(agent: Uuid, tool: Uuid) -> AgentTool {
    AgentTool {
        id: Uuid::now_v7(),
        agent_id: agent,
        tool_id: tool,
        credential_source_mcp_server_id: None,
        execution_source_mcp_server_id: None,
        use_dynamic_team_credential: false,
        credential_resolution_mode: "static".to_owned(),
        response_modifier_template: None,
        created_at: noon(),
        updated_at: noon(),
    }
}

pub(crate) async fn insert_team(db: &Db, name: &str) -> Team {
    let team = Team {
        id: Uuid::now_v7(),
        organization_id: ORGANIZATION.to_owned(),
        name: name.to_owned(),
        description: None,
        created_by: Some("ann".to_owned()),
        convert_tool_results_to_toon: false,
        created_at: noon(),
        updated_at: noon(),
    };
    db::teams::insert(db, &team).await.unwrap();
    team
}
