//! The database's address is in Vault, and nowhere else.

use app::config::{Config, Environment};
use app::{Running, StartError};
use serde_json::{Value, json};
use testkit::bao::{Bao, ROOT};
use testkit::database::TestDatabase;

use crate::harness::browser;

const PATH: &str = "secret/data/archestra";

async fn start(bao: &Bao, reference: &str) -> Result<Running, StartError> {
    let data = tempfile::tempdir().unwrap();
    let variables = [
        ("ARCHESTRA_DATABASE_URL_VAULT_REF", reference),
        ("ARCHESTRA_DATABASE_POOL_MAX", "5"),
        ("ARCHESTRA_HASHICORP_VAULT_ADDR", bao.address.as_str()),
        ("ARCHESTRA_HASHICORP_VAULT_TOKEN", ROOT),
        ("ARCHESTRA_DATA_DIR", data.path().to_str().unwrap()),
        ("ARCHESTRA_API_BASE_URL", "http://localhost:0"),
        ("ARCHESTRA_FRONTEND_URL", "http://localhost:0"),
        ("ARCHESTRA_METRICS_PORT", "0"),
    ];
    let pairs = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::read(&Environment::from_pairs(pairs)).unwrap();
    Box::pin(Running::start(config)).await
}

async fn keep(bao: &Bao, values: Value) {
    bao.done("POST", PATH, json!({ "data": values }))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_program_starts_on_the_database_that_vault_names() {
    let bao = Bao::start().await.unwrap();
    let database = TestDatabase::create().await.unwrap();
    keep(&bao, json!({ "database_url": database.url })).await;
    let running = start(&bao, &format!("{PATH}:database_url")).await.unwrap();
    let port = running.config.api_port();
    let url = format!("http://127.0.0.1:{port}/ready");
    let ready = browser().get(url).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    let users = database
        .text("SELECT count(*)::text FROM users")
        .await
        .unwrap();
    assert_eq!(users.as_deref(), Some("1"));
}

/// Nothing of what is there is repeated.
#[tokio::test]
async fn what_is_no_address_or_is_not_there_stops_the_start_and_says_where_it_looked() {
    let bao = Bao::start().await.unwrap();
    keep(&bao, json!({ "database_url": "mysql://u:canary@host/x" })).await;
    for (key, names) in [
        ("database_url", "ARCHESTRA_DATABASE_URL_VAULT_REF"),
        ("absent", "absent"),
    ] {
        let reference = format!("{PATH}:{key}");
        let error = start(&bao, &reference).await.err().unwrap().to_string();
        assert!(error.contains(PATH) && error.contains(names), "{error}");
        assert!(!error.contains("canary"), "{error}");
    }
}
