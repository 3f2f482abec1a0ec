//! Requests to Vault's HTTP API: timeouts, attempts, the circuit breaker, and what its answers mean.

use std::time::{Duration, Instant};

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::breaker::{Breaker, PAUSE};
use super::{Settings, TITLE};
use crate::{Error, Result};

/// Pauses before the second and the third attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// Vault's own limit of a request is 32 MiB; nothing we read is near that.
const LARGEST_ANSWER: usize = 4 << 20;

pub(super) struct Client {
    http: reqwest::Client,
    address: Url,
    namespace: Option<String>,
    timeout: Duration,
    breaker: Breaker,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Answer {
    /// What was found; `None` if there is nothing.
    pub(super) fn found(&self, action: &str, path: &str) -> Result<Option<&Value>> {
        match self.status {
            404 => Ok(None),
            200..=299 => Ok(Some(&self.body)),
            _ => Err(self.refusal(action, path)),
        }
    }

    /// Whether something was done.
    pub(super) fn done(&self, action: &str, path: &str) -> Result<()> {
        match self.status {
            200..=299 => Ok(()),
            404 if action == "delete" => Ok(()),
            _ => Err(self.refusal(action, path)),
        }
    }

    fn refusal(&self, action: &str, path: &str) -> Error {
        Error::Refused {
            store: TITLE,
            cause: format!("to {action} {path} ended with {}", self.says()),
            fix: "Look at ARCHESTRA_HASHICORP_VAULT_SECRET_PATH, ARCHESTRA_HASHICORP_VAULT_KV_VERSION and \
                  ARCHESTRA_HASHICORP_VAULT_NAMESPACE: is there such an engine?"
                .to_owned(),
        }
    }

    /// The status and Vault's own words.
    pub(super) fn says(&self) -> String {
        let errors = self.body.get("errors").and_then(Value::as_array);
        let texts = errors.into_iter().flatten().filter_map(Value::as_str);
        let text: String = texts.collect::<Vec<_>>().join("; ");
        let text: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(300)
            .collect();
        if text.is_empty() {
            self.status.to_string()
        } else {
            format!("{} {text}", self.status)
        }
    }
}

impl Client {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.timeout)
            .timeout(settings.timeout)
            // A redirect would take the token along to wherever it says.
            .redirect(reqwest::redirect::Policy::none());
        if let Some(file) = &settings.ca_file {
            let unusable = |fault: String| {
                Error::Invalid(format!(
                    "ARCHESTRA_HASHICORP_VAULT_CACERT can't be used: {}: {fault}. It names a file of certificates in PEM",
                    file.display()
                ))
            };
            let pem = std::fs::read(file).map_err(|error| unusable(error.to_string()))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem)
                .map_err(|error| unusable(error.to_string()))?;
            if certificates.is_empty() {
                return Err(unusable("there is no certificate in it".to_owned()));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        let http = builder
            .build()
            .map_err(|error| Error::Invalid(format!("no HTTP client could be made: {error}")))?;
        Ok(Self {
            http,
            address: settings.address.clone(),
            namespace: settings.namespace.clone(),
            timeout: settings.timeout,
            breaker: Breaker::default(),
        })
    }

    /// For what else speaks HTTP on the way to a token.
    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// `path` is escaped already. An answer that says that Vault itself is well, whatever it says of the request, is `Ok`.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        if let Err(cause) = self.breaker.check(Instant::now()) {
            let cause = format!("{cause} (asked again within {} s)", PAUSE.as_secs());
            return Err(unavailable(cause));
        }
        let mut pauses = PAUSES.into_iter();
        loop {
            let cause = match self.attempt(&method, path, token, body).await {
                Ok(answer) if is_well(answer.status) => {
                    self.breaker.answered();
                    return Ok(answer);
                }
                Ok(answer) => ill(&answer),
                Err(cause) => cause,
            };
            let Some(pause) = pauses.next() else {
                self.breaker.failed(Instant::now(), &cause);
                return Err(unavailable(cause));
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<&Value>,
    ) -> std::result::Result<Answer, String> {
        let address = self.address.as_str().trim_end_matches('/');
        let mut request = self
            .http
            .request(method.clone(), format!("{address}/v1/{path}"))
            .header("x-vault-request", "true");
        if let Some(token) = token {
            let mut value = http::HeaderValue::from_str(token.expose_secret())
                .map_err(|_| "its token holds characters that no token has".to_owned())?;
            value.set_sensitive(true);
            request = request.header("x-vault-token", value);
        }
        if let Some(namespace) = &self.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut response = request.send().await.map_err(|error| self.fault(error))?;
        let status = response.status().as_u16();
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.fault(error))? {
            text.extend_from_slice(&chunk);
            if text.len() > LARGEST_ANSWER {
                return Err("its answer is larger than 4 MiB".to_owned());
            }
        }
        // A proxy in front of Vault answers with pages.
        let body = serde_json::from_slice(&text).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }

    fn fault(&self, error: reqwest::Error) -> String {
        if error.is_timeout() {
            return format!(
                "no answer from {} within {} ms",
                self.address,
                self.timeout.as_millis()
            );
        }
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        format!("{} can't be reached: {cause}", self.address)
    }
}

fn unavailable(cause: String) -> Error {
    let fix = if cause.contains("sealed") {
        "Unseal it (`vault operator unseal`); nothing here needs a restart.".to_owned()
    } else {
        "Start Vault there, or correct ARCHESTRA_HASHICORP_VAULT_ADDR (a certificate of your own authority goes into \
         ARCHESTRA_HASHICORP_VAULT_CACERT)."
            .to_owned()
    };
    Error::Unavailable {
        store: TITLE,
        cause,
        fix,
    }
}

/// 412 and 429 pass by themselves; 472 and 473 are standbys that do not forward.
fn is_well(status: u16) -> bool {
    !matches!(status, 412 | 429 | 472 | 473 | 500..)
}

fn ill(answer: &Answer) -> String {
    let said = answer.says();
    if said.to_ascii_lowercase().contains("sealed") {
        format!("it is sealed ({said})")
    } else {
        format!("it answers {said}")
    }
}
