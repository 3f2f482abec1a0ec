//! Installing a server for a person, a team or everybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::{Fields, Mode};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::references::{self, References};
use super::spec::{UserConfig, entries, environment_field, is_secret, user_field};
use super::{Result, ServerError, Servers, discovery, remote};

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Personal,
    Team(Uuid),
    Organization,
}

/// What was entered in the installation form; some of it may be secret, so all of it is treated so.
#[derive(Debug, Default)]
pub struct Values {
    pub environment: BTreeMap<String, SecretString>,
    pub user_config: BTreeMap<String, SecretString>,
    /// Where in Vault references among them may lie; without it, anywhere.
    pub vault_folders: Option<Vec<String>>,
}

#[derive(Debug)]
pub struct NewServer {
    pub id: Option<Uuid>,
    pub catalog_id: Uuid,
    pub name: String,
    pub owner_id: String,
    pub scope: Scope,
    pub runtime: Option<String>,
    pub cluster_id: Option<Uuid>,
    pub service_account: Option<String>,
    /// What a sign-in left; it becomes the installation's own.
    pub secret_id: Option<Uuid>,
    pub access_token: Option<SecretString>,
    pub values: Values,
    /// Secret values are references into a Vault that somebody else writes.
    pub are_references: bool,
    pub agent_ids: Vec<Uuid>,
}

const ONE_KIND: &str = "what a sign-in left is kept here, so the other values of this installation cannot be references. \
                        Send them themselves, without isByosVault";

/// Values as a row and a secret keep them.
struct Kept {
    environment: Value,
    user_config: Value,
    secret: Fields,
    /// Where the secret comes from, if somebody else keeps it.
    references: References,
}

impl Servers {
    /// A remote server is tried before it is saved, and saved with its tools. A local one is saved at once; how far it is
    /// says its status.
    pub async fn install(self: &Arc<Self>, new: NewServer) -> Result<McpServer> {
        let item = self.item(new.catalog_id).await?;
        self.check_is_first(&new).await?;
        let mut kept = keep(&item, &new.values);
        if let Some(secret_id) = new.secret_id {
            if new.are_references {
                return Err(ServerError::Invalid(ONE_KIND.to_owned()));
            }
            let earlier = self.parts.secrets.get(secret_id).await?.unwrap_or_default();
            kept.secret.extend(earlier);
        }
        let token = new.access_token.clone();
        kept.secret
            .extend(token.map(|token| (remote::ACCESS_TOKEN.to_owned(), token)));
        let is_local = item.server_type == "local";
        let secret_id = new
            .secret_id
            .or_else(|| (!kept.secret.is_empty()).then(Uuid::now_v7));
        if new.are_references {
            let folders = new.values.vault_folders.as_deref();
            kept.references = references::parse(&kept.secret, folders)?;
            kept.secret = self.resolve(&kept.references).await?;
        }
        let row = self.new_row(&new, &item, secret_id, &kept);
        let installed = if is_local {
            self.install_local(&row, &item, &kept).await
        } else {
            self.install_remote(&row, &kept).await
        };
        if let (Err(_), Some(secret_id)) = (&installed, secret_id) {
            self.parts.secrets.delete(secret_id).await?;
        }
        installed?;
        self.poke.notify_one();
        self.row(row.id).await
    }

    async fn install_local(&self, row: &McpServer, item: &CatalogItem, kept: &Kept) -> Result<()> {
        // Whatever is missing is said now, to the person who can enter it.
        super::spec::build(row, item, &kept.secret, true)?;
        check_prompts(item, row, &kept.secret)?;
        self.put_secret(row, kept, "env").await?;
        insert(&self.parts.db, row).await
    }

    async fn install_remote(self: &Arc<Self>, row: &McpServer, kept: &Kept) -> Result<()> {
        let client = self.connect_remote(row, &kept.secret).await;
        let client = client.map_err(|error| self.before_it_is_saved(row, error))?;
        let definitions = discovery::list(&client, &row.name).await?;
        self.put_secret(row, kept, "token").await?;
        insert(&self.parts.db, row).await?;
        self.keep_tools(row, definitions).await?;
        let now = self.parts.clock.now();
        Ok(db::mcp_servers::set_discovered(&self.parts.db, row.id, row.generation, now).await?)
    }

