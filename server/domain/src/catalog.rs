//! Catalog items, and their secrets: out of the item's JSON into the secret store, and back for those who may see them.
//!
//! The contract has clients write secret values into an item and read them back unchanged. The database holds the item
//! without them.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use db::mcp_catalog::CatalogItem;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::{Fields, Result, Secrets};
use serde_json::{Map, Value};
use uuid::Uuid;

const CLIENT_SECRET: &str = "client_secret";

/// An item with nothing in it but its name, for somebody who fills in the rest.
pub fn new(organization_id: &str, name: &str, now: DateTime<Utc>) -> CatalogItem {
    CatalogItem {
        id: Uuid::now_v7(),
        organization_id: organization_id.to_owned(),
        name: name.to_owned(),
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
        server_type: "local".to_owned(),
        server_url: None,
        local_config: None,
        user_config: None,
        oauth_config: None,
        enterprise_managed_config: None,
        deployment_spec_yaml: None,
        client_secret_id: None,
        local_config_secret_id: None,
        labels: Value::Array(Vec::new()),
        team_ids: Vec::new(),
        scope: "org".to_owned(),
        author_id: None,
        settings: Value::Object(Map::new()),
        created_at: now,
        updated_at: now,
    }
}

/// Moves what is secret into the store; call it before an item is written. A secret that the item names without a value
/// keeps the value it had.
pub async fn seal(secrets: &Secrets, item: &mut CatalogItem) -> Result<()> {
    let mut local = item.local_config.take();
    let name = format!("mcp-catalog-{}-config", item.id);
    item.local_config_secret_id = seal_part(
        secrets,
        item.local_config_secret_id,
        &name,
        places(&mut local),
    )
    .await?;
    item.local_config = local;
    let mut oauth = item.oauth_config.take();
    let name = format!("mcp-catalog-{}-client", item.id);
    item.client_secret_id = seal_part(
        secrets,
        item.client_secret_id,
        &name,
        client_place(&mut oauth),
    )
    .await?;
    item.oauth_config = oauth;
    Ok(())
}

/// Puts the values back into the item.
pub async fn unseal(secrets: &Secrets, item: &mut CatalogItem) -> Result<()> {
    let parts = [
        (item.local_config_secret_id, places(&mut item.local_config)),
        (item.client_secret_id, client_place(&mut item.oauth_config)),
    ];
    for (id, places) in parts {
        let Some(id) = id else { continue };
        let fields = secrets.get(id).await?.unwrap_or_default();
        for place in places {
            if let Some(value) = fields.get(&place.field) {
                let value = Value::String(value.expose_secret().to_owned());
                place.object.insert(place.key.to_owned(), value);
            }
        }
    }
    Ok(())
}

/// A described server without its secret values: who only asks for one keeps them.
pub fn without_secrets(mut config: Value) -> Value {
    for name in ["localConfig", "oauthConfig"] {
        let Some(part) = config.get_mut(name) else {
            continue;
        };
        let mut taken = Some(part.take());
        let places = match name {
            "localConfig" => places(&mut taken),
            _ => client_place(&mut taken),
        };
        for place in places {
            place.object.remove(place.key);
        }
        *part = taken.unwrap_or_default();
    }
    config
}

/// After an item was deleted.
pub async fn forget(secrets: &Secrets, item: &CatalogItem) -> Result<()> {
    let ids = [item.local_config_secret_id, item.client_secret_id];
    for id in ids.into_iter().flatten() {
        secrets.delete(id).await?;
    }
    Ok(())
}

/// A member of an object that may hold a secret, and its name in the store.
struct Place<'a> {
    object: &'a mut Map<String, Value>,
    key: &'static str,
    field: String,
}

/// Secret environment values, and passwords of image registries.
fn places(config: &mut Option<Value>) -> Vec<Place<'_>> {
    let Some(Value::Object(config)) = config else {
        return Vec::new();
    };
    let mut places = Vec::new();
    for (name, member) in config.iter_mut() {
        let Value::Array(entries) = member else {
            continue;
        };
        let objects = entries.iter_mut().filter_map(Value::as_object_mut);
        for (index, object) in objects.enumerate() {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            let (key, field) = match name.as_str() {
                "environment" if text("type") == Some("secret") => (
                    "value",
                    format!("environment/{}", text("key").unwrap_or_default()),
                ),
                "imagePullSecrets" if text("source") != Some("existing") => {
                    ("password", format!("imagePullSecrets/{index}"))
                }
                _ => continue,
            };
            places.push(Place { object, key, field });
        }
    }
    places
}

fn client_place(config: &mut Option<Value>) -> Vec<Place<'_>> {
    let object = config.as_mut().and_then(Value::as_object_mut);
    let place = object.map(|object| Place {
        object,
        key: CLIENT_SECRET,
        field: CLIENT_SECRET.to_owned(),
    });
    place.into_iter().collect()
}

/// Returns the id under which something is kept now.
async fn seal_part(
    secrets: &Secrets,
    id: Option<Uuid>,
    name: &str,
    places: Vec<Place<'_>>,
) -> Result<Option<Uuid>> {
    let mut before = match id {
        Some(id) => secrets.get(id).await?.unwrap_or_default(),
        None => Fields::new(),
    };
    let mut fields = Fields::new();
    for place in places {
        let given = match place.object.remove(place.key) {
            Some(Value::String(value)) => Some(SecretString::from(value)),
            _ => before.remove(&place.field),
        };
        fields.extend(given.map(|value| (place.field, value)));
    }
    match (id, fields.is_empty()) {
        (None, true) => Ok(None),
        (Some(id), true) => {
            secrets.delete(id).await?;
            Ok(None)
        }
        (id, false) => {
            let id = id.unwrap_or_else(Uuid::now_v7);
            secrets.put(id, name, &fields).await?;
            Ok(Some(id))
        }
    }
}
