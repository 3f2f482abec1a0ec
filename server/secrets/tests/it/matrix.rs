//! Every store through every step: create, read, update, delete, rotate, restart, a backend that is down, a wrong credential.

use std::collections::BTreeMap;

use secrecy::SecretString;
use secrets::stores::vault::{KvVersion, Settings};
use secrets::{Error, Mode, Reference, Secrets};
use serde_json::json;
use testkit::bao::Bao;
use testkit::database::TestDatabase;
use uuid::Uuid;

use crate::site::{fields, open, options, pairs, plain, root, token, vault};

const ID: Uuid = Uuid::from_u128(7);

/// The steps that are the same everywhere. `again` is the same stores after a restart.
pub(crate) async fn steps(secrets: &Secrets, again: &Secrets) {
    assert!(secrets.get(ID).await.unwrap().is_none());
    let first = [("KEY", "hunter2hunter2"), ("Ünïcödé", "a\n\"b\" ✓")];
    secrets
        .put(ID, "mcp-server-everything", &fields(&first))
        .await
        .unwrap();
    assert_eq!(plain(secrets.get(ID).await.unwrap()), pairs(&first));
    assert_eq!(
        plain(again.get(ID).await.unwrap()),
        pairs(&first),
        "restart"
    );
    let second = [("KEY", "hunter3hunter3")];
    secrets
        .put(ID, "mcp-server-everything", &fields(&second))
        .await
        .unwrap();
    assert_eq!(plain(secrets.get(ID).await.unwrap()), pairs(&second));
    assert_eq!(plain(again.get(ID).await.unwrap()), pairs(&second));
    // Rotation writes the same values anew.
    again.encrypt_anew().await.unwrap();
    assert_eq!(plain(secrets.get(ID).await.unwrap()), pairs(&second));
    let none = secrets.put(ID, "mcp-server-everything", &fields(&[])).await;
    none.unwrap();
    assert_eq!(
        secrets.get(ID).await.unwrap().map(|fields| fields.len()),
        Some(0)
    );
    let verified = secrets.verify().await.unwrap();
    assert_eq!((verified.readable, verified.unreadable.len()), (1, 0));
    assert!(verified.orphans.is_empty(), "{:?}", verified.orphans);
    secrets.delete(ID).await.unwrap();
    secrets.delete(ID).await.unwrap();
    assert!(again.get(ID).await.unwrap().is_none());
    secrets.check(None).await.unwrap();
}

#[tokio::test]
async fn the_database_goes_through_every_step() {
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, Mode::Database, None).await;
    steps(&secrets, &open(&test, Mode::Database, None).await).await;
    secrets
        .put(ID, "a", &fields(&[("KEY", "1")]))
        .await
        .unwrap();
    test.set_away(true).await.unwrap();
    let down = secrets.get(ID).await.unwrap_err();
    assert!(matches!(down, Error::Db(_)), "{down}");
    test.set_away(false).await.unwrap();
    assert_eq!(
        plain(secrets.get(ID).await.unwrap()),
        pairs(&[("KEY", "1")])
    );
    let mut wrong = options(Mode::Database, None);
    wrong.auth_secret = SecretString::from("another secret of thirty-two characters");
    let refused = Secrets::start(test.db.clone(), wrong).await.unwrap_err();
    assert!(matches!(refused, Error::AnotherKey));
}

async fn vault_goes_through_every_step(kv: KvVersion) {
    let (test, bao) = tokio::join!(TestDatabase::create(), Bao::start());
    let (test, mut bao) = (test.unwrap(), bao.unwrap());
    let secrets = open(&test, Mode::Vault, Some(root(&bao, kv))).await;
    let again = open(&test, Mode::Vault, Some(root(&bao, kv))).await;
    steps(&secrets, &again).await;
    secrets
        .put(ID, "mcp token/1", &fields(&[("KEY", "hunter2hunter2")]))
        .await
        .unwrap();
    // One Vault secret per secret, at the documented path, and only a reference here.
    let path = match kv {
        KvVersion::One => format!("kv1/archestra/mcp-token-1-{ID}"),
        KvVersion::Two => format!("secret/data/archestra/mcp-token-1-{ID}"),
    };
    let found = bao.done("GET", &path, json!(null)).await.unwrap();
    assert!(found.to_string().contains("hunter2hunter2"), "{found}");
    let kept = "SELECT string_agg(t, ' ') FROM (SELECT s::text FROM secrets s UNION ALL SELECT f::text FROM secret_fields f
        WHERE secret_id <> '00000000-0000-0000-0000-000000000000') AS rows(t)";
    assert!(!test.text(kept).await.unwrap().unwrap().contains("hunter2"));
    refuses_and_fails(&test, &mut bao, kv, &secrets).await;
}

