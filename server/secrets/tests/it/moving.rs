//! Secrets from one store to another.

use secrets::Mode;
use secrets::stores::vault::KvVersion;
use serde_json::json;
use testkit::bao::Bao;
use testkit::database::TestDatabase;
use uuid::Uuid;

use crate::site::{fields, open, pairs, plain, root};

#[tokio::test]
async fn everything_moves_to_vault_and_back_and_leaves_nothing_behind() {
    let (test, bao) = tokio::join!(TestDatabase::create(), Bao::start());
    let (test, bao) = (test.unwrap(), bao.unwrap());
    let secrets = open(&test, Mode::Database, Some(root(&bao, KvVersion::Two))).await;
    let ids: Vec<Uuid> = (1..=5).map(Uuid::from_u128).collect();
    for id in &ids {
        secrets
            .put(*id, "mcp-server-a", &fields(&[("KEY", &id.to_string())]))
            .await
            .unwrap();
    }
    let moved = secrets.move_to("vault").await.unwrap();
    assert_eq!(
        (moved.moved, moved.already_there, moved.failed.len()),
        (5, 0, 0)
    );
    let again = secrets.move_to("vault").await.unwrap();
    assert_eq!((again.moved, again.already_there), (0, 5));
    let left = "SELECT count(*) FROM secret_fields WHERE secret_id <> '00000000-0000-0000-0000-000000000000'";
    assert_eq!(test.text(left).await.unwrap().as_deref(), Some("0"));
    for id in &ids {
        assert_eq!(
            plain(secrets.get(*id).await.unwrap()),
            pairs(&[("KEY", &id.to_string())])
        );
        assert_eq!(secrets.storage_type(*id).await.unwrap(), Some("vault"));
    }
    // A later write goes to where new secrets go, and takes the copy along.
    secrets
        .put(ids[0], "mcp-server-a", &fields(&[("KEY", "new")]))
        .await
        .unwrap();
    assert_eq!(
        secrets.storage_type(ids[0]).await.unwrap(),
        Some("database")
    );
    let back = secrets.move_to("database").await.unwrap();
    assert_eq!((back.moved, back.already_there), (4, 1));
    let names = bao
        .api("GET", "secret/metadata/archestra?list=true", json!(null))
        .await
        .unwrap();
    assert_eq!(names.0, 404, "{}", names.1);
    let verified = secrets.verify().await.unwrap();
    assert_eq!((verified.readable, verified.unreadable.len()), (5, 0));
}

#[tokio::test]
async fn a_copy_that_could_not_be_deleted_goes_later() {
    let (test, bao) = tokio::join!(TestDatabase::create(), Bao::start());
    let (test, bao) = (test.unwrap(), bao.unwrap());
    let id = Uuid::from_u128(1);
    let vault = open(&test, Mode::Vault, Some(root(&bao, KvVersion::One))).await;
    vault
        .put(id, "a", &fields(&[("KEY", "old")]))
        .await
        .unwrap();
    let database = open(&test, Mode::Database, Some(root(&bao, KvVersion::One))).await;
    bao.freeze(true).unwrap();
    database
        .put(id, "a", &fields(&[("KEY", "new")]))
        .await
        .unwrap();
    bao.freeze(false).unwrap();
    assert_eq!(
        plain(database.get(id).await.unwrap()),
        pairs(&[("KEY", "new")])
    );
    let path = format!("kv1/archestra/a-{id}");
    assert_eq!(bao.api("GET", &path, json!(null)).await.unwrap().0, 200);
    database.finish_moves().await.unwrap();
    assert_eq!(bao.api("GET", &path, json!(null)).await.unwrap().0, 404);
}

#[tokio::test]
async fn a_move_to_a_store_that_does_not_answer_changes_nothing() {
    let (test, mut bao) = (
        TestDatabase::create().await.unwrap(),
        Bao::start().await.unwrap(),
    );
    let secrets = open(&test, Mode::Database, Some(root(&bao, KvVersion::Two))).await;
    let id = Uuid::from_u128(1);
    secrets
        .put(id, "a", &fields(&[("KEY", "1")]))
        .await
        .unwrap();
    bao.end().unwrap();
    assert!(secrets.move_to("vault").await.is_err());
    assert_eq!(
        plain(secrets.get(id).await.unwrap()),
        pairs(&[("KEY", "1")])
    );
}
