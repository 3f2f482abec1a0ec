//! Keys on the wire, and how a body changes one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use db::provider_keys::ProviderKey as Row;
use domain::platform::Platform;
use domain::provider_keys::Value;
use llm::providers::Provider;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::Reference;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::is_admin;
use super::providers;
use crate::ApiError;
use crate::agents::{SCOPES, check_text, one_of};
use crate::authenticate::Caller;
use crate::extract::given;

#[derive(Serialize, ToSchema, Clone)]
#[schema(as = NamedRef)]
pub(crate) struct Named {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the published contract")]
pub(crate) struct ProviderKey {
    id: Uuid,
    organization_id: String,
    name: String,
    provider: String,
    /// Null for a server that asks for no key.
    secret_id: Option<Uuid>,
    base_url: Option<String>,
    /// `org`, `team` or `personal`: who sees and manages it.
    scope: String,
    team_id: Option<String>,
    team_name: Option<String>,
    user_id: Option<String>,
    user_name: Option<String>,
    /// The organization's default for its provider.
    is_primary: bool,
    /// The same, in older words.
    is_organization_default: bool,
    is_system: bool,
    /// Whether the proxy speaks to this provider; keys of others are only kept.
    is_routed: bool,
    /// The profiles it is assigned to, by name.
    profiles: Vec<Named>,
    /// Where the value is kept; `none` where there is none.
    secret_storage_type: String,
    vault_secret_path: Option<String>,
    vault_secret_key: Option<String>,
    model_count: i64,
    /// When the provider last accepted it.
    last_tested_at: Option<DateTime<Utc>>,
    best_model_id: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A merge patch: absent fields stay, null clears.
#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderKeyInput {
    pub(super) name: Option<String>,
    pub(super) provider: Option<String>,
    /// An empty one is none.
    #[schema(value_type = Option<String>)]
    api_key: Option<SecretString>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub(super) base_url: Option<Option<String>>,
    is_primary: Option<bool>,
    is_organization_default: Option<bool>,
    scope: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    team_id: Option<Option<String>>,
    vault_secret_path: Option<String>,
    vault_secret_key: Option<String>,
    pub(super) profile_ids: Option<Vec<Uuid>>,
}

impl ProviderKeyInput {
    pub(super) fn with_default(is_default: bool) -> Self {
        Self {
            is_primary: Some(is_default),
            ..Self::default()
        }
    }

    pub(super) fn provider(&self) -> Result<&'static Provider, ApiError> {
        let provider = self.provider.as_deref();
        keyed_provider(
            provider.ok_or_else(|| ApiError::Validation("provider is required.".into()))?,
        )
    }

    /// `None`: as it was.
    pub(super) fn value(&self) -> Result<Option<Value>, ApiError> {
        let text = self.api_key.as_ref().map(|key| key.expose_secret().trim());
        let path = filled(self.vault_secret_path.as_deref());
        let key = filled(self.vault_secret_key.as_deref());
        match (text, path, key) {
            (None, None, None) => Ok(None),
            (Some(text), None, None) if !text.is_empty() => Ok(Some(Value::Text(text.into()))),
            (Some(_), None, None) => Ok(Some(Value::None)),
            (None | Some(""), Some(path), Some(key)) => {
                Ok(Some(Value::Vault(Reference::new(&path, &key)?)))
            }
            (Some(_), _, _) => Err(ApiError::Validation(
                "Give either apiKey, or vaultSecretPath and vaultSecretKey.".into(),
            )),
            (None, _, _) => Err(ApiError::Validation(
                "vaultSecretPath and vaultSecretKey go together.".into(),
            )),
        }
    }

    /// What is typed, byte for byte; an empty one is none.
    pub(super) fn base_url(&self) -> Option<String> {
        self.base_url
            .clone()
            .flatten()
            .filter(|url| !url.is_empty())
    }

    /// Only servers of one's own do without a key.
    pub(super) fn check_is_usable(
        &self,
        provider: &Provider,
        value: &Value,
    ) -> Result<(), ApiError> {
        let asks_for_key = provider.is_routed();
        if asks_for_key && matches!(value, Value::None) && self.base_url().is_none() {
            return Err(ApiError::Validation(format!(
                "apiKey is required: {} asks for one. A server of your own needs its baseUrl.",
                provider.name
            )));
        }
        Ok(())
    }

    pub(super) fn apply(
        &self,
        platform: &Platform,
        caller: &Caller,
        row: &mut Row,
    ) -> Result<(), ApiError> {
        if let Some(name) = &self.name {
            check_text("name", name, 200)?;
            row.name.clone_from(name);
        }
        if let Some(scope) = &self.scope {
            row.scope = one_of("scope", scope, &SCOPES)?;
        }
        if let Some(team) = &self.team_id {
            row.team_id = team_of(filled(team.as_deref()))?;
        }
        if row.scope == "team" {
            check_team(platform, caller, row.team_id)?;
        } else {
            row.team_id = None;
        }
        let is_default = self.is_primary.or(self.is_organization_default);
        row.is_default = is_default.unwrap_or(row.is_default);
        if row.is_default && row.scope != "org" {
            return Err(ApiError::Conflict(format!(
                "Only a key of scope org can be the organization's default, and this one is {}.",
                row.scope
            )));
        }
        Ok(())
    }
}

fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn team_of(team: Option<String>) -> Result<Option<Uuid>, ApiError> {
    let no_such = |_| ApiError::Conflict("teamId names no team.".into());
    team.map(|team| team.parse().map_err(no_such)).transpose()
}

fn check_team(platform: &Platform, caller: &Caller, team: Option<Uuid>) -> Result<(), ApiError> {
    let team = team.ok_or_else(|| ApiError::Conflict("Name the team: teamId.".into()))?;
    let snapshot = platform.snapshot.load();
    if is_admin(caller) || snapshot.teams_of_user(&caller.user.id).contains(&team) {
        return Ok(());
    }
    Err(ApiError::Forbidden(
        "You are not a member of this team.".into(),
    ))
}

/// Also one that keys are only kept for.
pub(crate) fn keyed_provider(id: &str) -> Result<&'static Provider, ApiError> {
    llm::providers::keyed_provider(id).ok_or_else(|| {
        let ids: Vec<&str> = llm::providers::keyed_providers()
            .iter()
            .map(|provider| provider.id)
            .collect();
        ApiError::Validation(format!(
            "provider is one of {}, not \"{id}\". A server that speaks OpenAI's API is openai with its own baseUrl.",
            ids.join(", ")
        ))
    })
}

pub(crate) fn known_provider(id: &str) -> Result<&'static Provider, ApiError> {
    llm::providers::provider(id).ok_or_else(|| {
        ApiError::Validation(format!(
            "provider is one of {}, not \"{id}\". A server that speaks OpenAI's API is openai with its own baseUrl.",
            providers()
        ))
    })
}

/// What is shown beside rows.
struct Beside {
    teams: HashMap<Uuid, String>,
    users: HashMap<String, String>,
    /// How many models each key can be used for.
    models: HashMap<Uuid, i64>,
    /// By name.
    profiles: HashMap<Uuid, Vec<Named>>,
}

impl Beside {
    async fn read(platform: &Platform) -> Result<Self, ApiError> {
        let db = &platform.db;
        let teams = db::teams::list(db).await?.into_iter();
        let users = db::users::names(db).await?.into_iter().collect();
        let models = db::models::counts(db).await?.into_iter().collect();
        let assignments = db::provider_keys::assignments(db).await?;
        let snapshot = platform.snapshot.load();
        let mut agents: Vec<_> = snapshot.agents().collect();
        agents.sort_by_key(|agent| (agent.name.to_lowercase(), agent.id));
        let mut profiles: HashMap<Uuid, Vec<Named>> = HashMap::new();
        for agent in agents {
            for row in assignments.iter().filter(|row| row.agent_id == agent.id) {
                let of_key = profiles.entry(row.key_id).or_default();
                of_key.push(Named {
                    id: agent.id,
                    name: agent.name.clone(),
                });
            }
        }
        Ok(Self {
            teams: teams.map(|team| (team.id, team.name)).collect(),
            users,
            models,
            profiles,
        })
    }
}

pub(super) async fn of_rows(
    platform: &Platform,
    rows: Vec<Row>,
) -> Result<Vec<ProviderKey>, ApiError> {
    let beside = Beside::read(platform).await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in rows {
        let storage = storage(platform, &row).await?;
        shown.push(ProviderKey::new(row, storage, &beside));
    }
    Ok(shown)
}

impl ProviderKey {
    fn new(row: Row, storage: &str, beside: &Beside) -> Self {
        let team = row.team_id.and_then(|id| beside.teams.get(&id));
        let user = row.user_id.as_ref().and_then(|id| beside.users.get(id));
        Self {
            profiles: beside.profiles.get(&row.id).cloned().unwrap_or_default(),
            model_count: beside.models.get(&row.id).copied().unwrap_or_default(),
            team_name: team.cloned(),
            user_name: user.cloned(),
            secret_storage_type: storage.to_owned(),
            is_routed: llm::providers::provider(&row.provider).is_some(),
            id: row.id,
            organization_id: row.organization_id,
            name: row.name,
            provider: row.provider,
            secret_id: row.secret_id,
            base_url: row.base_url,
            scope: row.scope,
            team_id: row.team_id.map(|id| id.to_string()),
            user_id: row.user_id,
            is_primary: row.is_default,
            is_organization_default: row.is_default,
            is_system: false,
            vault_secret_path: row.vault_path,
            vault_secret_key: row.vault_key,
            last_tested_at: row.tested_at,
            best_model_id: None,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

async fn storage(platform: &Platform, row: &Row) -> Result<&'static str, ApiError> {
    let kept = match row.secret_id {
        Some(id) => platform.secrets.storage_type(id).await?,
        None => None,
    };
    Ok(kept.unwrap_or("none"))
}
