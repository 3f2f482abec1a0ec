//! Vault's login with an AWS identity, which `OpenBao` does not have, in front of a real server that answers everything else.
//!
//! The real one sends the signed request on to AWS. This one does what AWS does with it: it computes the signature again.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, ensure};
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::bao::ROOT;

pub const ACCESS_KEY: &str = "AKIDEXAMPLE";
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const SESSION_TOKEN: &str = "a-session-token";
pub const REGION: &str = "eu-west-1";
pub const STS: &str = "https://sts.eu-west-1.amazonaws.com";
pub const SERVER_ID: &str = "vault.example.com";
pub const ROLE: &str = "archestra";

pub struct FakeVaultAws {
    pub address: Url,
    logins: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Behind {
    address: Url,
    http: reqwest::Client,
    logins: Arc<AtomicUsize>,
    lease_seconds: u64,
}

impl FakeVaultAws {
    /// Its tokens hold for `lease_seconds` and can't be renewed.
    pub async fn start(behind: &Url, lease_seconds: u64) -> Result<Self> {
        let logins = Arc::new(AtomicUsize::new(0));
        let state = Behind {
            address: behind.clone(),
            http: reqwest::Client::builder().build()?,
            logins: logins.clone(),
            lease_seconds,
        };
        let router = Router::new()
            .route("/v1/auth/aws/login", post(login))
            .route("/{*path}", any(pass))
            .with_state(state);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?).parse()?;
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, logins })
    }

    pub fn logins(&self) -> usize {
        self.logins.load(Ordering::Relaxed)
    }
}

impl Behind {
    /// A real one, which the real server knows.
    async fn token(&self) -> Result<Value> {
        let body = json!({ "ttl": format!("{}s", self.lease_seconds), "renewable": false });
        let url = format!("{}v1/auth/token/create", self.address);
        let request = self
            .http
            .post(url)
            .header("x-vault-token", ROOT)
            .json(&body);
        Ok(request.send().await?.json().await?)
    }
}

async fn login(State(behind): State<Behind>, Json(body): Json<Value>) -> Response {
    let logged_in = match verify(&body) {
        Ok(()) => behind.token().await,
        Err(error) => Err(error),
    };
    match logged_in {
        Ok(answer) => {
            behind.logins.fetch_add(1, Ordering::Relaxed);
            Json(answer).into_response()
        }
        Err(error) => {
            let errors = json!({ "errors": [format!("error making upstream request: {error:#}")] });
            (StatusCode::BAD_REQUEST, Json(errors)).into_response()
        }
    }
}

async fn pass(
    State(behind): State<Behind>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{}", behind.address, path.trim_start_matches('/'));
    let mut request = behind.http.request(method, url).body(body);
    for name in ["x-vault-token", "content-type"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let Ok(answer) = request.send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let status = answer.status();
    let body = answer.bytes().await.unwrap_or_default();
    (status, body).into_response()
}

fn verify(login: &Value) -> Result<()> {
    let text = |name: &str| login[name].as_str().with_context(|| name.to_owned());
    let decoded =
        |name: &str| -> Result<String> { Ok(String::from_utf8(STANDARD.decode(text(name)?)?)?) };
    ensure!(text("role")? == ROLE, "no such role");
    ensure!(text("iam_http_request_method")? == "POST", "not a POST");
    let url: Url = decoded("iam_request_url")?.parse()?;
    ensure!(url.as_str() == format!("{STS}/"), "not our endpoint: {url}");
    let body = decoded("iam_request_body")?;
    ensure!(
        body == "Action=GetCallerIdentity&Version=2011-06-15",
        "not the question"
    );
    let headers: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&decoded("iam_request_headers")?)?;
    let headers: BTreeMap<String, String> = headers
        .into_iter()
        .map(|(name, values)| (name.to_ascii_lowercase(), values.join(",")))
        .collect();
    let header = |name: &str| {
        headers
            .get(name)
            .map(String::as_str)
            .context(name.to_owned())
    };
    ensure!(
        header("x-vault-aws-iam-server-id")? == SERVER_ID,
        "another server's"
    );
    ensure!(
        header("x-amz-security-token")? == SESSION_TOKEN,
        "no session token"
    );
    ensure!(
        header("host")? == url.host_str().unwrap_or_default(),
        "another host"
    );
    verify_signature(&headers, &url, &body)
}

fn verify_signature(headers: &BTreeMap<String, String>, url: &Url, body: &str) -> Result<()> {
    let header = |name: &str| {
        let value = headers.get(name).map(String::as_str);
        value.context(name.to_owned())
    };
    let authorization = header("authorization")?;
    let part = |name: &str| {
        let (_, rest) = authorization
            .split_once(&format!("{name}="))
            .context(name.to_owned())?;
        Ok::<_, anyhow::Error>(rest.split(',').next().unwrap_or_default())
    };
    let signed = part("SignedHeaders")?;
    for name in [
        "host",
        "x-amz-date",
        "x-vault-aws-iam-server-id",
        "x-amz-security-token",
    ] {
        ensure!(
            signed.split(';').any(|one| one == name),
            "{name} is not signed"
        );
    }
    let mut canonical = format!("POST\n{}\n\n", url.path());
    for name in signed.split(';') {
        let _ = writeln!(canonical, "{name}:{}", header(name)?.trim());
    }
    let _ = write!(canonical, "\n{signed}\n{}", hex(&Sha256::digest(body)));
    let time = header("x-amz-date")?;
    let day = time.get(..8).context("no day")?;
    let scope = format!("{day}/{REGION}/sts/aws4_request");
    ensure!(
        part("Credential")? == format!("{ACCESS_KEY}/{scope}"),
        "another identity"
    );
    let message = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(&canonical))
    );
    let mut key = sign(format!("AWS4{SECRET_KEY}").as_bytes(), day)?;
    for step in [REGION, "sts", "aws4_request"] {
        key = sign(&key, step)?;
    }
    ensure!(
        hex(&sign(&key, &message)?) == part("Signature")?,
        "the signature does not match"
    );
    Ok(())
}

fn sign(key: &[u8], message: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(message.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
