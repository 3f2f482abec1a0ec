//! Secrets are where the server finds them, and nowhere else.

use std::collections::BTreeMap;

use runtimes::runtime::Runtime;
use serde_json::Value;
use testkit::docker_images::{Image, image};

use super::speaking::Conversation;
use super::with::{cli, command, container_ids, engine, script, started};

const SHOW: &str = r"
const fs = require('fs');
process.stdin.once('data', () => {
  const file = fs.statSync('/secrets/KEY');
  console.log(JSON.stringify({
    environment: process.env.TOKEN, file: fs.readFileSync('/secrets/KEY', 'utf8'),
    mode: (file.mode & 0o777).toString(8), owner: file.uid, user: process.getuid(),
    directory: (fs.statSync('/secrets').mode & 0o777).toString(8),
  }));
});";

const CANARY: &str = "canary-8f3a1c";

/// What the server sees, and everything that the engine shows of it besides its environment.
async fn seen_with(image: &str) -> Option<(Value, String)> {
    let engine = engine()?;
    let mut spec = script(SHOW);
    spec.image = Some(image.to_owned());
    spec.secret_env = BTreeMap::from([("TOKEN".to_owned(), CANARY.into())]);
    spec.secret_files = BTreeMap::from([("KEY".to_owned(), format!("{CANARY}\nlines").into())]);
    started(&engine.docker, &spec).await;
    let stdio = engine.attach(spec.id).await.expect("its streams");
    let mut conversation = Conversation::over(stdio);
    conversation.say(&Value::Null).await;
    let line = conversation.line().await.expect("what it sees");
    let inspected = cli(&["inspect", &container_ids(spec.id)[0]]);
    let mut inspected: Value = serde_json::from_str(&inspected).expect("json");
    inspected[0]["Config"]["Env"].take();
    let listed = cli(&["ps", "--all", "--no-trunc", "--format", "{{json .}}"]);
    let debug = format!("{spec:?}");
    let shown = format!(
        "{inspected}{listed}{debug}{}",
        cli(&["logs", &container_ids(spec.id)[0]])
    );
    let seen = serde_json::from_str(&line).expect("json");
    let logs = shown.replace(&line, "");
    Some((seen, logs))
}

#[tokio::test]
async fn a_secret_shows_in_environment_and_file_only() {
    let everything = match testkit::docker_images::engine() {
        Ok(()) => image(Image::Everything),
        Err(_) => "",
    };
    let Some((seen, shown)) = seen_with(everything).await else {
        return;
    };
    assert_eq!(seen["environment"], CANARY);
    assert_eq!(seen["file"], format!("{CANARY}\nlines"));
    assert_eq!(
        (&seen["mode"], &seen["directory"]),
        (&"400".into(), &"500".into())
    );
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_secret_file_belongs_to_the_user_that_the_image_names() {
    if testkit::docker_images::engine().is_err() {
        return;
    }
    let base = image(Image::Everything);
    let mut build = command("docker");
    build.args([
        "build",
        "--quiet",
        "--tag",
        "local/mcp-everything-as-user:1",
        "-",
    ]);
    let mut build = build
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("docker");
    let dockerfile = format!("FROM {base}\nUSER mcp\n");
    let stdin = build.stdin.take().expect("its input");
    std::io::Write::write_all(&mut { stdin }, dockerfile.as_bytes()).expect("it reads");
    assert!(build.wait().expect("it ends").success());
    let Some((seen, _)) = seen_with("local/mcp-everything-as-user:1").await else {
        return;
    };
    assert_eq!(
        (&seen["owner"], &seen["user"]),
        (&65534.into(), &65534.into())
    );
    assert_eq!(seen["file"], format!("{CANARY}\nlines"));
}
