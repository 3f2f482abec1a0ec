//! What uses a secret.

use db::identity_providers::{self, IdentityProvider};
use serde_json::json;
use uuid::Uuid;

use crate::rows::{ORGANIZATION, database, noon};

#[tokio::test]
async fn secrets_of_identity_providers_and_second_factors_are_in_use() {
    let test = database().await;
    let (of_provider, of_factor, of_nobody) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let provider = IdentityProvider {
        id: Uuid::now_v7(),
        organization_id: ORGANIZATION.to_owned(),
        provider_id: "okta".to_owned(),
        issuer: "https://okta.example".to_owned(),
        domain: "example.com".to_owned(),
        domain_verified: None,
        user_id: None,
        oidc_config: Some(json!({ "clientId": "c" })),
        saml_config: None,
        role_mapping: None,
        team_sync_config: None,
        secret_id: Some(of_provider),
        worked_at: None,
        created_at: noon(),
        updated_at: noon(),
    };
    identity_providers::insert(&test.db, &provider)
        .await
        .unwrap();
    let begun = db::two_factor::begin(&test.db, "ann", of_factor, &[]).await;
    assert!(begun.unwrap());
    let secrets = [of_provider, of_factor, of_nobody];
    let users = db::secrets::users(&test.db, &secrets).await.unwrap();
    let said: Vec<_> = users
        .iter()
        .map(|user| (user.secret_id, user.kind.as_str(), user.id.clone()))
        .collect();
    assert_eq!(
        said,
        [
            (of_provider, "identityProvider", provider.id.to_string()),
            (of_factor, "twoFactor", "ann".to_owned()),
        ]
    );
    assert_eq!(users[0].name, "okta");
}
