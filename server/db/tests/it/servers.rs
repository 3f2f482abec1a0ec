//! Installations: their states, leases, and what is left of deleted ones.

use chrono::TimeDelta;
use db::Error;
use db::mcp_servers::{self, ServerFilter};
use serde_json::json;
use uuid::Uuid;

use crate::rows::{database, insert_item, noon, server};

#[tokio::test]
async fn an_installation_comes_back_as_it_was_written_and_a_person_has_one_of_an_item() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let mine = server(&item, "ann");
    mcp_servers::insert(&test.db, &mine).await.unwrap();
    let found = mcp_servers::find(&test.db, mine.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{mine:?}"));
    let again = mcp_servers::insert(&test.db, &server(&item, "ann")).await;
    assert!(matches!(again, Err(Error::Conflict(name)) if name == "mcp_servers_one_per_person"));
    mcp_servers::insert(&test.db, &server(&item, "bob"))
        .await
        .unwrap();
    let filter = ServerFilter {
        owner_id: Some("bob".to_owned()),
        ..ServerFilter::default()
    };
    assert_eq!(mcp_servers::list(&test.db, &filter).await.unwrap().len(), 1);
}

#[tokio::test]
async fn states_are_kept_and_a_known_one_announces_nothing() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let row = server(&item, "ann");
    mcp_servers::insert(&test.db, &row).await.unwrap();
    let find = async || mcp_servers::find(&test.db, row.id).await.unwrap().unwrap();
    mcp_servers::set_status(&test.db, row.id, "error", Some("no engine"))
        .await
        .unwrap();
    assert_eq!(find().await.error.as_deref(), Some("no engine"));
    let before = find().await.updated_at;
    mcp_servers::set_status(&test.db, row.id, "error", Some("no engine"))
        .await
        .unwrap();
    assert_eq!(find().await.updated_at, before);
    mcp_servers::note_crash(&test.db, row.id, &json!({"cause": "out of memory"}))
        .await
        .unwrap();
    mcp_servers::set_runtime(&test.db, row.id, "docker")
        .await
        .unwrap();
    mcp_servers::set_discovered(&test.db, row.id, 7, noon())
        .await
        .unwrap();
    assert_eq!(find().await.status, "error", "of another start");
    mcp_servers::set_discovered(&test.db, row.id, 0, noon())
        .await
        .unwrap();
    let found = find().await;
    assert_eq!(
        (found.status.as_str(), found.error, found.restarts),
        ("success", None, 1)
    );
    assert_eq!(found.last_crash, Some(json!({"cause": "out of memory"})));
}

#[tokio::test]
async fn what_a_person_asks_for_is_counted_and_values_are_replaced() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let row = server(&item, "ann");
    mcp_servers::insert(&test.db, &row).await.unwrap();
    let find = async || mcp_servers::find(&test.db, row.id).await.unwrap().unwrap();
    assert!(
        mcp_servers::ask_restart(&test.db, row.id, "stopped")
            .await
            .unwrap()
    );
    let found = find().await;
    assert_eq!((found.status.as_str(), found.generation), ("idle", 1));
    assert_eq!(
        mcp_servers::flag_reinstall(&test.db, item.id)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        mcp_servers::flag_reinstall(&test.db, item.id)
            .await
            .unwrap(),
        0
    );
    let secret = Uuid::from_u128(5);
    assert_eq!(
        mcp_servers::replace_secret(&test.db, row.id, secret)
            .await
            .unwrap(),
        Some(None)
    );
    mcp_servers::set_refresh_error(&test.db, row.id, Some("no_refresh_token"), noon())
        .await
        .unwrap();
    assert!(find().await.oauth_refresh_failed_at.is_some());
    assert!(
        mcp_servers::set_values(&test.db, row.id, None, &json!({}), &json!({"a": "b"}))
            .await
            .unwrap()
    );
    let found = find().await;
    assert_eq!(
        (found.secret_id, found.reinstall_required, found.generation),
        (None, false, 2)
    );
}

#[tokio::test]
async fn one_replica_has_the_lease_until_it_lapses_or_is_given_back() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let row = server(&item, "ann");
    mcp_servers::insert(&test.db, &row).await.unwrap();
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let renew = async |holder, seconds| {
        let now = noon() + TimeDelta::seconds(seconds);
        let until = now + TimeDelta::seconds(30);
        mcp_servers::renew_leases(&test.db, holder, now, until)
            .await
            .unwrap()
    };
    assert_eq!(renew(first, 0).await, [row.id]);
    assert!(renew(second, 10).await.is_empty());
    assert_eq!(renew(first, 20).await, [row.id], "the holder renews");
    assert!(renew(second, 40).await.is_empty());
    assert_eq!(renew(second, 60).await, [row.id], "it lapsed");
    assert!(renew(first, 61).await.is_empty());
    mcp_servers::release_leases(&test.db, second).await.unwrap();
    assert_eq!(renew(first, 62).await, [row.id]);
}

#[tokio::test]
async fn whichever_way_a_server_is_deleted_what_it_left_elsewhere_is_remembered() {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let mut rows = [server(&item, "ann"), server(&item, "bob")];
    rows[0].runtime = Some("docker".to_owned());
    rows[0].secret_id = Some(Uuid::from_u128(9));
    for row in &rows {
        mcp_servers::insert(&test.db, row).await.unwrap();
    }
    assert!(mcp_servers::delete(&test.db, rows[0].id).await.unwrap());
    assert!(!mcp_servers::delete(&test.db, rows[0].id).await.unwrap());
    assert!(db::mcp_catalog::delete(&test.db, item.id).await.unwrap());
    // The removals carry the database's own time.
    let now = noon() + TimeDelta::days(36_500);
    let due = async |seconds| {
        let now = now + TimeDelta::seconds(seconds);
        mcp_servers::due_removals(&test.db, now, now + TimeDelta::seconds(30))
            .await
            .unwrap()
    };
    let removals = due(0).await;
    assert_eq!(removals.len(), 2);
    let mine = removals
        .iter()
        .find(|removal| removal.server_id == rows[0].id)
        .unwrap();
    assert_eq!(
        (mine.runtime.as_deref(), mine.secret_id),
        (Some("docker"), rows[0].secret_id)
    );
    assert!(due(1).await.is_empty(), "another replica sees to them");
    mcp_servers::finish_removal(&test.db, rows[0].id)
        .await
        .unwrap();
    let later = now + TimeDelta::seconds(100);
    mcp_servers::postpone_removal(&test.db, rows[1].id, later, "no engine")
        .await
        .unwrap();
    assert!(due(50).await.is_empty());
    let again = due(101).await;
    assert_eq!((again.len(), again[0].attempts), (1, 2));
}
