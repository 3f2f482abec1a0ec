#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use domain::snapshot::{Agent, AgentTool, CredentialMode, Tool};
use mcp::object::Object;
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::Catalog;

fn tool(server: &str, raw_name: &str, more: &str) -> AgentTool {
    AgentTool {
        assignment_id: Uuid::new_v4(),
        tool: Arc::new(Tool {
            id: Uuid::new_v4(),
            catalog_id: Some(Uuid::from_u128(server.bytes().map(u128::from).sum())),
            name: format!("{server}__{raw_name}"),
            raw_name: raw_name.to_owned(),
            definition: RawValue::from_string(format!(
                r#"{{"name":"{raw_name}","inputSchema":{{"type":"object"}}{more}}}"#
            ))
            .unwrap(),
            paused: false,
            available: true,
            warnings: Vec::new(),
        }),
        static_server: None,
        mode: CredentialMode::Dynamic,
        response_modifier: None,
    }
}

fn agent(settings: serde_json::Value) -> Agent {
    Agent {
        id: Uuid::nil(),
        name: "Tests".to_owned(),
        agent_type: "profile".to_owned(),
        labels: Vec::new(),
        description: None,
        scope: "org".to_owned(),
        author_id: None,
        settings,
    }
}

fn names(catalog: &Catalog) -> Vec<String> {
    let page = catalog.page(None, false).unwrap().to_owned();
    let page = Object::parse(&page).unwrap();
    let tools: Vec<Box<RawValue>> = page.read("tools").unwrap();
    tools
        .iter()
        .map(|tool| Object::parse(tool).unwrap().text("name").unwrap())
        .collect()
}

#[test]
fn tools_go_by_their_servers_name_and_keep_every_field() {
    let tools = [tool(
        "files",
        "read",
        r#","x-unknown":{"b":1.50,"a":[ ]},"_meta":{"k":null}"#,
    )];
    let catalog = Catalog::build(&agent(json!({ "builtinTools": false })), &tools);
    let page = catalog.page(None, false).unwrap();
    assert_eq!(
        page.get(),
        r#"{"tools":[{"name":"files__read","inputSchema":{"type":"object"},"x-unknown":{"b":1.50,"a":[ ]},"_meta":{"k":null}}]}"#
    );
}

#[test]
fn without_prefix_only_names_that_are_unique_lose_it() {
    let tools = [
        tool("a", "search", ""),
        tool("b", "fetch", ""),
        tool("b", "search", ""),
    ];
    let settings = json!({ "toolPrefix": false, "builtinTools": false });
    let catalog = Catalog::build(&agent(settings), &tools);
    assert_eq!(names(&catalog), ["a__search", "fetch", "b__search"]);
    assert!(catalog.find("fetch").is_some());
    assert!(catalog.find("search").is_none());
}

#[test]
fn progressive_mode_lists_two_tools_and_says_what_that_saves() {
    let tools: Vec<AgentTool> = (0..50)
        .map(|index| tool("a", &format!("tool_{index}"), ""))
        .collect();
    let settings = json!({ "toolExposureMode": "search_and_run_only" });
    let catalog = Catalog::build(&agent(settings), &tools);
    assert_eq!(
        names(&catalog),
        ["archestra__run_tool", "archestra__search_tools"]
    );
    assert!(catalog.find("a__tool_7").is_some());
    assert!(catalog.gauge.all_tokens > catalog.gauge.tokens);
    assert_eq!(catalog.gauge.tools, 50);
}

#[test]
fn what_is_paused_or_gone_is_not_listed() {
    let mut tools = [
        tool("a", "one", ""),
        tool("a", "two", ""),
        tool("a", "three", ""),
    ];
    let change = |assigned: &mut AgentTool, change: fn(&mut Tool)| {
        let shared = &assigned.tool;
        let mut own = Tool {
            id: shared.id,
            catalog_id: shared.catalog_id,
            name: shared.name.clone(),
            raw_name: shared.raw_name.clone(),
            definition: shared.definition.clone(),
            paused: shared.paused,
            available: shared.available,
            warnings: Vec::new(),
        };
        change(&mut own);
        assigned.tool = Arc::new(own);
    };
    change(&mut tools[0], |tool| tool.paused = true);
    change(&mut tools[1], |tool| tool.available = false);
    let catalog = Catalog::build(&agent(json!({ "builtinTools": false })), &tools);
    assert_eq!(names(&catalog), ["a__three"]);
}

#[test]
fn a_long_list_comes_in_pages_and_a_foreign_cursor_is_refused() {
    let tools: Vec<AgentTool> = (0..2_500)
        .map(|index| tool("a", &format!("tool_{index:04}"), ""))
        .collect();
    let catalog = Catalog::build(&agent(json!({ "builtinTools": false })), &tools);
    let (mut cursor, mut seen) = (None, 0);
    loop {
        let page = catalog.page(cursor.as_deref(), true).unwrap();
        let page = Object::parse(page).unwrap();
        seen += page.read::<Vec<Box<RawValue>>>("tools").unwrap().len();
        assert_eq!(page.text("resultType").unwrap(), "complete");
        cursor = page.text("nextCursor");
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, 2_500);
    for foreign in ["3", "-1", "", "x"] {
        assert!(catalog.page(Some(foreign), false).is_err());
    }
}
