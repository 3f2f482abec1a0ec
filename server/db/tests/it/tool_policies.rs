//! Policies of tools: one default for each, and what goes with a deleted tool.

use db::tool_policies::{self, Kind, ToolPolicy};
use serde_json::json;
use uuid::Uuid;

use crate::rows::{database, insert_item, insert_tool, noon};

#[tokio::test]
async fn a_tool_has_one_default_of_each_kind() {
    let test = database().await;
    let item = insert_item(&test.db, "mail").await;
    let one = insert_tool(&test.db, &item, "send").await;
    let other = insert_tool(&test.db, &item, "read").await;
    let set = async |kind, tools: &[Uuid], action| {
        tool_policies::set_defaults(&test.db, kind, tools, action, noon())
            .await
            .unwrap()
    };
    assert_eq!(
        set(Kind::Invocation, &[one, one], "block_always").await,
        (1, 0)
    );
    assert_eq!(
        set(Kind::Invocation, &[one, other], "require_approval").await,
        (1, 1)
    );
    assert_eq!(set(Kind::Result, &[one], "mark_as_trusted").await, (1, 0));
    let listed = tool_policies::list(&test.db, Kind::Invocation)
        .await
        .unwrap();
    assert_eq!(listed.len(), 2);
    assert!(
        listed
            .iter()
            .all(|policy| policy.action == "require_approval")
    );

    let second = ToolPolicy {
        id: Uuid::now_v7(),
        tool_id: one,
        conditions: json!([]),
        action: "block_always".to_owned(),
        note: None,
        created_at: noon(),
        updated_at: noon(),
    };
    let refused = tool_policies::insert(&test.db, Kind::Invocation, &second).await;
    assert!(
        matches!(refused, Err(db::Error::Conflict(_))),
        "{refused:?}"
    );
}