    /// There is no server yet whose page one could sign in at.
    fn before_it_is_saved(&self, row: &McpServer, error: ServerError) -> ServerError {
        match error {
            ServerError::Reauthenticate { name, cause, .. } => ServerError::Reauthenticate {
                link: format!(
                    "{}/catalog?install={}",
                    self.parts.frontend_url, row.catalog_id
                ),
                name,
                cause,
            },
            other => other,
        }
    }

    async fn put_secret(&self, row: &McpServer, kept: &Kept, kind: &str) -> Result<()> {
        let Some(secret_id) = row.secret_id else {
            return Ok(());
        };
        let name = format!("mcp-server-{}-{kind}", row.name);
        let (secrets, references) = (&self.parts.secrets, &kept.references);
        if references.is_empty() {
            secrets.put(secret_id, &name, &kept.secret).await?;
        } else {
            secrets.put_references(secret_id, &name, references).await?;
        }
        Ok(())
    }

    fn new_row(
        &self,
        new: &NewServer,
        item: &CatalogItem,
        secret_id: Option<Uuid>,
        kept: &Kept,
    ) -> McpServer {
        let now = self.parts.clock.now();
        let (scope, team_id) = match new.scope {
            Scope::Personal => ("personal", None),
            Scope::Team(team) => ("team", Some(team)),
            Scope::Organization => ("org", None),
        };
        McpServer {
            id: new.id.unwrap_or_else(Uuid::now_v7),
            name: new.name.clone(),
            catalog_id: item.id,
            server_type: item.server_type.clone(),
            scope: scope.to_owned(),
            owner_id: Some(new.owner_id.clone()),
            team_id,
            runtime: new.runtime.clone(),
            cluster_id: new.cluster_id,
            service_account: new.service_account.clone(),
            desired: "running".to_owned(),
            generation: 0,
            secret_id,
            environment_values: kept.environment.clone(),
            user_config_values: kept.user_config.clone(),
            agent_ids: new.agent_ids.clone(),
            status: "pending".to_owned(),
            error: None,
            reinstall_required: false,
            oauth_refresh_error: None,
            oauth_refresh_failed_at: None,
            restarts: 0,
            last_crash: None,
            discovered_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Before anything is started or called; the database makes sure of it.
    async fn check_is_first(&self, new: &NewServer) -> Result<()> {
        let filter = db::mcp_servers::ServerFilter {
            catalog_id: Some(new.catalog_id),
            ..Default::default()
        };
        let others = db::mcp_servers::list(&self.parts.db, &filter).await?;
        let is_same = |row: &McpServer| match new.scope {
            Scope::Personal => {
                row.scope == "personal" && row.owner_id.as_ref() == Some(&new.owner_id)
            }
            Scope::Team(team) => row.scope == "team" && row.team_id == Some(team),
            Scope::Organization => row.scope == "org",
        };
        match others.iter().find(|row| is_same(row)) {
            Some(row) => Err(taken(&row.scope)),
            None => Ok(()),
        }
    }

    /// Starts it anew with other values, or with the ones it has where none are given.
    pub async fn reinstall(
        self: &Arc<Self>,
        id: Uuid,
        values: Option<Values>,
    ) -> Result<McpServer> {
        let asked_for_other_values = values.is_some();
        let mut row = self.row(id).await?;
        let item = self.item(row.catalog_id).await?;
        let kept = match values {
            Some(values) => self.changed(&row, &item, &values).await?,
            None => Kept {
                environment: row.environment_values.clone(),
                user_config: row.user_config_values.clone(),
                secret: self.fields(&row).await?,
                references: References::new(),
            },
        };
        row.environment_values = kept.environment.clone();
        row.user_config_values = kept.user_config.clone();
        if row.server_type == "local" {
            super::spec::build(&row, &item, &kept.secret, true)?;
        }
        if row.secret_id.is_none() && !kept.secret.is_empty() {
            row.secret_id = Some(Uuid::now_v7());
        }
        if asked_for_other_values {
            self.put_secret(&row, &kept, "env").await?;
        }
        let (environment, user_config) = (&kept.environment, &kept.user_config);
        db::mcp_servers::set_values(&self.parts.db, id, row.secret_id, environment, user_config)
            .await?;
        self.begin_again(&row).await?;
        self.row(id).await
    }

    /// Other values, and what there was of those that the form does not mention. What has references keeps to them.
    async fn changed(&self, row: &McpServer, item: &CatalogItem, values: &Values) -> Result<Kept> {
        let secrets = &self.parts.secrets;
        let mut kept = keep(item, values);
        let known = match row.secret_id {
            Some(secret_id) => secrets.references(secret_id).await?,
            None => References::new(),
        };
        let is_first = row.secret_id.is_none() && secrets.mode() == Mode::ReadonlyVault;
        if is_first || !known.is_empty() {
            let folders = values.vault_folders.as_deref();
            kept.references = known;
            kept.references
                .extend(references::parse(&kept.secret, folders)?);
            kept.secret = self.resolve(&kept.references).await?;
            return Ok(kept);
        }
        for (field, value) in self.fields(row).await? {
            let is_token = !field.contains('/');
            if is_token || is_unsaid(&field, values) {
                kept.secret.entry(field).or_insert(value);
            }
        }
        Ok(kept)
    }
}

/// A value that the new form does not mention keeps its secret.
fn is_unsaid(field: &str, values: &Values) -> bool {
    let environment = values.environment.keys().map(|key| environment_field(key));
    let user_config = values.user_config.keys().map(|key| user_field(key));
    !environment.chain(user_config).any(|said| said == field)
}

async fn insert(db: &db::Db, row: &McpServer) -> Result<()> {
    match db::mcp_servers::insert(db, row).await {
        Err(db::Error::Conflict(_)) => Err(taken(&row.scope)),
        other => Ok(other?),
    }
}

fn taken(scope: &str) -> ServerError {
    let who = match scope {
        "team" => "this team has",
        "org" => "the organization has",
        _ => "you have",
    };
    ServerError::Conflict(format!(
        "{who} an installation of this MCP server already. Delete that one first, or use it"
    ))
}

/// Plain values into the row, secret ones apart. What the item does not declare is taken for a secret.
fn keep(item: &CatalogItem, values: &Values) -> Kept {
    let config = item.local_config.as_ref().unwrap_or(&Value::Null);
    let declared = |key: &str| {
        entries(config, "environment")
            .find(|entry| entry.get("key").and_then(Value::as_str) == Some(key))
    };
    let mut kept = (Map::new(), Map::new(), Fields::new());
    for (key, value) in &values.environment {
        if declared(key).is_some_and(|entry| !is_secret(entry)) {
            kept.0.insert(key.clone(), value.expose_secret().into());
        } else if !value.expose_secret().is_empty() {
            kept.2.insert(environment_field(key), value.clone());
        }
    }
    for (key, value) in &values.user_config {
        let about = item.user_config.as_ref().and_then(|config| config.get(key));
        let is_sensitive =
            about.is_none_or(|about| about.get("sensitive").and_then(Value::as_bool) == Some(true));
        if is_sensitive {
            kept.2.insert(user_field(key), value.clone());
        } else {
            kept.1.insert(key.clone(), value.expose_secret().into());
        }
    }
    Kept {
        environment: Value::Object(kept.0),
        user_config: Value::Object(kept.1),
        secret: kept.2,
        references: References::new(),
    }
}

/// What a person is to be asked for must have been answered, whatever defaults there are.
fn check_prompts(item: &CatalogItem, row: &McpServer, secret: &Fields) -> Result<()> {
    let config = item.local_config.as_ref().unwrap_or(&Value::Null);
    let mut missing = Vec::new();
    for entry in entries(config, "environment") {
        let flag = |name: &str| entry.get(name).and_then(Value::as_bool) == Some(true);
        let Some(key) = entry.get("key").and_then(Value::as_str) else {
            continue;
        };
        let plain = row.environment_values.get(key).and_then(Value::as_str);
        let is_there = plain.is_some_and(|value| !value.is_empty())
            || secret.contains_key(&environment_field(key))
            || entry
                .get("default")
                .is_some_and(|default| !default.is_null());
        if flag("promptOnInstallation") && flag("required") && !is_there {
            missing.push(key.to_owned());
        }
    }
    missing.extend(UserConfig::read(item, row, secret).missing());
    if missing.is_empty() {
        Ok(())
    } else {
        Err(ServerError::Missing { keys: missing })
    }
}
