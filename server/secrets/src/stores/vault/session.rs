//! Our token at Vault: where it comes from, its renewal before it expires, and another one when it is lost.

use std::time::{Duration, Instant};

use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::aws::Signer;
use super::client::{Answer, Client};
use super::{Auth, TITLE, paths};
use crate::{Error, Result};

/// How often a token without an end, or none at all, is looked at.
const IDLE: Duration = Duration::from_mins(5);
/// The soonest that a renewal is tried again.
const SOONEST: Duration = Duration::from_secs(1);

pub(super) struct Session {
    auth: Auth,
    aws: Option<Signer>,
    token: Mutex<Option<Token>>,
}

struct Token {
    value: SecretString,
    renewable: bool,
    since: Instant,
    /// None: for ever.
    lease: Option<Duration>,
}

impl Token {
    /// After two thirds of its time there is still time to try again.
    fn is_due(&self) -> bool {
        self.lease
            .is_some_and(|lease| self.since.elapsed() >= lease * 2 / 3)
    }

    fn has_expired(&self) -> bool {
        self.lease
            .is_some_and(|lease| self.since.elapsed() >= lease)
    }

    fn of_login(answer: &Answer) -> Option<Self> {
        let auth = answer.body.get("auth")?;
        Some(Self {
            value: SecretString::from(auth.get("client_token")?.as_str()?),
            renewable: auth.get("renewable").and_then(Value::as_bool) == Some(true),
            since: Instant::now(),
            lease: seconds(auth.get("lease_duration")),
        })
    }
}

fn seconds(value: Option<&Value>) -> Option<Duration> {
    let seconds = value.and_then(Value::as_u64).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs)
}

impl Session {
    pub(super) fn new(auth: Auth, http: reqwest::Client) -> Self {
        let aws = match &auth {
            Auth::Aws(aws) => Some(Signer::new(aws, http)),
            Auth::Token(_) | Auth::Kubernetes { .. } => None,
        };
        Self {
            auth,
            aws,
            token: Mutex::default(),
        }
    }

    /// How long until the token wants to be renewed.
    pub(super) async fn rest(&self) -> Duration {
        let token = self.token.lock().await;
        let lease = token
            .as_ref()
            .and_then(|token| Some((token.lease? * 2 / 3).saturating_sub(token.since.elapsed())));
        lease.map_or(IDLE, |rest| rest.max(SOONEST))
    }

    /// A token that holds, renewed or made anew where need be.
    pub(super) async fn token(&self, client: &Client) -> Result<SecretString> {
        let mut kept = self.token.lock().await;
        if let Some(token) = &*kept {
            if !token.is_due() {
                return Ok(token.value.clone());
            }
            match self.renew(client, token).await {
                Ok(Some(renewed)) => {
                    let value = renewed.value.clone();
                    *kept = Some(renewed);
                    return Ok(value);
                }
                // It holds for another while, and Vault may be back by then.
                Err(Error::Unavailable { .. }) if !token.has_expired() => {
                    return Ok(token.value.clone());
                }
                // A token that we were given and that is at its end may not be renewed, but it still holds.
                Ok(None) if matches!(self.auth, Auth::Token(_)) && !token.has_expired() => {
                    return Ok(token.value.clone());
                }
                Ok(None) | Err(_) => {}
            }
        }
        let token = self.sign_in(client).await?;
        let value = token.value.clone();
        *kept = Some(token);
        Ok(value)
    }

    /// Another token than the one that was refused; `None` if signing in again gives no other one.
    pub(super) async fn anew(
        &self,
        client: &Client,
        refused: &SecretString,
    ) -> Result<Option<SecretString>> {
        use secrecy::ExposeSecret as _;
        if matches!(self.auth, Auth::Token(_)) {
            return Ok(None);
        }
        let mut kept = self.token.lock().await;
        let other = kept
            .as_ref()
            .filter(|token| token.value.expose_secret() != refused.expose_secret());
        if let Some(token) = other {
            return Ok(Some(token.value.clone()));
        }
        let token = self.sign_in(client).await?;
        let value = token.value.clone();
        *kept = Some(token);
        Ok(Some(value))
    }

