//! Attributes of the published contract that name secrets kept elsewhere: kept and served as given, and not looked at yet
//! when a server is started.

use db::mcp_catalog::CatalogItem as Row;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::extract::given;

pub(super) const CLIENT_SECRET_ID: &str = "clientSecretId";
pub(super) const LOCAL_CONFIG_SECRET_ID: &str = "localConfigSecretId";

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    client_secret_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    local_config_secret_id: Option<Option<Uuid>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    local_config_vault_path: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    local_config_vault_key: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    oauth_client_secret_vault_path: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    oauth_client_secret_vault_key: Option<Option<String>>,
}

impl Kept {
    pub(super) fn apply(&self, row: &mut Row) {
        let Value::Object(settings) = &mut row.settings else {
            return;
        };
        let id = |id: Option<Option<Uuid>>| id.map(|id| id.map(|id| id.to_string()));
        for (name, value) in [
            (CLIENT_SECRET_ID, id(self.client_secret_id)),
            (LOCAL_CONFIG_SECRET_ID, id(self.local_config_secret_id)),
            ("localConfigVaultPath", self.local_config_vault_path.clone()),
            ("localConfigVaultKey", self.local_config_vault_key.clone()),
            (
                "oauthClientSecretVaultPath",
                self.oauth_client_secret_vault_path.clone(),
            ),
            (
                "oauthClientSecretVaultKey",
                self.oauth_client_secret_vault_key.clone(),
            ),
        ] {
            match value {
                Some(Some(text)) => drop(settings.insert(name.to_owned(), text.into())),
                Some(None) => drop(settings.remove(name)),
                None => {}
            }
        }
    }
}

pub(super) fn kept_id(settings: &Value, name: &str) -> Option<Uuid> {
    settings[name].as_str()?.parse().ok()
}
