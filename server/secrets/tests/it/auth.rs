//! Signing in to Vault, staying signed in, and what is said when that fails.

use std::collections::HashMap;
use std::time::Duration;

use secrecy::SecretString;
use secrets::stores::SecretStore as _;
use secrets::stores::vault::{Auth, Aws, KvVersion, Settings, VaultStore};
use secrets::{Error, Fields};
use serde_json::{Value, json};
use testkit::bao::Bao;
use testkit::vault_aws::{
    ACCESS_KEY, FakeVaultAws, REGION, ROLE, SECRET_KEY, SERVER_ID, SESSION_TOKEN, STS,
};
use testkit::wait::until;

use crate::site::{fields, root, token, vault};

fn aws(fake: &FakeVaultAws, bao: &Bao, secret_key: &str) -> VaultStore {
    let environment = [
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
        ("AWS_SECRET_ACCESS_KEY", secret_key),
        ("AWS_SESSION_TOKEN", SESSION_TOKEN),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), SecretString::from(value)));
    let auth = Auth::Aws(Aws {
        role: ROLE.to_owned(),
        mount: "aws".to_owned(),
        region: REGION.to_owned(),
        sts_endpoint: STS.parse().unwrap(),
        server_id: Some(SERVER_ID.to_owned()),
        environment: HashMap::from(environment),
        home: None,
    });
    VaultStore::new(Settings {
        address: fake.address.clone(),
        timeout: Duration::from_secs(5),
        ..vault(bao, KvVersion::Two, auth)
    })
    .unwrap()
}

fn some() -> Fields {
    fields(&[("KEY", "hunter2")])
}

#[tokio::test]
async fn an_aws_identity_signs_in_and_again_when_its_token_is_lost() {
    let bao = Bao::start().await.unwrap();
    let fake = FakeVaultAws::start(&bao.address, 3600).await.unwrap();
    let store = aws(&fake, &bao, SECRET_KEY);
    store.put("a", &some()).await.unwrap();
    assert_eq!(store.get("a", None).await.unwrap().len(), 1);
    assert_eq!(fake.logins(), 1, "a token is kept");
    // Somebody revokes every token that came from a login.
    let accessors = bao
        .done("GET", "auth/token/accessors?list=true", json!(null))
        .await
        .unwrap();
    for accessor in accessors["data"]["keys"].as_array().unwrap() {
        let found = bao
            .done(
                "POST",
                "auth/token/lookup-accessor",
                json!({ "accessor": accessor }),
            )
            .await
            .unwrap();
        if found["data"]["ttl"] != json!(0) {
            bao.done(
                "POST",
                "auth/token/revoke-accessor",
                json!({ "accessor": accessor }),
            )
            .await
            .unwrap();
        }
    }
    assert_eq!(store.get("a", None).await.unwrap().len(), 1);
    assert_eq!(fake.logins(), 2);
}

#[tokio::test]
async fn a_wrong_aws_secret_is_refused_and_not_repeated() {
    let bao = Bao::start().await.unwrap();
    let fake = FakeVaultAws::start(&bao.address, 3600).await.unwrap();
    let wrong = "a secret that is not the right one";
    let refused = aws(&fake, &bao, wrong).get("a", None).await.unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, Error::Refused { .. }), "{text}");
    assert!(
        text.contains("signature") && text.contains("AWS login"),
        "{text}"
    );
    assert!(!text.contains(wrong));
}

#[tokio::test]
async fn a_token_that_ends_is_replaced_before_it_does() {
    let bao = Bao::start().await.unwrap();
    let fake = FakeVaultAws::start(&bao.address, 2).await.unwrap();
    let store = aws(&fake, &bao, SECRET_KEY);
    store.put("a", &some()).await.unwrap();
    let keep = store.keep_signed_in();
    let watch = until("another sign-in", async || {
        (fake.logins() >= 3).then_some(())
    });
    tokio::select! { () = keep => unreachable!(), () = watch => {} }
    assert_eq!(store.get("a", None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_given_token_is_renewed_while_nobody_asks_for_anything() {
    let bao = Bao::start().await.unwrap();
    let body = json!({ "ttl": "3s", "period": "3s", "renewable": true });
    let made = bao.done("POST", "auth/token/create", body).await.unwrap();
    let given = made["auth"]["client_token"].as_str().unwrap();
    let accessor = json!({ "accessor": made["auth"]["accessor"] });
    let store = VaultStore::new(vault(&bao, KvVersion::Two, token(given))).unwrap();
    store.put("a", &some()).await.unwrap();
    let ends = async || -> Option<Value> {
        let found = bao
            .done("POST", "auth/token/lookup-accessor", accessor.clone())
            .await;
        Some(found.ok()?["data"]["expire_time"].clone())
    };
    let first = ends().await;
    let renewed = async || ends().await.filter(|now| Some(now) != first.as_ref());
    let keep = store.keep_signed_in();
    tokio::select! {
        () = keep => unreachable!(),
        _ = until("a later end", renewed) => {}
    }
    assert_eq!(store.get("a", None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_read_is_taken_from_memory_until_it_is_written() {
    let bao = Bao::start().await.unwrap();
    let store = VaultStore::new(Settings {
        cache_for: Duration::from_secs(30),
        ..root(&bao, KvVersion::Two)
    })
    .unwrap();
    store.put("a", &some()).await.unwrap();
    assert_eq!(store.get("a", Some(1)).await.unwrap().len(), 1);
    bao.freeze(true).unwrap();
    assert_eq!(
        store.get("a", Some(1)).await.unwrap().len(),
        1,
        "from memory"
    );
    assert!(
        store.get("a", Some(2)).await.is_err(),
        "a later write is another secret"
    );
    assert!(store.get("a", None).await.is_err());
    bao.freeze(false).unwrap();
}

#[tokio::test]
async fn namespaces_keep_secrets_apart() {
    let bao = Bao::start().await.unwrap();
    let (status, said) = bao
        .api("PUT", "sys/namespaces/team", json!({}))
        .await
        .unwrap();
    assert!(status < 300, "{said}");
    let settings = Settings {
        namespace: Some("team".to_owned()),
        ..root(&bao, KvVersion::Two)
    };
    let store = VaultStore::new(settings).unwrap();
    let missing = store.put("a", &some()).await.unwrap_err().to_string();
    assert!(
        missing.contains("ARCHESTRA_HASHICORP_VAULT_NAMESPACE"),
        "{missing}"
    );
    let mount = json!({ "type": "kv", "options": { "version": "2" } });
    let (status, said) = bao
        .in_namespace("team", "POST", "sys/mounts/secret", mount)
        .await
        .unwrap();
    assert!(status < 300, "{said}");
    let written = async || store.put("a", &some()).await.ok();
    until("the new engine is ready", written).await;
    let outside = bao
        .api("GET", "secret/data/archestra/a", json!(null))
        .await
        .unwrap();
    assert_eq!(outside.0, 404);
}
