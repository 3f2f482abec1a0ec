//! Tokens, OAuth codes and flows, requests and clusters.

use chrono::TimeDelta;
use db::clusters::{self, Cluster};
use db::installation_requests::{self, InstallationRequest};
use db::oauth::{self, OauthClient, OauthCode, OauthFlow, OauthToken};
use db::tokens::{self, Token};
use serde_json::json;
use uuid::Uuid;

use crate::rows::{database, insert_item, noon};

fn token(user: &str) -> Token {
    Token {
        id: Uuid::now_v7(),
        kind: "user".to_owned(),
        team_id: None,
        user_id: Some(user.to_owned()),
        name: "Personal token".to_owned(),
        start: "archestra_ab".to_owned(),
        token_hash: user.as_bytes().to_vec(),
        secret_id: Uuid::from_u128(1),
        created_at: noon(),
        last_used_at: None,
        rotated_at: None,
    }
}

#[tokio::test]
async fn an_owner_has_one_token_and_rotation_changes_its_hash() {
    let test = database().await;
    let mine = token("ann");
    tokens::insert(&test.db, &mine).await.unwrap();
    let mut second = token("ann");
    second.token_hash = vec![7];
    assert!(tokens::insert(&test.db, &second).await.is_err());
    tokens::insert(&test.db, &token("bob")).await.unwrap();
    tokens::touch(&test.db, mine.id, noon()).await.unwrap();
    assert!(
        tokens::replace_value(&test.db, mine.id, "archestra_cd", &[1, 2], noon())
            .await
            .unwrap()
    );
    let found = tokens::of_owner(&test.db, "user", None, Some("ann"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.token_hash, found.last_used_at), (vec![1, 2], None));
    assert_eq!(tokens::all(&test.db).await.unwrap().len(), 2);
}

#[tokio::test]
async fn codes_and_flows_are_taken_once_and_not_after_they_expired() {
    let test = database().await;
    let item = insert_item(&test.db, "remote").await;
    let expires_at = noon() + TimeDelta::minutes(10);
    let late = expires_at + TimeDelta::seconds(1);
    let code = OauthCode {
        code_hash: vec![1],
        client_id: "client".to_owned(),
        user_id: "ann".to_owned(),
        agent_id: None,
        redirect_uri: "http://localhost/callback".to_owned(),
        code_challenge: "c".to_owned(),
        resource: None,
        scopes: vec!["mcp".to_owned()],
        expires_at,
    };
    oauth::insert_code(&test.db, &code).await.unwrap();
    assert!(
        oauth::take_code(&test.db, &[1], late)
            .await
            .unwrap()
            .is_none()
    );
    let (first, second) = tokio::join!(
        oauth::take_code(&test.db, &[1], noon()),
        oauth::take_code(&test.db, &[1], noon())
    );
    assert!(
        first.unwrap().is_some() != second.unwrap().is_some(),
        "one of them"
    );
    let flow = OauthFlow {
        id: "state".to_owned(),
        catalog_id: item.id,
        server_id: None,
        user_id: "ann".to_owned(),
        secret_id: Uuid::from_u128(3),
        expires_at,
    };
    oauth::insert_flow(&test.db, &flow).await.unwrap();
    assert!(
        oauth::take_flow(&test.db, "other", noon())
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        oauth::purge(&test.db, late).await.unwrap(),
        [flow.secret_id]
    );
    assert!(
        oauth::take_flow(&test.db, "state", noon())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_refresh_token_is_replaced_by_one_winner() {
    let test = database().await;
    let client = OauthClient {
        id: "client".to_owned(),
        metadata: json!({"client_name": "Editor"}),
        created_at: noon(),
    };
    oauth::insert_client(&test.db, &client).await.unwrap();
    assert!(
        oauth::find_client(&test.db, "client")
            .await
            .unwrap()
            .is_some()
    );
    let token = |number: u8| OauthToken {
        id: Uuid::now_v7(),
        access_hash: vec![number],
        refresh_hash: Some(vec![number, number]),
        client_id: "client".to_owned(),
        user_id: "ann".to_owned(),
        agent_id: None,
        resource: None,
        scopes: Vec::new(),
        created_at: noon(),
        access_expires_at: noon() + TimeDelta::days(36_500),
        refresh_expires_at: Some(noon() + TimeDelta::days(36_500)),
        last_used_at: None,
    };
    let old = token(1);
    oauth::insert_token(&test.db, &old).await.unwrap();
    assert!(
        oauth::find_refresh(&test.db, &[1, 1], noon())
            .await
            .unwrap()
            .is_some()
    );
    let (second, third) = (token(2), token(3));
    let (one, other) = tokio::join!(
        oauth::replace_token(&test.db, old.id, &second),
        oauth::replace_token(&test.db, old.id, &third)
    );
    assert!(one.unwrap() != other.unwrap());
    let left = oauth::all_tokens(&test.db).await.unwrap();
    assert_eq!(left.len(), 1);
    oauth::touch_token(&test.db, left[0].id, noon())
        .await
        .unwrap();
    assert_eq!(
        oauth::tokens_of_user(&test.db, "ann").await.unwrap().len(),
        1
    );
    assert!(oauth::revoke_token(&test.db, left[0].id).await.unwrap());
}

#[tokio::test]
async fn requests_come_back_as_they_were_written() {
    let test = database().await;
    let request = InstallationRequest {
        id: Uuid::now_v7(),
        external_catalog_id: Some("github".to_owned()),
        requested_by: "ann".to_owned(),
        status: "pending".to_owned(),
        request_reason: Some("please".to_owned()),
        custom_server_config: None,
        admin_response: None,
        reviewed_by: None,
        reviewed_at: None,
        notes: json!([]),
        created_at: noon(),
        updated_at: noon(),
    };
    installation_requests::insert(&test.db, &request)
        .await
        .unwrap();
    let approved = installation_requests::update(&test.db, request.id, |request| {
        request.status = "approved".to_owned();
        request.reviewed_by = Some("bob".to_owned());
        Ok::<_, db::Error>(())
    });
    assert_eq!(approved.await.unwrap().unwrap().status, "approved");
    let pending = installation_requests::list(&test.db, Some("pending"), None)
        .await
        .unwrap();
    assert!(pending.is_empty());
    let mine = installation_requests::list(&test.db, None, Some("ann"))
        .await
        .unwrap();
    assert_eq!(mine.len(), 1);
    assert!(
        installation_requests::find(&test.db, request.id)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        installation_requests::delete(&test.db, request.id)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn clusters_come_back_as_they_were_written() {
    let test = database().await;
    let cluster = Cluster {
        id: Uuid::now_v7(),
        name: "staging".to_owned(),
        context: Some("admin@staging".to_owned()),
        namespace: "mcp".to_owned(),
        secret_id: None,
        server: None,
        settings: json!({}),
        created_at: noon(),
        updated_at: noon(),
    };
    clusters::insert(&test.db, &cluster).await.unwrap();
    let changed = clusters::update(&test.db, cluster.id, |cluster| {
        cluster.namespace = "tools".to_owned();
        Ok::<_, db::Error>(())
    });
    assert_eq!(changed.await.unwrap().unwrap().namespace, "tools");
    assert_eq!(clusters::list(&test.db).await.unwrap().len(), 1);
    assert!(clusters::delete(&test.db, cluster.id).await.unwrap());
    assert!(
        clusters::find(&test.db, cluster.id)
            .await
            .unwrap()
            .is_none()
    );
}
