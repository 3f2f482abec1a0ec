//! Catalog items: written, edited under a lock, and their tool prefixes.

use db::Error;
use serde_json::json;

use crate::rows::{database, insert_item, item};

#[tokio::test]
async fn an_item_comes_back_as_it_was_written_and_its_name_is_unique() {
    let test = database().await;
    let mut wanted = item("filesystem");
    wanted.labels = json!([{"key": "team", "value": "core"}, {"key": "stage", "value": "beta"}]);
    wanted.oauth_config = Some(json!({"client_id": "a", "scopes": ["z", "a"]}));
    wanted.author_id = Some("ann".to_owned());
    db::mcp_catalog::insert(&test.db, &wanted).await.unwrap();
    let found = db::mcp_catalog::find(&test.db, wanted.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(format!("{found:?}"), format!("{wanted:?}"));
    let taken = db::mcp_catalog::insert(&test.db, &item("filesystem")).await;
    assert!(matches!(taken, Err(Error::Conflict(name)) if name == "mcp_catalog_name"));
    let keys = db::mcp_catalog::label_keys(&test.db).await.unwrap();
    assert_eq!(keys, ["stage", "team"]);
    let values = db::mcp_catalog::label_values(&test.db, Some("team"))
        .await
        .unwrap();
    assert_eq!(values, ["core"]);
    let by_name = db::mcp_catalog::find_by_name(&test.db, "filesystem")
        .await
        .unwrap();
    assert_eq!(by_name.unwrap().id, wanted.id);
}

#[tokio::test]
async fn an_edit_that_fails_changes_nothing() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let edited = db::mcp_catalog::update(&test.db, item.id, |item| {
        item.description = Some("tells the time".to_owned());
        Ok::<_, Error>(())
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!(edited.description.as_deref(), Some("tells the time"));
    let failed = db::mcp_catalog::update(&test.db, item.id, |item| {
        item.description = None;
        Err(Error::Conflict("no".to_owned()))
    })
    .await;
    assert!(failed.is_err());
    let found = db::mcp_catalog::list(&test.db).await.unwrap();
    assert_eq!(found[0].description.as_deref(), Some("tells the time"));
}

#[tokio::test]
async fn a_tool_prefix_is_claimed_once_and_by_one_item() {
    let test = database().await;
    let (first, second) = (
        insert_item(&test.db, "time").await,
        insert_item(&test.db, "Time").await,
    );
    let claim = async |id, prefix| db::mcp_catalog::claim_tool_prefix(&test.db, id, prefix).await;
    assert_eq!(
        claim(first.id, "time").await.unwrap().as_deref(),
        Some("time")
    );
    assert_eq!(
        claim(first.id, "later").await.unwrap().as_deref(),
        Some("time")
    );
    assert!(matches!(
        claim(second.id, "time").await,
        Err(Error::Conflict(_))
    ));
    assert_eq!(
        claim(second.id, "time_2").await.unwrap().as_deref(),
        Some("time_2")
    );
}
