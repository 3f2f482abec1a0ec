//! The support bundle: what is in it, and that no secret is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;

use app::config::VARIABLES;
use flate2::read::GzDecoder;
use serde_json::json;
use testkit::database::TestDatabase;
use testkit::provider::Reply;
use url::Url;

use super::provider;
use crate::harness::EMAIL;
use crate::program::Program;

/// In every secret that is given.
const CORE: &str = "c4n4ry5d1e9b73f2";
const FILES: [&str; 8] = [
    "README.txt",
    "configuration.txt",
    "database.json",
    "doctor.json",
    "facts.json",
    "log.txt",
    "metrics.txt",
    "server.json",
];

fn secret(name: &str) -> String {
    format!("{name}-{CORE}-and-so-on-for-a-while")
}

fn with_password(url: &str) -> String {
    let mut url = Url::parse(url).unwrap();
    url.set_password(Some(&secret("password"))).unwrap();
    url.to_string()
}

/// Every secret variable, and passwords in addresses of others.
fn give_variables(program: &mut Program, database: &TestDatabase) -> usize {
    for variable in VARIABLES.iter().filter(|variable| variable.secret) {
        let value = match variable.name {
            "ARCHESTRA_DATABASE_URL" | "DATABASE_URL" => with_password(&database.url),
            name => secret(name),
        };
        program.set(variable.name, value);
    }
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY"] {
        program.set(proxy, with_password("http://somebody@127.0.0.1:9/"));
    }
    program.set("NO_PROXY", "localhost,127.0.0.1".to_owned());
    program.set(
        "ARCHESTRA_MCP_REGISTRY_URL",
        with_password("https://somebody@registry.example.com/v0.1/servers"),
    );
    program.set(
        "ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT",
        with_password("http://somebody@127.0.0.1:9/v1/traces"),
    );
    VARIABLES.iter().filter(|variable| variable.secret).count() + 4
}

async fn give_through_the_api(program: &mut Program) {
    let admin = secret("ARCHESTRA_AUTH_ADMIN_PASSWORD");
    program
        .post(
            "/api/auth/sign-in/email",
            &json!({ "email": EMAIL, "password": admin }),
        )
        .await;
    let key = json!({ "name": "Main", "provider": "openai", "apiKey": secret("provider-key"), "isPrimary": true });
    program.post("/api/llm-provider-api-keys", &key).await;
    let item = json!({ "name": "Weather", "serverType": "local", "localConfig": {
        "command": "npx", "environment": [{ "key": "TOKEN", "type": "secret", "value": secret("server"),
            "promptOnInstallation": false, "required": true }] } });
    program.post("/api/internal_mcp_catalog", &item).await;
}

fn unpacked(path: &std::path::Path) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(path).unwrap()));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry
            .path()
            .unwrap()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        files.insert(name, text);
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_support_bundle_tells_the_state_and_no_secret() {
    let provider = provider().await;
    provider.always_reply(Reply::json(
        200,
        r#"{"object":"list","data":[{"id":"gpt-5","object":"model"}]}"#,
    ));
    let database = TestDatabase::create().await.unwrap();
    let mut program = Program::prepare(&provider);
    let given = give_variables(&mut program, &database);
    program.spawn();
    program.wait_until_ready().await;
    give_through_the_api(&mut program).await;
    let path = program.data_dir().join("bundle.tar.gz");
    let output = program
        .command()
        .arg("support-bundle")
        .arg("--output")
        .arg(&path)
        .output()
        .unwrap();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && said.contains("before you send it"),
        "{said}"
    );
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );

    let files = unpacked(&path);
    assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), FILES);
    for (name, text) in &files {
        assert!(!text.contains(CORE), "{name}: {text}");
        assert!(said.contains(name.as_str()), "{said}");
    }
    assert!(!said.contains(CORE), "{said}");
    super::told(&format!(
        "{given} secrets in variables and two in the database; {} files",
        files.len()
    ));
    assert!(
        files["database.json"].contains("\"interactions\"")
            && files["database.json"].contains("\"migrations\"")
    );
    assert!(
        files["metrics.txt"].contains("archestra_build_info"),
        "{}",
        files["metrics.txt"]
    );
    assert!(
        files["server.json"].contains("\"ok\""),
        "{}",
        files["server.json"]
    );
    assert!(files["configuration.txt"].contains("ARCHESTRA_AUTH_SECRET\n    value   ********"));
}

#[tokio::test]
async fn a_support_bundle_is_made_also_where_nothing_runs_and_the_configuration_is_wrong() {
    let provider = provider().await;
    let mut program = Program::prepare(&provider);
    program.set("ARCHESTRA_AUTH_SECRET", "short".to_owned());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bundle.tar.gz");
    let output = program
        .command()
        .arg("support-bundle")
        .arg("--output")
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let files = unpacked(&path);
    assert!(files["doctor.json"].contains("ARCHESTRA_AUTH_SECRET can't be used"));
    assert!(
        !program.data_dir().exists(),
        "making a bundle starts nothing"
    );
}
