//! Tools as they are discovered.

use db::tools::{self, ToolFilter};

use crate::rows::{database, insert_item, tool};

#[tokio::test]
async fn a_definition_is_kept_byte_for_byte_and_tools_are_listed_by_name() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let mut warned = tool(&item, "now");
    warned.warnings = vec!["its description has invisible letters".to_owned()];
    let written = tools::sync(&test.db, Some(item.id), |before| {
        assert!(before.is_empty());
        vec![warned.clone(), tool(&item, "convert")]
    })
    .await
    .unwrap();
    assert_eq!(written.len(), 2);
    let found = tools::all(&test.db).await.unwrap();
    let names: Vec<&str> = found.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["time__convert", "time__now"]);
    assert_eq!(format!("{:?}", found[1]), format!("{warned:?}"));
    let filter = ToolFilter {
        search: Some("NOW".to_owned()),
        ..ToolFilter::default()
    };
    assert_eq!(tools::list(&test.db, &filter).await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_discoveries_of_one_item_do_not_write_a_tool_twice() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let discover = || {
        tools::sync(&test.db, Some(item.id), |before| {
            let is_new = before.is_empty();
            is_new.then(|| tool(&item, "now")).into_iter().collect()
        })
    };
    let (first, second) = tokio::join!(discover(), discover());
    assert_eq!(first.unwrap().len() + second.unwrap().len(), 1);
    let tool = tools::all(&test.db).await.unwrap().remove(0);
    let paused = tools::update(&test.db, tool.id, |tool| tool.paused = true)
        .await
        .unwrap();
    assert!(paused.unwrap().paused);
    assert!(tools::delete(&test.db, tool.id).await.unwrap());
    assert!(tools::find(&test.db, tool.id).await.unwrap().is_none());
}
