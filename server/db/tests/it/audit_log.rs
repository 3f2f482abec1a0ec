//! The log of changes: who, what, without secrets, in one chain.

use db::Db;
use db::audit_log::{self, Actor, AuditFilter, Entry, Origin, as_actor};
use serde_json::Value;

use crate::rows::{database, insert_agent, insert_team};

fn ann() -> Origin {
    Origin {
        actor: Actor {
            kind: "user",
            id: Some("ann".to_owned()),
            name: Some("Ann".to_owned()),
            ..Actor::default()
        },
        ..Origin::shell("a test")
    }
}

async fn entries(db: &Db) -> Vec<Value> {
    let all = audit_log::following(db, &AuditFilter::default(), 0, 1_000).await;
    let read = |row: &Entry| serde_json::from_str(&row.entry).unwrap();
    all.unwrap().iter().map(read).collect()
}

#[tokio::test]
async fn a_change_of_a_caller_is_entered_with_what_was_before_and_after() {
    let test = database().await;
    let origin = ann();
    let team = as_actor(&origin, insert_team(&test.db, "Core")).await;
    as_actor(&origin, async {
        db::users::set_password(&test.db, "bob", "a hash", false)
            .await
            .unwrap();
        db::teams::delete(&test.db, team.id).await.unwrap();
    })
    .await;
    let log = entries(&test.db).await;
    let told: Vec<_> = log
        .iter()
        .map(|entry| {
            format!(
                "{} {} {}",
                entry["actor"]["name"], entry["action"], entry["resource"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            r#""Ann" "create" "teams""#,
            r#""Ann" "update" "users""#,
            r#""Ann" "delete" "teams""#
        ]
    );
    assert_eq!(log[0]["after"]["name"], "Core");
    assert_eq!(log[0]["resourceId"], team.id.to_string());
    assert_eq!(log[1]["after"]["password_hash"], "***");
    assert_eq!(
        log[1]["after"].as_object().unwrap().len(),
        1,
        "only what changed"
    );
    assert_eq!(log[2]["before"]["name"], "Core");
}

#[tokio::test]
async fn what_the_program_does_by_itself_and_what_was_undone_is_not_entered() {
    let test = database().await;
    let team = insert_team(&test.db, "Core").await;
    let origin = ann();
    // The same connection serves both; a refused write leaves nothing.
    assert!(
        as_actor(&origin, db::teams::insert(&test.db, &team))
            .await
            .is_err()
    );
    db::teams::delete(&test.db, team.id).await.unwrap();
    assert!(entries(&test.db).await.is_empty());
}

#[tokio::test]
async fn a_list_that_is_written_anew_enters_only_what_is_different() {
    let test = database().await;
    let agent = insert_agent(&test.db, "Ops").await;
    let (a, b, c) = (
        insert_team(&test.db, "A").await.id,
        insert_team(&test.db, "B").await.id,
        insert_team(&test.db, "C").await.id,
    );
    db::teams::set_agent_teams(&test.db, agent.id, &[a, b])
        .await
        .unwrap();
    let origin = ann();
    as_actor(
        &origin,
        db::teams::set_agent_teams(&test.db, agent.id, &[a, c]),
    )
    .await
    .unwrap();
    let log = entries(&test.db).await;
    let told: Vec<_> = log
        .iter()
        .map(|entry| {
            (
                entry["action"].as_str().unwrap(),
                entry["resource"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("delete", "agent_teams"), ("create", "agent_teams")]);
    assert_eq!(log[0]["before"]["team_id"], b.to_string());
    assert_eq!(log[1]["after"]["team_id"], c.to_string());
}

#[tokio::test]
async fn the_chain_holds_under_writers_at_once_and_names_the_first_entry_that_was_changed() {
    let test = database().await;
    let origin = ann();
    let (db, origin) = (&test.db, &origin);
    let write = async |name: &'static str| {
        for _ in 0..20 {
            as_actor(origin, insert_team(db, name)).await;
        }
    };
    tokio::join!(write("A"), write("B"), write("C"), write("D"));
    let found = audit_log::verify(&test.db).await.unwrap();
    assert_eq!((found.entries, found.broken), (80, None));
    assert_eq!(found.head.unwrap().0, 80);

    assert!(test.execute("DELETE FROM audit_log").await.is_err());
    let open = "ALTER TABLE audit_log DISABLE TRIGGER audit_log_only_grows";
    test.execute(open).await.unwrap();
    test.execute("UPDATE audit_log SET entry = replace(entry, '\"A\"', '\"B\"') WHERE id = (SELECT min(id) FROM audit_log WHERE entry LIKE '%\"A\"%')").await.unwrap();
    let found = audit_log::verify(&test.db).await.unwrap();
    let (changed, reason) = found.broken.unwrap();
    assert!(reason.contains("changed"), "{reason}");
    test.execute("DELETE FROM audit_log WHERE id = 1")
        .await
        .unwrap();
    let (missing, _) = audit_log::verify(&test.db).await.unwrap().broken.unwrap();
    assert_eq!((missing, changed > 0), (2, true));
}

/// Why a table's changes are not entered.
const NOT_AUDITED: &[(&str, &str)] = &[
    ("_sqlx_migrations", "the schema's own"),
    ("attachments", "said in a conversation"),
    ("audit_log", "the log itself"),
    ("conversation_answers", "said in a conversation"),
    ("conversation_events", "said in a conversation"),
    ("conversation_runs", "said in a conversation"),
    ("idempotency_keys", "answers kept for a day"),
    ("identity_assertions", "under way for minutes"),
    ("identity_flows", "under way for minutes"),
    ("identity_sessions", "part of a session"),
    ("identity_tests", "under way for minutes"),
    ("interaction_bodies", "a record"),
    ("interaction_hours", "a record"),
    ("interaction_optimizations", "a record"),
    ("interactions", "a record"),
    ("limit_usage", "counted by the program"),
    ("mcp_server_leases", "between replicas"),
    ("mcp_server_removals", "to be done by the program"),
    ("mcp_sessions_ended", "a client's"),
    ("mcp_tool_call_bodies", "a record"),
    ("mcp_tool_call_hours", "a record"),
    ("mcp_tool_calls", "a record"),
    ("messages", "said in a conversation"),
    ("model_keys", "a provider's listing"),
    ("oauth_codes", "under way for minutes"),
    ("oauth_flows", "under way for minutes"),
    ("sign_in_failures", "anybody could fill the log"),
    ("two_factor_challenges", "under way for minutes"),
];

#[tokio::test]
async fn changes_of_every_table_are_entered_or_there_is_a_reason() {
    let test = database().await;
    let bare = "SELECT string_agg(relname, ' ' ORDER BY relname COLLATE \"C\") FROM pg_class WHERE relkind = 'r'
         AND relnamespace = 'public'::regnamespace
         AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'audit')";
    let bare = test.text(bare).await.unwrap().unwrap();
    let known: Vec<_> = NOT_AUDITED.iter().map(|(table, _)| *table).collect();
    assert_eq!(
        bare.split(' ').collect::<Vec<_>>(),
        known,
        "a migration that adds a table ends with its trigger `audit` (see 0039), or the table stands here with a reason"
    );
}
