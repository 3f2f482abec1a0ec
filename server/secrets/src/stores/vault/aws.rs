//! Signing in with an AWS identity: Vault is handed a signed request to AWS's Security Token Service, which it sends itself
//! to learn who we are.
//!
//! <https://developer.hashicorp.com/vault/api-docs/auth/aws#login>

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use reqsign_aws_v4::{Credential, DefaultCredentialProvider, RequestSigner};
use reqsign_core::{Context, Error as SignError, FileRead, HttpSend, StaticEnv};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Aws, TITLE};
use crate::{Error, Result};

const BODY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

pub(super) struct Signer {
    signer: reqsign_core::Signer<Credential>,
    role: String,
    url: String,
    server_id: Option<String>,
}

impl Signer {
    /// Credentials are looked for where AWS's own programs look: variables, files, web identity, container, machine.
    pub(super) fn new(aws: &Aws, http: reqwest::Client) -> Self {
        let environment = aws.environment.iter();
        let envs =
            environment.map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
        let context = Context::new()
            .with_file_read(Files)
            .with_http_send(Http(http))
            .with_env(StaticEnv {
                home_dir: aws.home.clone(),
                envs: envs.collect(),
            });
        let signer = reqsign_core::Signer::new(
            context,
            DefaultCredentialProvider::new(),
            RequestSigner::new("sts", &aws.region),
        );
        let endpoint = aws.sts_endpoint.as_str().trim_end_matches('/');
        Self {
            signer,
            role: aws.role.clone(),
            url: format!("{endpoint}/"),
            server_id: aws.server_id.clone(),
        }
    }

    /// What `auth/aws/login` takes.
    pub(super) async fn login_body(&self) -> Result<Value> {
        let failed = |cause: String| {
            Error::Refused {
            store: TITLE,
            cause: format!("the request to AWS that proves our identity could not be signed: {cause}"),
            fix: "Give this program AWS credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a web identity, or the \
                  role of its container or machine)."
                .to_owned(),
        }
        };
        let mut digest = String::new();
        for byte in Sha256::digest(BODY) {
            // Writing to a string can't fail.
            let _ = write!(digest, "{byte:02x}");
        }
        let mut request = Request::post(&self.url)
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .header("content-length", BODY.len())
            .header("x-amz-content-sha256", digest);
        if let Some(server_id) = &self.server_id {
            request = request.header("x-vault-aws-iam-server-id", server_id);
        }
        let request = request
            .body(())
            .map_err(|error| failed(error.to_string()))?;
        let (mut head, ()) = request.into_parts();
        self.signer
            .sign(&mut head, None)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let mut headers: HashMap<&str, Vec<String>> = HashMap::new();
        for (name, value) in &head.headers {
            let value = value.to_str().map_err(|error| failed(error.to_string()))?;
            headers
                .entry(name.as_str())
                .or_default()
                .push(value.to_owned());
        }
        let headers: Map<String, Value> = headers
            .into_iter()
            .map(|(name, values)| (name.to_owned(), Value::from(values)))
            .collect();
        Ok(json!({
            "role": self.role,
            "iam_http_request_method": "POST",
            "iam_request_url": STANDARD.encode(&self.url),
            "iam_request_body": STANDARD.encode(BODY),
            "iam_request_headers": STANDARD.encode(Value::Object(headers).to_string()),
        }))
    }
}

#[derive(Debug)]
struct Files;

impl FileRead for Files {
    async fn file_read(&self, path: &str) -> reqsign_core::Result<Vec<u8>> {
        tokio::fs::read(path)
            .await
            .map_err(|error| SignError::unexpected(format!("{path} can't be read: {error}")))
    }
}

struct Http(reqwest::Client);

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Http")
    }
}

impl HttpSend for Http {
    async fn http_send(&self, request: Request<Bytes>) -> reqsign_core::Result<Response<Bytes>> {
        let fault = |error: reqwest::Error| SignError::unexpected(error.without_url().to_string());
        let request = reqwest::Request::try_from(request).map_err(fault)?;
        let answer = self.0.execute(request).await.map_err(fault)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(fault)?;
        Response::builder()
            .status(status)
            .body(body)
            .map_err(|error| SignError::unexpected(error.to_string()))
    }
}
