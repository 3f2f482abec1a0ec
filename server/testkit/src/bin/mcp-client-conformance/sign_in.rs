//! Signing in, as the scenario has prepared it: as a user with a browser, or as a program.

use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};
use mcp::http::Http;
use mcp::oauth::{self, Algorithm, Challenge, Config, Grant, SigningKey};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

/// A server that is never content would otherwise be asked for ever.
const ATTEMPTS: u32 = 3;

pub(crate) struct SignIn {
    http: Http,
    browser: reqwest::Client,
    server: Url,
    scenario: String,
    context: Value,
    grant: Option<Grant>,
    attempts: u32,
}

impl SignIn {
    pub(crate) fn new(http: Http, server: Url, scenario: String, context: Value) -> Result<Self> {
        Ok(Self {
            http,
            browser: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .build()?,
            server,
            scenario,
            context,
            grant: None,
            attempts: 0,
        })
    }

    pub(crate) fn token(&self) -> Option<SecretString> {
        self.grant
            .as_ref()
            .map(|grant| grant.access_token().clone())
    }

    pub(crate) async fn again(&mut self, challenge: Option<&Challenge>) -> Result<()> {
        self.attempts += 1;
        if self.attempts > ATTEMPTS {
            bail!("the server is still not content after {ATTEMPTS} sign-ins");
        }
        let grant = match self.scenario.as_str() {
            "auth/client-credentials-jwt" => self.as_program(challenge, Some(self.key()?)).await?,
            "auth/client-credentials-basic" => self.as_program(challenge, None).await?,
            "auth/cross-app-access-complete-flow" | "auth/enterprise-managed-authorization" => {
                self.for_enterprise(challenge).await?
            }
            "auth/wif-jwt-bearer" => self.as_workload(challenge).await?,
            _ => self.as_user(challenge).await?,
        };
        self.grant = Some(grant);
        Ok(())
    }

    async fn as_user(&self, challenge: Option<&Challenge>) -> Result<Grant> {
        let config = self.config()?;
        let earlier = self.grant.as_ref();
        let flow = oauth::begin(&self.http, &self.server, challenge, &config, earlier).await?;
        let page = self.browser.get(flow.authorization_url.clone()).send();
        let page = page.await?;
        let location = page.headers().get(http::header::LOCATION);
        let location = location
            .and_then(|location| location.to_str().ok())
            .with_context(|| format!("no redirect but HTTP {}", page.status()))?;
        let back = flow.authorization_url.join(location)?;
        let query = back.query().unwrap_or_default();
        Ok(oauth::finish(&self.http, &flow, query).await?)
    }

    async fn as_program(
        &self,
        challenge: Option<&Challenge>,
        key: Option<SigningKey>,
    ) -> Result<Grant> {
        let config = self.config()?;
        let key = key.as_ref();
        let asked = oauth::client_credentials(&self.http, &self.server, challenge, &config, key);
        Ok(asked.await?)
    }

    async fn for_enterprise(&self, challenge: Option<&Challenge>) -> Result<Grant> {
        let config = self.config()?;
        let identity_provider: Url = self.said("idp_token_endpoint")?.parse()?;
        let id_token = SecretString::from(self.said("idp_id_token")?);
        let client_id = self.said("idp_client_id")?;
        let grant = oauth::jwt_bearer(
            &self.http,
            &self.server,
            challenge,
            &config,
            async |issuer, resource| {
                oauth::exchange_identity(
                    &self.http,
                    &identity_provider,
                    &client_id,
                    &id_token,
                    &issuer,
                    &resource,
                )
                .await
            },
        );
        Ok(grant.await?)
    }

    async fn as_workload(&self, challenge: Option<&Challenge>) -> Result<Grant> {
        let config = self.config()?;
        let assertion = self.said("valid_jwt")?;
        let grant = oauth::jwt_bearer(
            &self.http,
            &self.server,
            challenge,
            &config,
            async |_, _| Ok(SecretString::from(assertion.clone())),
        );
        Ok(grant.await?)
    }

    fn config(&self) -> Result<Config> {
        Ok(Config {
            redirect_uri: "http://localhost:3000/callback".parse()?,
            client_name: "archestra".to_owned(),
            // The suite's own address of a client that has such a document.
            client_metadata_url: Some(
                "https://conformance-test.local/client-metadata.json".parse()?,
            ),
            client_id: self.said("client_id").ok(),
            client_secret: self.said("client_secret").ok().map(SecretString::from),
            issuer: None,
            scopes: Vec::new(),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the suite's authorization server looks at the real clock"
    )]
    fn key(&self) -> Result<SigningKey> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        Ok(SigningKey {
            pem: self.said("private_key_pem")?.into(),
            algorithm: match self.said("signing_algorithm").as_deref() {
                Ok("RS256") => Algorithm::Rs256,
                _ => Algorithm::Es256,
            },
            issued_at: now.as_secs(),
        })
    }

    /// A value from the scenario's context.
    fn said(&self, name: &str) -> Result<String> {
        let value = self.context[name].as_str();
        Ok(value
            .with_context(|| format!("the scenario says no `{name}`"))?
            .to_owned())
    }
}