    async fn renew(&self, client: &Client, token: &Token) -> Result<Option<Token>> {
        if !token.renewable {
            return Ok(None);
        }
        let path = "auth/token/renew-self";
        let answer = client
            .send(Method::POST, path, Some(&token.value), Some(&json!({})))
            .await?;
        let renewed = Token::of_login(&answer).filter(|_| answer.status == 200);
        // Close to its greatest age a token is renewed for less and less.
        Ok(renewed.filter(|renewed| {
            renewed
                .lease
                .is_none_or(|lease| lease > Duration::from_secs(2))
        }))
    }

    async fn sign_in(&self, client: &Client) -> Result<Token> {
        match &self.auth {
            Auth::Token(token) => self.look_up(client, token).await,
            Auth::Kubernetes {
                role,
                token_file,
                mount,
            } => {
                let jwt = tokio::fs::read_to_string(token_file).await;
                let jwt = jwt.map_err(|error| Error::Refused {
                    store: TITLE,
                    cause: format!(
                        "the service-account token {} can't be read: {error}",
                        token_file.display()
                    ),
                    fix: "Set ARCHESTRA_HASHICORP_VAULT_K8S_TOKEN_PATH, or ARCHESTRA_HASHICORP_VAULT_AUTH_METHOD=TOKEN \
                          outside of a cluster."
                        .to_owned(),
                })?;
                let body = json!({ "role": role, "jwt": jwt.trim() });
                self.log_in(client, mount, &body).await
            }
            Auth::Aws(aws) => {
                let body = match &self.aws {
                    Some(signer) => signer.login_body().await?,
                    None => Value::Null,
                };
                self.log_in(client, &aws.mount, &body).await
            }
        }
    }

    async fn log_in(&self, client: &Client, mount: &str, body: &Value) -> Result<Token> {
        let path = format!("auth/{}/login", paths::encode(mount.trim_matches('/'))?);
        let answer = client.send(Method::POST, &path, None, Some(body)).await?;
        let token = Token::of_login(&answer).filter(|_| answer.status == 200);
        token.ok_or_else(|| self.refused(&Method::POST, &path, &answer))
    }

    /// A token that we were given says itself how long it holds.
    async fn look_up(&self, client: &Client, token: &SecretString) -> Result<Token> {
        let path = "auth/token/lookup-self";
        let answer = client.send(Method::GET, path, Some(token), None).await?;
        let data = answer.body.get("data").filter(|_| answer.status == 200);
        let data = data.ok_or_else(|| self.refused(&Method::GET, path, &answer))?;
        Ok(Token {
            value: token.clone(),
            renewable: data.get("renewable").and_then(Value::as_bool) == Some(true),
            since: Instant::now(),
            lease: seconds(data.get("ttl")),
        })
    }

    /// What to look at when Vault says no.
    pub(super) fn refused(&self, method: &Method, path: &str, answer: &Answer) -> Error {
        let fix = match &self.auth {
            Auth::Token(_) => {
                "Look at ARCHESTRA_HASHICORP_VAULT_TOKEN: is it still valid, and do its policies allow this path?"
                    .to_owned()
            }
            Auth::Kubernetes { role, .. } => format!(
                "Look at the role {role} of Vault's Kubernetes login: its service accounts and namespaces, and whether its \
                 policies allow this path."
            ),
            Auth::Aws(aws) => format!(
                "Look at the role {} of Vault's AWS login: its bound principals, the server id header, and whether its \
                 policies allow this path.",
                aws.role
            ),
        };
        Error::Refused {
            store: TITLE,
            cause: format!("{method} {path} ended with {}", answer.says()),
            fix,
        }
    }
}
