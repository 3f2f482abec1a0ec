//! Backups over HTTP and from the shell, and what a kill in the middle of a restore leaves.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use testkit::wait;

use crate::configuration::export;
use crate::harness::TestApp;

const KILLS: u32 = 20;

#[tokio::test]
async fn a_backup_is_listed_previewed_and_put_back_and_what_it_replaced_is_kept() {
    let app = TestApp::signed_in().await;
    app.post("/api/teams", json!({ "name": "Core" })).await;
    let before = export(&app).await;
    let made = app.post("/api/backups", json!({})).await;
    let path = format!("/api/backups/{}", made["name"].as_str().unwrap());
    app.post("/api/teams", json!({ "name": "Other" })).await;
    let preview = app.post(&format!("{path}/preview"), json!({})).await;
    let tables = preview["tables"].as_array().unwrap();
    let teams = tables.iter().find(|one| one["name"] == "teams").unwrap();
    assert_eq!((&teams["now"], &teams["then"]), (&json!(2), &json!(1)));
    app.post(&format!("{path}/restore"), json!({})).await;
    wait::until("what was before is back", async || {
        (export(&app).await == before).then_some(())
    })
    .await;
    let listed = app.get("/api/backups").await;
    let reasons: Vec<_> = listed["backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["reason"])
        .collect();
    assert!(reasons.contains(&&json!("before-restore")), "{reasons:?}");
    let log = app.get("/api/audit-log?resource=backups").await;
    assert_eq!(log["data"][0]["actor"]["kind"], "user", "{log}");
    let deleted = app.send(Method::DELETE, &path, None).await;
    assert_eq!(deleted.0, 200);
    app.refusal(
        Method::POST,
        "/api/backups/..%2Fpasswd/preview",
        None,
        (404, "api_not_found_error"),
    )
    .await;
}

struct Shell<'a> {
    app: &'a TestApp,
    directory: &'a Path,
}

impl Shell<'_> {
    #[expect(
        clippy::disallowed_methods,
        reason = "killed by the test, or waited for"
    )]
    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_archestra"))
            .args(arguments)
            .env_clear()
            .env("ARCHESTRA_DATABASE_URL", &self.app.database.url)
            .env("ARCHESTRA_DATA_DIR", self.directory.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.start(arguments).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn backup(&self, name: &str) -> PathBuf {
        let path = self.directory.join(name);
        self.run(&["backup", "create", "--to", path.to_str().unwrap()]);
        path
    }
}

/// Enough of them for a restore to take a while.
const MANY_ROWS: &str = "INSERT INTO interactions (id, created_at, provider, kind, stream, status, outcome, duration_us,
         tool_call_count, request_bytes, response_bytes)
     SELECT gen_random_uuid(), now(), 'openai', 'chat', false, 200, 'ok', 1, 0, 1, 1 FROM generate_series(1, 30000)";

// The server must go on while this waits for the shell.
#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_anywhere_leaves_the_old_state_or_the_new_one() {
    let app = TestApp::signed_in().await;
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let shell = Shell {
        app: &app,
        directory,
    };
    app.database.execute(MANY_ROWS).await.unwrap();
    app.post("/api/teams", json!({ "name": "New" })).await;
    let (new, new_file) = (export(&app).await, shell.backup("new.archestra-backup"));
    app.post("/api/teams", json!({ "name": "Old" })).await;
    let (old, old_file) = (export(&app).await, shell.backup("old.archestra-backup"));
    assert!(
        shell
            .run(&["backup", "verify", new_file.to_str().unwrap()])
            .contains("whole")
    );

    let restore = |file: &Path| {
        let begun = Instant::now();
        shell.run(&["backup", "restore", file.to_str().unwrap(), "--yes"]);
        begun.elapsed()
    };
    // Once to know how long it takes.
    let whole = restore(&new_file);
    let mut became_new = 0;
    for kill in 0..KILLS {
        restore(&old_file);
        let mut child = shell.start(&["backup", "restore", new_file.to_str().unwrap(), "--yes"]);
        std::thread::sleep(after(whole, kill));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
        let state = wait::until("one of both states", async || {
            let state = export(&app).await;
            (state == old || state == new).then_some(state)
        })
        .await;
        became_new += u32::from(state == new);
    }
    restore(&new_file);
    wait::until("the new state", async || {
        (export(&app).await == new).then_some(())
    })
    .await;
    assert!(became_new < KILLS, "no restore was killed before its end");
    let verified = app.get("/api/audit-log/verify").await;
    assert_eq!(verified["intact"], true, "{verified}");
}

/// From the middle, where it reads, to the end, where it commits.
fn after(whole: Duration, kill: u32) -> Duration {
    whole.mul_f64(0.3 + 0.75 * f64::from(kill) / f64::from(KILLS))
}
