//! Sign-ins at remote servers: begun here, finished when the browser comes back, renewed before they expire.

use std::sync::Arc;

use chrono::TimeDelta;
use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use db::oauth::OauthFlow;
use mcp::oauth::{Challenge, Config, Flow, Grant, OauthError};
use secrecy::{ExposeSecret as _, SecretString};
use secrets::Fields;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;
use uuid::Uuid;

use super::{Result, ServerError, Servers, remote};

const FLOW: &str = "flow";
/// People get a coffee between two factors.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// A sign-in that succeeded.
#[derive(Debug, Clone)]
pub struct OauthDone {
    pub catalog_id: Uuid,
    /// The installation that signed in anew; without one, an installation follows and takes the secret.
    pub server_id: Option<Uuid>,
    pub secret_id: Uuid,
}

impl Servers {
    /// Where to send the person's browser, and the `state` that comes back with it.
    pub async fn begin_oauth(
        &self,
        catalog_id: Uuid,
        server_id: Option<Uuid>,
        user_id: &str,
    ) -> Result<(Url, String)> {
        let item = self.item(catalog_id).await?;
        let earlier = match server_id {
            Some(id) => remote::grant(&self.fields(&self.row(id).await?).await?),
            None => None,
        };
        let url = remote::plain_url(&item)?;
        let config = self.oauth_config(&item)?;
        let flow = mcp::oauth::begin(&self.remote, &url, None, &config, earlier.as_ref())
            .await
            .map_err(|error| sign_in_failed(&item, error))?;
        let secret_id = Uuid::now_v7();
        let json = serde_json::to_string(&flow).unwrap_or_default();
        let fields = Fields::from([(FLOW.to_owned(), SecretString::from(json))]);
        self.parts
            .secrets
            .put(secret_id, "oauth-flow", &fields)
            .await?;
        let row = OauthFlow {
            id: flow_id(&flow.state),
            catalog_id,
            server_id,
            user_id: user_id.to_owned(),
            secret_id,
            expires_at: self.parts.clock.now() + PATIENCE,
        };
        db::oauth::insert_flow(&self.parts.db, &row).await?;
        Ok((flow.authorization_url, flow.state))
    }

    /// `callback_query` is what the authorization server sent the browser back with.
    pub async fn finish_oauth(
        self: &Arc<Self>,
        state: &str,
        callback_query: &str,
        user_id: &str,
    ) -> Result<OauthDone> {
        let now = self.parts.clock.now();
        let taken = db::oauth::take_flow(&self.parts.db, &flow_id(state), now).await?;
        let row = taken.filter(|row| row.user_id == user_id).ok_or_else(|| {
            ServerError::Conflict(
                "this sign-in is not known, is over, or was begun by somebody else. Begin it again"
                    .to_owned(),
            )
        })?;
        let flow = self.parts.secrets.field(row.secret_id, FLOW).await?;
        self.parts.secrets.delete(row.secret_id).await?;
        let flow: Option<Flow> =
            flow.and_then(|flow| serde_json::from_str(flow.expose_secret()).ok());
        let flow = flow.ok_or(ServerError::NotFound)?;
        let item = self.item(row.catalog_id).await?;
        let grant = mcp::oauth::finish(&self.remote, &flow, callback_query)
            .await
            .map_err(|error| sign_in_failed(&item, error))?;
        let secret_id = Uuid::now_v7();
        let name = format!("{}-oauth", item.name);
        let mut fields = match row.server_id {
            Some(id) => self.fields(&self.row(id).await?).await?,
            None => Fields::new(),
        };
        fields.extend(remote::grant_fields(&grant, now.timestamp()));
        self.parts.secrets.put(secret_id, &name, &fields).await?;
        if let Some(id) = row.server_id {
            self.reauthenticate(id, secret_id).await?;
        }
        Ok(OauthDone {
            catalog_id: row.catalog_id,
            server_id: row.server_id,
            secret_id,
        })
    }

    /// The installation authenticates with another secret from now on.
    pub async fn reauthenticate(self: &Arc<Self>, id: Uuid, secret_id: Uuid) -> Result<()> {
        let before = db::mcp_servers::replace_secret(&self.parts.db, id, secret_id).await?;
        let before = before.ok_or(ServerError::NotFound)?;
        if let Some(before) = before.filter(|before| *before != secret_id) {
            self.parts.secrets.delete(before).await?;
        }
        self.disconnect(id).await;
        self.rediscover(id).await
    }

