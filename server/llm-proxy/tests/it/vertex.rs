//! Gemini calls through Vertex AI, with a Google that is ours.

use std::io::Write as _;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use domain::upstreams::Vertex;
use tempfile::NamedTempFile;
use testkit::provider::{FakeProvider, Reply};

use crate::credentials::add_key;
use crate::harness::{ASK, TestProxy};

const KEY: &str = "archestra_0123456789abcdef";
const PATH: &str = "/v1/gemini/v1beta/models/gemini-2.5-flash:generateContent";

#[tokio::test(flavor = "multi_thread")]
async fn a_gemini_call_goes_to_vertex_with_a_token_of_the_server() {
    let google = FakeProvider::start().await.unwrap();
    google.always_reply(Reply::json(
        200,
        r#"{"access_token":"ya29.t","expires_in":3600,"token_type":"Bearer"}"#,
    ));
    let proxy = on_vertex(&google).await;
    for (path, version) in [
        (PATH.to_owned(), "v1beta1"),
        (PATH.replace("v1beta", "v1"), "v1"),
    ] {
        let answer = proxy
            .request("POST", &format!("{path}?alt=json"))
            .header("x-goog-api-key", KEY)
            .body(ASK);
        assert_eq!(answer.send().await.unwrap().status(), 200);
        let received = proxy.provider.last().unwrap();
        let model = "publishers/google/models/gemini-2.5-flash:generateContent";
        assert_eq!(
            received.target,
            format!("/{version}/projects/p-1/locations/europe-west4/{model}?alt=json")
        );
        assert_eq!(received.headers["authorization"], "Bearer ya29.t");
        assert!(!received.headers.contains_key("x-goog-api-key"));
    }
    assert_eq!(google.received().len(), 1, "the token is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_users_of_ours_are_paid_for() {
    let google = FakeProvider::start().await.unwrap();
    let proxy = on_vertex(&google).await;
    for (header, value) in [
        ("x-goog-api-key", "AIza-client"),
        ("x-goog-api-key", "archestra_unknown"),
        ("x-goog-api-key", ""),
    ] {
        let answer = proxy
            .request("POST", PATH)
            .header(header, value)
            .body(ASK)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{value}");
        assert!(answer.text().await.unwrap().contains("Archestra API key"));
    }
    assert!(google.received().is_empty() && proxy.provider.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_google_that_gives_no_token_is_said_so() {
    let google = FakeProvider::start().await.unwrap();
    google.always_reply(Reply::json(400, r#"{"error":"invalid_grant"}"#));
    let proxy = on_vertex(&google).await;
    let answer = proxy
        .request("POST", PATH)
        .header("x-goog-api-key", KEY)
        .body(ASK)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("Google credentials"));
    assert_eq!(proxy.row().await.outcome, "proxy_error");
}

async fn on_vertex(google: &FakeProvider) -> TestProxy {
    let file = service_account(google);
    let proxy = TestProxy::start_with(|options| {
        options.upstreams.vertex = Some(Vertex {
            project: "p-1".to_owned(),
            location: "europe-west4".to_owned(),
            credentials_file: Some(file.into_temp_path().keep().unwrap()),
            base_url: Some(options.upstreams.gemini.base_url.clone()),
        });
    })
    .await;
    proxy.provider.always_reply(Reply::json(200, "{}"));
    add_key(&proxy, KEY, None).await;
    proxy
}

/// A service-account file whose tokens come from `google`, with a key made on the spot.
fn service_account(google: &FakeProvider) -> NamedTempFile {
    let key: Pkcs8V1Der<'_> = KeyPair::generate(KeySize::Rsa2048)
        .unwrap()
        .as_der()
        .unwrap();
    let account = serde_json::json!({
        "type": "service_account",
        "project_id": "p-1",
        "private_key_id": "k",
        "private_key": pem(key.as_ref()),
        "client_email": "robot@p-1.iam.gserviceaccount.com",
        "client_id": "1",
        "auth_uri": "http://localhost/",
        "token_uri": google.url().unwrap().join("token").unwrap().as_str(),
        "auth_provider_x509_cert_url": "http://localhost/",
        "client_x509_cert_url": "http://localhost/",
    });
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(account.to_string().as_bytes()).unwrap();
    file
}

fn pem(der: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (count, three) in der.chunks(3).enumerate() {
        if count % 16 == 0 {
            text.push('\n');
        }
        let bits = three
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[usize::try_from(bits >> (18 - 6 * place) & 63).unwrap()];
            text.push(if place <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    format!("-----BEGIN PRIVATE KEY-----{text}\n-----END PRIVATE KEY-----\n")
}
