#![expect(clippy::unwrap_used, reason = "tests")]

use secrecy::SecretString;
use testkit::database::TestDatabase;

use super::*;
use crate::Secrets;

const SECRET: &str = "an auth secret of thirty-two characters";

async fn open(test: &TestDatabase, secret: &str) -> Result<Secrets> {
    Secrets::open(test.db.clone(), &SecretString::from(secret)).await
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
        .collect()
}

fn plain(fields: &Fields) -> Vec<(&str, &str)> {
    let pairs = fields.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.expose_secret()))
        .collect()
}

#[tokio::test]
async fn fields_come_back_are_replaced_as_a_whole_and_go() {
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, SECRET).await.unwrap();
    let id = Uuid::from_u128(1);
    assert!(secrets.get(id).await.unwrap().is_none());
    secrets
        .put(id, "one", &fields(&[("A", "1"), ("B", "2")]))
        .await
        .unwrap();
    let found = secrets.get(id).await.unwrap().unwrap();
    assert_eq!(plain(&found), [("A", "1"), ("B", "2")]);
    secrets
        .put(id, "one", &fields(&[("B", "3")]))
        .await
        .unwrap();
    // Another process with the same secret reads the same.
    let again = open(&test, SECRET).await.unwrap();
    assert_eq!(plain(&again.get(id).await.unwrap().unwrap()), [("B", "3")]);
    secrets.put(id, "one", &Fields::new()).await.unwrap();
    assert!(secrets.get(id).await.unwrap().unwrap().is_empty());
    secrets.delete(id).await.unwrap();
    secrets.delete(id).await.unwrap();
    assert!(secrets.get(id).await.unwrap().is_none());
}

#[tokio::test]
async fn the_database_holds_no_value_in_clear() {
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, SECRET).await.unwrap();
    secrets
        .put(
            Uuid::from_u128(1),
            "one",
            &fields(&[("A", "hunter2hunter2")]),
        )
        .await
        .unwrap();
    let found = test
        .text("SELECT count(*) FROM secret_fields WHERE position('hunter2'::bytea IN envelope) > 0")
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some("0"));
}

#[tokio::test]
async fn an_envelope_moved_to_another_row_does_not_open() {
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, SECRET).await.unwrap();
    let (mine, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    secrets
        .put(mine, "mine", &fields(&[("A", "1")]))
        .await
        .unwrap();
    secrets
        .put(other, "other", &fields(&[("A", "2")]))
        .await
        .unwrap();
    test.execute(&format!(
        "UPDATE secret_fields SET envelope = (SELECT envelope FROM secret_fields WHERE secret_id = '{other}')
         WHERE secret_id = '{mine}'"
    ))
    .await
    .unwrap();
    let refused = secrets.get(mine).await.unwrap_err();
    assert!(matches!(refused, Error::Tampered { id, .. } if id == mine));
    assert!(secrets.get(other).await.is_ok());
}

#[tokio::test]
async fn another_auth_secret_stops_the_start_and_says_the_way_out() {
    let test = TestDatabase::create().await.unwrap();
    open(&test, SECRET).await.unwrap();
    let refused = open(&test, "another secret of thirty-two characters")
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::AnotherKey));
    let message = refused.to_string();
    assert!(
        message.contains("ARCHESTRA_AUTH_SECRET") && message.contains("reset-secrets"),
        "{message}"
    );
    db::secrets::delete_all(&test.db).await.unwrap();
    open(&test, "another secret of thirty-two characters")
        .await
        .unwrap();
}

#[tokio::test]
async fn replicas_that_start_at_once_agree_on_the_key() {
    let test = TestDatabase::create().await.unwrap();
    let opened = tokio::join!(
        open(&test, SECRET),
        open(&test, SECRET),
        open(&test, SECRET)
    );
    assert!(opened.0.is_ok() && opened.1.is_ok() && opened.2.is_ok());
}
