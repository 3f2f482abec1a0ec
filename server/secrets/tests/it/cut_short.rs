//! kill -9 in the middle of encrypting older data and of moving to another store and back: nothing is lost, nothing stays in
//! clear, and the next start goes on.

use std::time::Duration;

use db::{Db, Endpoint};
use secrecy::SecretString;
use secrets::stores::vault::KvVersion;
use secrets::{Mode, Secrets};
use serde_json::json;
use testkit::bao::Bao;
use testkit::database::TestDatabase;
use testkit::rerun;
use testkit::wait::until;
use uuid::Uuid;

use crate::site::{open, options, pairs, plain, root, token};

const GIVEN: &str = "ARCHESTRA_TEST_CUT_SHORT";
const SECRETS: u128 = 40;
const ROUNDS: u128 = 25;
const CANARY: &str = "'00000000-0000-0000-0000-000000000000'";

/// It is given `task database-url vault-address`.
#[tokio::test]
#[ignore = "the other tests here start it"]
async fn what_is_killed_starts_and_moves() {
    let given = rerun::given(GIVEN).unwrap();
    let [task, url, vault] = given.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let endpoint = Endpoint::Url(SecretString::from(url));
    let db = Db::connect_lazily(&endpoint, 2, Duration::from_secs(30)).unwrap();
    let settings = secrets::stores::vault::Settings {
        address: vault.parse().unwrap(),
        auth: token("root"),
        kv: KvVersion::Two,
        prefix: None,
        metadata_prefix: None,
        namespace: None,
        ca_file: None,
        read_only: false,
        timeout: Duration::from_secs(5),
        cache_for: Duration::ZERO,
    };
    let options = options(Mode::Database, Some(settings));
    let secrets = Secrets::start(db, options).await.unwrap();
    if task != "start" {
        secrets.move_to(task).await.unwrap();
    }
}

/// Starts the worker, and kills it when a count has come as far as `target`.
async fn kill_at(test: &TestDatabase, bao: &Bao, task: &str, count: &str, target: u128) {
    let given = format!("{task} {} {}", test.url, bao.address);
    let mut child =
        rerun::start("cut_short::what_is_killed_starts_and_moves", GIVEN, &given).unwrap();
    let reached = async || {
        let count = test.text(count).await.unwrap().unwrap();
        (count.parse::<u128>().unwrap() >= target).then_some(())
    };
    until("the worker has come so far", reached).await;
    child.kill().unwrap();
    child.wait().unwrap();
}

fn value(id: u128) -> String {
    format!("canary-{id}-hunter2hunter2")
}

async fn all_are_there(secrets: &Secrets) {
    for id in 1..=SECRETS {
        let found = secrets.get(Uuid::from_u128(id)).await.unwrap();
        assert_eq!(plain(found), pairs(&[("KEY", &value(id))]), "secret {id}");
    }
}

#[tokio::test]
async fn encrypting_older_data_can_be_killed() {
    let (test, bao) = tokio::join!(TestDatabase::create(), Bao::start());
    let (test, bao) = (test.unwrap(), bao.unwrap());
    open(&test, Mode::Database, None).await;
    let encrypted = format!(
        "SELECT count(*) FROM secret_fields WHERE envelope IS NOT NULL AND secret_id <> {CANARY}"
    );
    for round in 0..ROUNDS {
        test.execute(&format!(
            "DELETE FROM secrets WHERE id <> {CANARY};
             INSERT INTO secrets (id, name) SELECT lpad(to_hex(n), 32, '0')::uuid, 'old' FROM generate_series(1, {SECRETS}) n;
             INSERT INTO secret_fields (secret_id, field, value)
                 SELECT lpad(to_hex(n), 32, '0')::uuid, 'KEY', 'canary-' || n || '-hunter2hunter2'
                 FROM generate_series(1, {SECRETS}) n"
        ))
        .await
        .unwrap();
        kill_at(&test, &bao, "start", &encrypted, round * SECRETS / ROUNDS).await;
        let secrets = open(&test, Mode::Database, None).await;
        all_are_there(&secrets).await;
        let clear = "SELECT count(*) FROM secret_fields WHERE value IS NOT NULL";
        assert_eq!(test.text(clear).await.unwrap().as_deref(), Some("0"));
        assert_eq!(
            test.text(&encrypted).await.unwrap(),
            Some(SECRETS.to_string())
        );
        // Not even in what the table's file has kept of rows that are gone.
        let kept = "SELECT position('hunter2'::bytea IN pg_read_binary_file(pg_relation_filepath('secret_fields')))";
        test.execute("CHECKPOINT").await.unwrap();
        assert_eq!(
            test.text(kept).await.unwrap().as_deref(),
            Some("0"),
            "round {round}"
        );
    }
}

#[tokio::test]
async fn moving_can_be_killed() {
    let (test, bao) = tokio::join!(TestDatabase::create(), Bao::start());
    let (test, bao) = (test.unwrap(), bao.unwrap());
    let secrets = open(&test, Mode::Database, Some(root(&bao, KvVersion::Two))).await;
    for id in 1..=SECRETS {
        let fields = crate::site::fields(&[("KEY", &value(id))]);
        secrets
            .put(Uuid::from_u128(id), "a", &fields)
            .await
            .unwrap();
    }
    for round in 0..ROUNDS {
        let store = if round % 2 == 0 { "vault" } else { "database" };
        let moved =
            format!("SELECT count(*) FROM secrets WHERE store = '{store}' AND id <> {CANARY}");
        kill_at(&test, &bao, store, &moved, round * SECRETS / ROUNDS).await;
        all_are_there(&secrets).await;
        let resumed = secrets.move_to(store).await.unwrap();
        assert!(resumed.failed.is_empty(), "{:?}", resumed.failed);
        all_are_there(&secrets).await;
        assert_eq!(test.text(&moved).await.unwrap(), Some(SECRETS.to_string()));
        let verified = secrets.verify().await.unwrap();
        assert!(
            verified.unreadable.is_empty() && verified.orphans.is_empty(),
            "{verified:?}"
        );
        let names = bao
            .api("GET", "secret/metadata/archestra?list=true", json!(null))
            .await
            .unwrap();
        let in_vault = names.1["data"]["keys"].as_array().map_or(0, Vec::len);
        let here = format!("SELECT count(*) FROM secret_fields WHERE secret_id <> {CANARY}");
        let here = test.text(&here).await.unwrap();
        let all = usize::try_from(SECRETS).unwrap();
        let expected = if store == "vault" {
            (all, "0".to_owned())
        } else {
            (0, SECRETS.to_string())
        };
        assert_eq!(
            (in_vault, here),
            (expected.0, Some(expected.1)),
            "round {round}"
        );
    }
}
