#![expect(clippy::unwrap_used, reason = "tests")]

use secrecy::SecretString;
use testkit::database::TestDatabase;

use super::*;
use crate::Secrets;
use crate::key::AuthSecret;

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

#[tokio::test]
async fn an_older_envelope_of_the_same_place_does_not_open() {
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, SECRET).await.unwrap();
    let id = Uuid::from_u128(1);
    secrets
        .put(id, "a", &fields(&[("A", "old")]))
        .await
        .unwrap();
    test.execute("CREATE TABLE kept AS SELECT * FROM secret_fields")
        .await
        .unwrap();
    secrets
        .put(id, "a", &fields(&[("A", "new")]))
        .await
        .unwrap();
    test.execute(
        "UPDATE secret_fields f SET envelope = k.envelope FROM kept k
         WHERE k.secret_id = f.secret_id AND k.field = f.field",
    )
    .await
    .unwrap();
    let refused = secrets.get(id).await.unwrap_err();
    assert!(matches!(refused, Error::Tampered { .. }), "{refused}");
}

/// As the first version wrote them: without the row's version.
async fn write_unversioned(test: &TestDatabase, id: Uuid, field: &str, value: &str) {
    let key = AuthSecret::new(&SecretString::from(SECRET)).derive("secrets/database");
    let envelope = Cipher::new(&key)
        .seal_unversioned(place(id, 1, field), &value.into())
        .unwrap();
    let hex = envelope
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    test.execute(&format!(
        "INSERT INTO secrets (id, name) VALUES ('{id}', 'old') ON CONFLICT DO NOTHING;
         INSERT INTO secret_fields (secret_id, field, envelope) VALUES ('{id}', '{field}', '\\x{hex}')"
    ))
    .await
    .unwrap();
}

#[tokio::test]
async fn envelopes_of_the_first_version_are_written_anew_once() {
    let test = TestDatabase::create().await.unwrap();
    let id = Uuid::from_u128(1);
    write_unversioned(&test, CANARY, CANARY_FIELD, CANARY_VALUE).await;
    write_unversioned(&test, id, "A", "1").await;
    let secrets = open(&test, SECRET).await.unwrap();
    assert_eq!(
        plain(&secrets.get(id).await.unwrap().unwrap()),
        [("A", "1")]
    );
    let left = "SELECT count(*) FROM secret_fields WHERE get_byte(envelope, 0) = 1";
    assert_eq!(test.text(left).await.unwrap().as_deref(), Some("0"));
    // From now on one of them is one that somebody put back.
    let other = Uuid::from_u128(2);
    write_unversioned(&test, other, "A", "2").await;
    let again = open(&test, SECRET).await.unwrap();
    assert!(matches!(
        again.get(other).await,
        Err(Error::Tampered { .. })
    ));
}

#[tokio::test]
async fn another_auth_secret_takes_over_where_the_previous_one_is_named() {
    const NEW: &str = "another secret of thirty-two characters";
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, SECRET).await.unwrap();
    let ids: Vec<Uuid> = (1..=450).map(Uuid::from_u128).collect();
    for id in &ids {
        secrets.put(*id, "a", &fields(&[("A", "1")])).await.unwrap();
    }
    let mut options = crate::Options::new(SecretString::from(NEW));
    options.previous = Some(SecretString::from(SECRET));
    let rotated = Secrets::start(test.db.clone(), options).await.unwrap();
    // A replica with the old one may still write; it is read, and encrypted anew at the next start.
    secrets
        .put(ids[0], "a", &fields(&[("A", "2")]))
        .await
        .unwrap();
    assert_eq!(
        plain(&rotated.get(ids[0]).await.unwrap().unwrap()),
        [("A", "2")]
    );
    let refused = open(&test, SECRET).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("ARCHESTRA_AUTH_SECRET_PREVIOUS"),
        "{refused}"
    );
    let alone = open(&test, NEW).await.unwrap();
    for id in &ids[1..] {
        assert_eq!(plain(&alone.get(*id).await.unwrap().unwrap()), [("A", "1")]);
    }
}

#[tokio::test]
async fn values_in_clear_are_encrypted_at_the_start_and_references_are_left() {
    let test = TestDatabase::create().await.unwrap();
    let id = Uuid::from_u128(1);
    test.execute(&format!(
        "INSERT INTO secrets (id, name) VALUES ('{id}', 'old');
         INSERT INTO secret_fields (secret_id, field, value, reference) VALUES
             ('{id}', 'A', 'hunter2hunter2', NULL), ('{id}', 'B', NULL, 'secret/data/a#b')"
    ))
    .await
    .unwrap();
    open(&test, SECRET).await.unwrap();
    let kinds = "SELECT string_agg(field || CASE WHEN envelope IS NULL THEN ' reference' ELSE ' envelope' END, ', ' ORDER BY field)
                 FROM secret_fields WHERE secret_id = '00000000-0000-0000-0000-000000000001'";
    assert_eq!(
        test.text(kinds).await.unwrap().as_deref(),
        Some("A envelope, B reference")
    );
}