async fn refuses_and_fails(test: &TestDatabase, bao: &mut Bao, kv: KvVersion, secrets: &Secrets) {
    let wrong = open(test, Mode::Vault, Some(vault(bao, kv, token("wrong")))).await;
    let refused = wrong.get(ID).await.unwrap_err();
    let said = refused.to_string();
    assert!(matches!(refused, Error::Refused { .. }), "{said}");
    assert!(
        said.contains("ARCHESTRA_HASHICORP_VAULT_TOKEN") && !said.contains("wrong"),
        "{said}"
    );
    bao.freeze(true).unwrap();
    let down = secrets.get(ID).await.unwrap_err();
    assert!(matches!(down, Error::Unavailable { .. }), "{down}");
    bao.freeze(false).unwrap();
    assert_eq!(
        plain(secrets.get(ID).await.unwrap()),
        pairs(&[("KEY", "hunter2hunter2")])
    );
    bao.done("PUT", "sys/seal", json!({})).await.unwrap();
    let sealed = secrets.get(ID).await.unwrap_err().to_string();
    assert!(sealed.contains("sealed"), "{sealed}");
    bao.end().unwrap();
    for _ in 0..3 {
        let gone = secrets.get(ID).await.unwrap_err();
        assert!(matches!(gone, Error::Unavailable { .. }), "{gone}");
    }
    // By now the breaker answers, and it says why.
    let begun = std::time::Instant::now();
    let gone = secrets.get(ID).await.unwrap_err().to_string();
    assert!(
        begun.elapsed() < std::time::Duration::from_millis(100),
        "{gone}"
    );
    assert!(
        gone.contains("VAULT_ADDR") && gone.contains("asked again"),
        "{gone}"
    );
}

#[tokio::test]
async fn vault_with_kv_1_goes_through_every_step() {
    vault_goes_through_every_step(KvVersion::One).await;
}

#[tokio::test]
async fn vault_with_kv_2_goes_through_every_step() {
    vault_goes_through_every_step(KvVersion::Two).await;
}

fn reference(text: &str) -> BTreeMap<String, Reference> {
    BTreeMap::from([("KEY".to_owned(), Reference::parse(text).unwrap())])
}

#[tokio::test]
async fn a_vault_that_is_only_read_goes_through_every_step() {
    let (test, bao) = tokio::join!(TestDatabase::create(), Bao::start());
    let (test, bao) = (test.unwrap(), bao.unwrap());
    let settings = |auth| Settings {
        read_only: true,
        ..vault(&bao, KvVersion::Two, auth)
    };
    let secrets = open(&test, Mode::ReadonlyVault, Some(settings(token("root")))).await;
    let write = async |value: &str| {
        let body = json!({ "data": { "api_key": value, "other": "2" } });
        bao.done("POST", "secret/data/teams/a/openai", body)
            .await
            .unwrap();
    };
    write("first").await;
    // Create, read, restart.
    secrets
        .put_references(
            ID,
            "provider-key-a",
            &reference("secret/data/teams/a/openai#api_key"),
        )
        .await
        .unwrap();
    let first = pairs(&[("KEY", "first")]);
    assert_eq!(plain(secrets.get(ID).await.unwrap()), first);
    let again = open(&test, Mode::ReadonlyVault, Some(settings(token("root")))).await;
    assert_eq!(plain(again.get(ID).await.unwrap()), first);
    assert_eq!(
        secrets.storage_type(ID).await.unwrap(),
        Some("external_vault")
    );
    // Update by its owner, rotate to another key.
    write("second").await;
    assert_eq!(
        plain(secrets.get(ID).await.unwrap()),
        pairs(&[("KEY", "second")])
    );
    secrets
        .put_references(
            ID,
            "provider-key-a",
            &reference("secret/data/teams/a/openai#other"),
        )
        .await
        .unwrap();
    assert_eq!(
        plain(secrets.get(ID).await.unwrap()),
        pairs(&[("KEY", "2")])
    );
    only_reads(&secrets, &bao).await;
    let wrong = open(&test, Mode::ReadonlyVault, Some(settings(token("wrong")))).await;
    fails_and_goes(&secrets, &wrong, &bao).await;
}

/// Wrong credential, backend down, delete.
async fn fails_and_goes(secrets: &Secrets, wrong: &Secrets, bao: &Bao) {
    assert!(matches!(
        wrong.get(ID).await.unwrap_err(),
        Error::Refused { .. }
    ));
    bao.freeze(true).unwrap();
    assert!(matches!(
        secrets.get(ID).await.unwrap_err(),
        Error::Unavailable { .. }
    ));
    secrets.delete(ID).await.unwrap();
    bao.freeze(false).unwrap();
    assert!(secrets.get(ID).await.unwrap().is_none());
    let kept = bao
        .api("GET", "secret/data/teams/a/openai", json!(null))
        .await
        .unwrap();
    assert_eq!(kept.0, 200, "it was not ours to delete");
}

/// What the program must keep itself is in the database; Vault is as it was.
async fn only_reads(secrets: &Secrets, bao: &Bao) {
    let other = Uuid::from_u128(8);
    secrets
        .put(other, "mcp-token", &fields(&[("token", "ours")]))
        .await
        .unwrap();
    assert_eq!(secrets.storage_type(other).await.unwrap(), Some("database"));
    let nothing = bao
        .api("GET", "secret/metadata/archestra?list=true", json!(null))
        .await
        .unwrap();
    assert_eq!(nothing.0, 404, "{}", nothing.1);
    let store = secrets.vault().unwrap();
    let found = store.list_folder("secret/data/teams/a").await.unwrap();
    assert_eq!(
        found,
        [("openai".to_owned(), "secret/data/teams/a/openai".to_owned())]
    );
    let keys = store.keys("secret/data/teams/a/openai").await.unwrap();
    assert_eq!(keys, ["api_key", "other"]);
    let gone = Reference::parse("secret/teams/a/openai#api_key").unwrap();
    let gone = store.resolve(&gone).await.unwrap_err().to_string();
    assert!(gone.contains("/data/"), "{gone}");
}
