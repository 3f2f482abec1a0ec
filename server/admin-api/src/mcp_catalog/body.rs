//! Catalog items on the wire, and how a body changes one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use db::mcp_catalog::CatalogItem as Row;
use db::mcp_servers::ServerFilter;
use domain::platform::Platform;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::config::{AuthField, LocalConfig, OauthConfig, UserConfig};
use super::counted;
use super::kept::{CLIENT_SECRET_ID, Kept, LOCAL_CONFIG_SECRET_ID, kept_id};
use crate::ApiError;
use crate::agents::{Label, SCOPES, check_text, checked_labels, one_of};
use crate::extract::given;

const SERVER_TYPES: [&str; 3] = ["local", "remote", "builtin"];

#[derive(Serialize, ToSchema)]
struct TeamName {
    id: Uuid,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatalogItem {
    id: Uuid,
    organization_id: String,
    name: String,
    description: Option<String>,
    version: Option<String>,
    instructions: Option<String>,
    repository: Option<String>,
    installation_command: Option<String>,
    docs_url: Option<String>,
    icon: Option<String>,
    requires_auth: bool,
    auth_description: Option<String>,
    #[schema(value_type = Option<Vec<AuthField>>)]
    auth_fields: Option<Value>,
    /// `local`, `remote` or `builtin`
    server_type: String,
    server_url: Option<String>,
    #[schema(value_type = Option<LocalConfig>)]
    local_config: Option<Value>,
    #[schema(value_type = Option<UserConfig>)]
    user_config: Option<Value>,
    #[schema(value_type = Option<OauthConfig>)]
    oauth_config: Option<Value>,
    enterprise_managed_config: Option<Value>,
    deployment_spec_yaml: Option<String>,
    client_secret_id: Option<Uuid>,
    local_config_secret_id: Option<Uuid>,
    #[schema(value_type = Vec<Label>)]
    labels: Value,
    teams: Vec<TeamName>,
    /// `personal`, `team` or `org`
    scope: String,
    author_id: Option<String>,
    author_name: Option<String>,
    tool_count: usize,
    installation_count: usize,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What is shown beside the rows.
pub(super) struct Facts {
    teams: HashMap<Uuid, String>,
    users: HashMap<String, String>,
    tools: HashMap<Uuid, usize>,
    servers: HashMap<Uuid, usize>,
}

impl Facts {
    pub(super) async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let all = ServerFilter::default();
        let (teams, users, tools, servers) = tokio::try_join!(
            db::teams::list(&platform.db),
            db::users::names(&platform.db),
            db::tools::all(&platform.db),
            db::mcp_servers::list(&platform.db, &all),
        )?;
        Ok(Self {
            teams: teams.into_iter().map(|team| (team.id, team.name)).collect(),
            users: users.into_iter().collect(),
            tools: counted(tools.iter().filter_map(|tool| tool.catalog_id)),
            servers: counted(servers.iter().map(|server| server.catalog_id)),
        })
    }

    pub(super) fn item(&self, row: Row) -> CatalogItem {
        let named = |id: Uuid| {
            let name = self.teams.get(&id)?.clone();
            Some(TeamName { id, name })
        };
        CatalogItem {
            tool_count: self.tools.get(&row.id).copied().unwrap_or(0),
            installation_count: self.servers.get(&row.id).copied().unwrap_or(0),
            author_name: row
                .author_id
                .as_ref()
                .and_then(|id| self.users.get(id).cloned()),
            teams: row.team_ids.into_iter().filter_map(named).collect(),
            client_secret_id: kept_id(&row.settings, CLIENT_SECRET_ID).or(row.client_secret_id),
            local_config_secret_id: kept_id(&row.settings, LOCAL_CONFIG_SECRET_ID)
                .or(row.local_config_secret_id),
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            description: row.description,
            version: row.version,
            instructions: row.instructions,
            repository: row.repository,
            installation_command: row.installation_command,
            docs_url: row.docs_url,
            icon: row.icon,
            requires_auth: row.requires_auth,
            auth_description: row.auth_description,
            auth_fields: row.auth_fields,
            server_type: row.server_type,
            server_url: row.server_url,
            local_config: row.local_config,
            user_config: row.user_config,
            oauth_config: row.oauth_config,
            enterprise_managed_config: row.enterprise_managed_config,
            deployment_spec_yaml: row.deployment_spec_yaml,
            labels: row.labels,
            scope: row.scope,
            author_id: row.author_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatalogInput {
    id: Option<Uuid>,
    name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    version: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    instructions: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    repository: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    installation_command: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    docs_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    icon: Option<Option<String>>,
    requires_auth: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    auth_description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<AuthField>>)]
    auth_fields: Option<Option<Value>>,
    server_type: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    server_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<LocalConfig>)]
    local_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<UserConfig>)]
    user_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<OauthConfig>)]
    oauth_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Object>)]
    enterprise_managed_config: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    deployment_spec_yaml: Option<Option<String>>,
    labels: Option<Vec<Label>>,
    /// Ids of teams.
    teams: Option<Vec<Uuid>>,
    scope: Option<String>,
    #[serde(flatten)]
    kept: Kept,
}

impl CatalogInput {
    pub(super) fn teams(&self) -> Option<&[Uuid]> {
        self.teams.as_deref()
    }

    /// Whether it says something about what may hold secrets.
    pub(super) fn changes_secrets(&self) -> bool {
        self.local_config.is_some() || self.oauth_config.is_some()
    }

