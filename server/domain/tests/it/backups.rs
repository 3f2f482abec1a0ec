//! Backups of a real database: what goes out comes in again, and nothing in between is ever seen.

use std::io::Read as _;
use std::path::Path;

use db::audit_log::{Origin, as_actor};
use domain::backups::{self, BackupError, Reason};
use domain::clock::{Clock as _, SystemClock};
use testkit::database::TestDatabase;

/// Something of every awkward type, and rows that refer to each other in a circle.
const ROWS: &str = r#"
    INSERT INTO organization (id, name, slug) VALUES ('o', E'Tests\n\t\\ "ü" €', 'default');
    INSERT INTO users (id, name, email) VALUES ('ann', 'Ann', 'ann@example.com');
    INSERT INTO agents (id, organization_id, name, slug, settings, created_at, updated_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'o', 'Ops', 'ops', '{"a": null}', now(), now());
    UPDATE organization SET default_agent_id = '00000000-0000-0000-0000-000000000001',
        chat_placeholders = ARRAY['one', 'a "quoted" two', NULL], chat_links = '[ {"url": 1,   "label": 2} ]';
    INSERT INTO teams (id, organization_id, name, created_at, updated_at)
        VALUES ('00000000-0000-0000-0000-000000000002', 'o', 'Core', now(), now());
    INSERT INTO team_members (id, team_id, user_id, created_at) VALUES (gen_random_uuid(),
        '00000000-0000-0000-0000-000000000002', 'ann', now());
    INSERT INTO secrets (id, name) VALUES ('00000000-0000-0000-0000-000000000003', 'a key');
    INSERT INTO secret_fields (secret_id, field, envelope)
        VALUES ('00000000-0000-0000-0000-000000000003', 'key', '\x000a0d5c2e0aff');
"#;

async fn filled() -> TestDatabase {
    let test = TestDatabase::create().await.unwrap();
    test.execute(ROWS).await.unwrap();
    test
}

/// What a backup says of the rows, without when it was made.
async fn rows(database: &TestDatabase, directory: &Path) -> String {
    let path = directory.join(format!("{}.archestra-backup", uuid::Uuid::new_v4()));
    backups::create(&database.db, &path, Reason::Manual, SystemClock.now())
        .await
        .unwrap();
    let packed = std::fs::File::open(path).unwrap();
    let mut text = String::new();
    zstd::Decoder::new(packed)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let (_, rows) = text.split_once('\n').unwrap();
    let (rows, _) = rows.trim_end().rsplit_once('\n').unwrap();
    rows.to_owned()
}

#[tokio::test]
async fn what_was_wiped_or_changed_comes_back_byte_for_byte() {
    let directory = tempfile::tempdir().unwrap();
    let test = filled().await;
    let path = directory.path().join("all.archestra-backup");
    backups::create(&test.db, &path, Reason::Manual, SystemClock.now())
        .await
        .unwrap();
    let before = rows(&test, directory.path()).await;

    test.execute("DELETE FROM team_members; UPDATE organization SET name = 'Others', default_agent_id = NULL")
        .await
        .unwrap();
    test.execute("DELETE FROM secrets; INSERT INTO users (id, name, email) VALUES ('bob', 'Bob', 'b@example.com')")
        .await
        .unwrap();
    assert_ne!(rows(&test, directory.path()).await, before);
    let preview = backups::preview(&test.db, &path).await.unwrap();
    let users = preview
        .tables
        .iter()
        .find(|one| one.table == "users")
        .unwrap();
    assert_eq!((users.now, users.then), (2, 1));
    backups::restore(&test.db, &path).await.unwrap();
    assert_eq!(rows(&test, directory.path()).await, before);

    // Foreign keys, triggers and sequences work as before.
    let orphan = "INSERT INTO team_members (id, team_id, user_id, created_at)
         VALUES (gen_random_uuid(), gen_random_uuid(), 'ann', now())";
    assert!(test.execute(orphan).await.is_err());
    let disabled = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'";
    assert_eq!(test.text(disabled).await.unwrap().unwrap(), "0");

    let other = TestDatabase::create().await.unwrap();
    backups::restore(&other.db, &path).await.unwrap();
    assert_eq!(rows(&other, directory.path()).await, before);
}

#[tokio::test]
async fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let test = filled().await;
    let path = directory.path().join("old.archestra-backup");
    backups::create(&test.db, &path, Reason::Manual, SystemClock.now())
        .await
        .unwrap();
    // As if a newer version had been here and added a migration of its own.
    test.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (99999, 'of a newer version', true, '\\x00', 0);
         CREATE TABLE newer (agent_id uuid REFERENCES agents); DROP TABLE prompts",
    )
    .await
    .unwrap();
    assert_eq!(test.db.newer_schema().await.unwrap(), Some(99999));
    backups::restore(&test.db, &path).await.unwrap();
    assert_eq!(test.db.newer_schema().await.unwrap(), None);
    let newer = "SELECT to_regclass('newer') IS NULL AND to_regclass('prompts') IS NOT NULL";
    assert_eq!(test.text(newer).await.unwrap().unwrap(), "true");
    let name = "SELECT name FROM agents";
    assert_eq!(test.text(name).await.unwrap().unwrap(), "Ops");
}

#[tokio::test]
async fn a_damaged_backup_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let test = filled().await;
    let path = directory.path().join("all.archestra-backup");
    backups::create(&test.db, &path, Reason::Manual, SystemClock.now())
        .await
        .unwrap();
    let before = rows(&test, directory.path()).await;
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&path, bytes).unwrap();
    let refused = backups::restore(&test.db, &path).await;
    assert!(
        matches!(
            refused,
            Err(BackupError::Damaged(_) | BackupError::NoBackup)
        ),
        "{refused:?}"
    );
    assert_eq!(rows(&test, directory.path()).await, before);
}

#[tokio::test]
async fn the_audit_log_is_never_shortened_by_a_restore() {
    let directory = tempfile::tempdir().unwrap();
    let test = filled().await;
    let origin = Origin::shell("a test");
    let rename = |name: &'static str| as_actor(&origin, db::users::rename(&test.db, "ann", name));
    rename("Anna").await.unwrap();
    let path = directory.path().join("all.archestra-backup");
    backups::create(&test.db, &path, Reason::Manual, SystemClock.now())
        .await
        .unwrap();
    rename("Anne").await.unwrap();
    as_actor(&origin, backups::restore(&test.db, &path))
        .await
        .unwrap();
    let name = test.text("SELECT name FROM users").await.unwrap();
    assert_eq!(name.unwrap(), "Anna");
    let found = db::audit_log::verify(&test.db).await.unwrap();
    assert_eq!((found.entries, found.broken), (3, None));
    let last = "SELECT resource FROM audit_log ORDER BY id DESC LIMIT 1";
    assert_eq!(test.text(last).await.unwrap().unwrap(), "backups");

    // A log that goes another way is replaced by the backup's.
    let other = TestDatabase::create().await.unwrap();
    backups::restore(&other.db, &path).await.unwrap();
    let found = db::audit_log::verify(&other.db).await.unwrap();
    assert_eq!((found.entries, found.broken), (1, None));
}