    /// A pasted token instead of the one there was.
    pub async fn reauthenticate_with_token(
        self: &Arc<Self>,
        id: Uuid,
        token: SecretString,
    ) -> Result<()> {
        let row = self.row(id).await?;
        let mut fields = self.fields(&row).await?;
        fields.remove(remote::GRANT);
        fields.remove(remote::GRANTED_AT);
        fields.insert(remote::ACCESS_TOKEN.to_owned(), token);
        let secret_id = Uuid::now_v7();
        let name = format!("{}-token", row.name);
        self.parts.secrets.put(secret_id, &name, &fields).await?;
        self.reauthenticate(id, secret_id).await
    }

    /// Renews a token; one caller at a time, which its slot sees to.
    pub(super) async fn renew(
        &self,
        row: &McpServer,
        challenge: Option<&Challenge>,
    ) -> Result<Fields> {
        let mut fields = self.fields(row).await?;
        let cause = challenge.and_then(|challenge| challenge.error_description.clone());
        let (Some(secret_id), Some(grant)) = (row.secret_id, remote::grant(&fields)) else {
            let cause = cause.unwrap_or_else(|| "it refused what is saved for it".to_owned());
            return Err(self.reauthenticate_error(row, &cause));
        };
        match mcp::oauth::refresh(&self.remote, &grant).await {
            Ok(renewed) => {
                let now = self.parts.clock.now().timestamp();
                fields.extend(remote::grant_fields(&renewed, now));
                let name = format!("{}-oauth", row.name);
                self.parts.secrets.put(secret_id, &name, &fields).await?;
                Ok(fields)
            }
            Err(error) => self.renewal_failed(row, &grant, error).await,
        }
    }

    async fn renewal_failed(
        &self,
        row: &McpServer,
        grant: &Grant,
        error: OauthError,
    ) -> Result<Fields> {
        // Another replica may have renewed it with the same, now worthless, refresh token.
        let fields = self.fields(&self.row(row.id).await?).await?;
        let is_same = remote::grant(&fields).is_some_and(|now| {
            now.access_token().expose_secret() == grant.access_token().expose_secret()
        });
        if !is_same {
            return Ok(fields);
        }
        let kind = if grant.can_refresh() {
            "refresh_failed"
        } else {
            "no_refresh_token"
        };
        let now = self.parts.clock.now();
        db::mcp_servers::set_refresh_error(&self.parts.db, row.id, Some(kind), now).await?;
        Err(self.reauthenticate_error(row, &error.to_string()))
    }

    pub(super) fn reauthenticate_error(&self, row: &McpServer, cause: &str) -> ServerError {
        ServerError::Reauthenticate {
            name: row.name.clone(),
            link: format!(
                "{}/servers/{}?reauthenticate=true",
                self.parts.frontend_url, row.id
            ),
            cause: cause.to_owned(),
        }
    }

    fn oauth_config(&self, item: &CatalogItem) -> Result<Config> {
        let config = item.oauth_config.as_ref().unwrap_or(&Value::Null);
        let text = |key: &str| {
            let value = config.get(key).and_then(Value::as_str);
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let list = |key: &str| -> Vec<String> {
            let items = config
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let scopes = Some(list("scopes")).filter(|scopes| !scopes.is_empty());
        let redirect_uri = format!("{}/oauth-callback", self.parts.frontend_url);
        Ok(Config {
            redirect_uri: Url::parse(&redirect_uri).map_err(|error| {
                ServerError::Invalid(format!(
                    "ARCHESTRA_FRONTEND_URL cannot be come back to ({error}), so nobody can sign in elsewhere"
                ))
            })?,
            client_name: "Archestra".to_owned(),
            client_metadata_url: None,
            client_id: text("client_id"),
            client_secret: text("client_secret").map(SecretString::from),
            issuer: text("auth_server_url"),
            scopes: scopes.unwrap_or_else(|| list("default_scopes")),
        })
    }
}

fn flow_id(state: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(state.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn sign_in_failed(item: &CatalogItem, error: OauthError) -> ServerError {
    match error {
        OauthError::Network(error) => ServerError::connect(&item.name, error),
        error => ServerError::Invalid(format!("signing in at {}: {error}", item.name)),
    }
}
