#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use serde_json::json;
use testkit::database::TestDatabase;

use super::*;

fn item() -> CatalogItem {
    CatalogItem {
        local_config: Some(json!({
            "command": "npx",
            "environment": [
                {"key": "TOKEN", "type": "secret", "promptOnInstallation": false, "value": "hunter2"},
                {"key": "ZONE", "type": "plain_text", "promptOnInstallation": false, "value": "UTC"},
            ],
            "imagePullSecrets": [
                {"source": "existing", "name": "registry"},
                {"source": "credentials", "server": "ghcr.io", "username": "ann", "password": "hunter3"},
            ],
        })),
        oauth_config: Some(json!({"client_id": "a", "client_secret": "hunter4", "scopes": []})),
        ..new("", "github", DateTime::UNIX_EPOCH)
    }
}

#[tokio::test]
async fn a_sealed_item_holds_no_secret_and_an_unsealed_one_is_as_it_was() {
    let test = TestDatabase::create().await.unwrap();
    let secret = SecretString::from("an auth secret of thirty-two characters");
    let secrets = Secrets::open(test.db.clone(), &secret).await.unwrap();
    let mut item = item();
    let before = item.clone();
    seal(&secrets, &mut item).await.unwrap();
    let shown = format!("{item:?}");
    assert!(
        !shown.contains("hunter") && shown.contains("UTC"),
        "{shown}"
    );
    let mut opened = item.clone();
    unseal(&secrets, &mut opened).await.unwrap();
    assert_eq!(
        (&opened.local_config, &opened.oauth_config),
        (&before.local_config, &before.oauth_config)
    );

    // Written back without its values, as a client does that was shown none.
    let ids = (item.local_config_secret_id, item.client_secret_id);
    seal(&secrets, &mut item).await.unwrap();
    assert_eq!((item.local_config_secret_id, item.client_secret_id), ids);
    let mut opened = item.clone();
    unseal(&secrets, &mut opened).await.unwrap();
    assert_eq!(opened.local_config, before.local_config);

    item.oauth_config = None;
    seal(&secrets, &mut item).await.unwrap();
    assert!(
        item.client_secret_id.is_none() && secrets.get(ids.1.unwrap()).await.unwrap().is_none()
    );
    forget(&secrets, &item).await.unwrap();
    assert!(secrets.get(ids.0.unwrap()).await.unwrap().is_none());
}

#[test]
fn who_asks_for_a_server_keeps_its_secrets() {
    let described = json!({ "name": "x", "localConfig": { "command": "npx", "environment": [
        {"key": "TOKEN", "type": "secret", "value": "hunter2"}, {"key": "LEVEL", "type": "string", "value": "3"}] },
        "oauthConfig": { "client_id": "c", "client_secret": "hunter3" } });
    let kept = without_secrets(described);
    let environment = &kept["localConfig"]["environment"];
    assert_eq!(environment[0], json!({"key": "TOKEN", "type": "secret"}));
    assert_eq!(environment[1]["value"], "3");
    assert_eq!(kept["oauthConfig"], json!({ "client_id": "c" }));
}