    pub(super) fn new_row(
        &self,
        organization_id: &str,
        author_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Row, ApiError> {
        if self.name.is_none() {
            return Err(ApiError::Validation("name is required.".into()));
        }
        let mut row = Row {
            id: self.id.unwrap_or_else(Uuid::now_v7),
            organization_id: organization_id.to_owned(),
            name: String::new(),
            tool_prefix: None,
            description: None,
            version: None,
            instructions: None,
            repository: None,
            installation_command: None,
            docs_url: None,
            icon: None,
            requires_auth: false,
            auth_description: None,
            auth_fields: None,
            server_type: "remote".to_owned(),
            server_url: None,
            local_config: None,
            user_config: None,
            oauth_config: None,
            enterprise_managed_config: None,
            deployment_spec_yaml: None,
            client_secret_id: None,
            local_config_secret_id: None,
            labels: json!([]),
            team_ids: Vec::new(),
            scope: "org".to_owned(),
            author_id: Some(author_id.to_owned()),
            settings: json!({}),
            created_at: now,
            updated_at: now,
        };
        self.apply(&mut row)?;
        Ok(row)
    }

    pub(super) fn apply(&self, row: &mut Row) -> Result<(), ApiError> {
        if let Some(name) = &self.name {
            check_text("name", name, 200)?;
            row.name.clone_from(name);
        }
        if let Some(server_type) = &self.server_type {
            row.server_type = one_of("serverType", server_type, &SERVER_TYPES)?;
        }
        if let Some(scope) = &self.scope {
            row.scope = one_of("scope", scope, &SCOPES)?;
        }
        if let Some(labels) = &self.labels {
            let labels = checked_labels(labels)?.into_iter();
            row.labels = labels
                .map(|(key, value)| json!({ "key": key, "value": value }))
                .collect();
        }
        if let Some(teams) = &self.teams {
            row.team_ids.clone_from(teams);
        }
        row.requires_auth = self.requires_auth.unwrap_or(row.requires_auth);
        self.apply_texts(row);
        self.apply_configs(row)?;
        self.kept.apply(row);
        check_can_start(row)
    }

    fn apply_texts(&self, row: &mut Row) {
        for (target, value) in [
            (&mut row.description, &self.description),
            (&mut row.version, &self.version),
            (&mut row.instructions, &self.instructions),
            (&mut row.repository, &self.repository),
            (&mut row.installation_command, &self.installation_command),
            (&mut row.docs_url, &self.docs_url),
            (&mut row.icon, &self.icon),
            (&mut row.auth_description, &self.auth_description),
            (&mut row.server_url, &self.server_url),
            (&mut row.deployment_spec_yaml, &self.deployment_spec_yaml),
        ] {
            if let Some(value) = value {
                target.clone_from(value);
            }
        }
    }

    /// Kept as they were written, once they are known to have the shape.
    fn apply_configs(&self, row: &mut Row) -> Result<(), ApiError> {
        checked::<LocalConfig>("localConfig", self.local_config.as_ref())?;
        checked::<UserConfig>("userConfig", self.user_config.as_ref())?;
        checked::<OauthConfig>("oauthConfig", self.oauth_config.as_ref())?;
        checked::<Vec<AuthField>>("authFields", self.auth_fields.as_ref())?;
        for (target, value) in [
            (&mut row.local_config, &self.local_config),
            (&mut row.user_config, &self.user_config),
            (&mut row.oauth_config, &self.oauth_config),
            (&mut row.auth_fields, &self.auth_fields),
            (
                &mut row.enterprise_managed_config,
                &self.enterprise_managed_config,
            ),
        ] {
            if let Some(value) = value {
                target.clone_from(value);
            }
        }
        Ok(())
    }
}

/// Says where the shape is broken, never what was sent: it may be secret.
fn checked<T: for<'de> Deserialize<'de>>(
    name: &str,
    value: Option<&Option<Value>>,
) -> Result<(), ApiError> {
    let Some(Some(value)) = value else {
        return Ok(());
    };
    serde_path_to_error::deserialize::<_, T>(value)
        .map(drop)
        .map_err(|error| ApiError::Validation(format!("{name}: {}", crate::extract::fault(&error))))
}

fn check_can_start(row: &Row) -> Result<(), ApiError> {
    let refuse = |why: &str| Err(ApiError::Validation(why.to_owned()));
    let text = |key: &str| {
        let value = row
            .local_config
            .as_ref()
            .and_then(|config| config[key].as_str());
        value.is_some_and(|value| !value.trim().is_empty())
    };
    match row.server_type.as_str() {
        "local" if !text("command") && !text("dockerImage") => {
            refuse("A local server needs localConfig with a command or a dockerImage.")
        }
        "remote" => {
            // Questions to whoever installs it may stand in the address.
            let address = row.server_url.as_deref().unwrap_or_default();
            let address = address.replace("${user_config.", "x-").replace('}', "-x");
            match Url::parse(&address) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
                _ => refuse(
                    "A remote server needs a serverUrl that begins with https:// or http://.",
                ),
            }
        }
        _ => Ok(()),
    }
}

/// What its installations depend on.
pub(super) fn how_it_runs(row: &Row) -> [Value; 6] {
    [
        json!(row.server_type),
        json!(row.server_url),
        json!(row.local_config),
        json!(row.user_config),
        json!(row.oauth_config),
        json!(row.deployment_spec_yaml),
    ]
}
