//! Saving keys: each value and address is tried at the provider first, and each value is a secret of its own.

use db::provider_keys::ProviderKey as Row;
use llm::models::Model;
use llm::providers::Provider;
use secrecy::SecretString;
use secrets::Fields;
use url::Url;
use uuid::Uuid;

use super::listing::{Access, list};
use super::values::FIELD;
use super::{KeyError, Result, models, value_of};
use crate::platform::Platform;

/// What a key is: the text itself, or where in Vault others keep it.
#[derive(Debug, Clone)]
pub enum Value {
    /// The server asks for none.
    None,
    Text(SecretString),
    Vault {
        path: String,
        key: String,
    },
}

#[derive(Debug)]
pub struct NewKey {
    /// Its secret and what `value` and `base_url` say are filled in.
    pub row: Row,
    pub provider: &'static Provider,
    pub value: Value,
    pub agent_ids: Vec<Uuid>,
}

/// What is to be different. `None` leaves a value or an address as it is.
#[derive(Debug, Default)]
pub struct Change {
    pub value: Option<Value>,
    pub base_url: Option<Option<String>>,
}

/// Tries a key without saving it.
pub async fn test(
    platform: &Platform,
    provider: &'static Provider,
    base_url: Option<&str>,
    value: &Value,
) -> Result<Vec<Model>> {
    let own = base_url.map(parse).transpose()?;
    let configured = platform.upstreams.of(provider.id);
    let url = match (&own, configured) {
        (Some(url), _) => url,
        (None, Some(upstream)) => &upstream.base_url,
        (None, None) => return Err(KeyError::NoAddress(provider.name)),
    };
    let key = match value {
        Value::None => None,
        Value::Text(text) => Some(text.clone()),
        Value::Vault { path, key } => Some(from_vault(platform, path, key)?),
    };
    let keys = &platform.provider_keys;
    let http = own.as_ref().map_or(&keys.trusted, |url| keys.http(url));
    let access = Access {
        provider,
        base_url: url,
        key: key.as_ref(),
    };
    list(http, access).await
}

/// Tries a saved key, perhaps at another address.
pub async fn test_saved(
    platform: &Platform,
    provider: &'static Provider,
    base_url: Option<&str>,
    row: &Row,
) -> Result<Vec<Model>> {
    let value = match value_of(platform, row.secret_id).await? {
        Some(text) => Value::Text(text),
        None => Value::None,
    };
    test(platform, provider, base_url, &value).await
}

pub async fn create(platform: &Platform, mut new: NewKey) -> Result<Row> {
    let base_url = new.row.base_url.as_deref();
    let models = test(platform, new.provider, base_url, &new.value).await?;
    set_value(&mut new.row, &new.value);
    put_secret(platform, &new.row, &new.value).await?;
    let saved = db::provider_keys::insert(&platform.db, &new.row, &new.agent_ids).await;
    if let (Err(_), Some(secret_id)) = (&saved, new.row.secret_id) {
        platform.secrets.delete(secret_id).await?;
    }
    saved?;
    models::keep(platform, new.provider, Some(new.row.id), models).await?;
    find(platform, new.row.id).await
}

/// `edit` is what else is to be different. A new value is another secret: whoever is reading the row meanwhile sends the
/// old value to the old address.
pub async fn change<E: From<KeyError> + From<db::Error>>(
    platform: &Platform,
    row: &Row,
    provider: &'static Provider,
    change: Change,
    edit: impl FnOnce(&mut Row) -> std::result::Result<(), E>,
) -> std::result::Result<Row, E> {
    let mut next = row.clone();
    if let Some(base_url) = &change.base_url {
        next.base_url.clone_from(base_url);
    }
    let is_tested = change.value.is_some() || change.base_url.is_some();
    let mut models = None;
    if is_tested {
        let base_url = next.base_url.as_deref();
        models = Some(match &change.value {
            Some(value) => test(platform, provider, base_url, value).await?,
            None => test_saved(platform, provider, base_url, row).await?,
        });
    }
    if let Some(value) = &change.value {
        set_value(&mut next, value);
        put_secret(platform, &next, value).await?;
    }
    let mut replaced = None;
    let written = db::provider_keys::update(&platform.db, row.id, |row| {
        edit(row)?;
        if change.base_url.is_some() {
            row.base_url.clone_from(&next.base_url);
        }
        if change.value.is_some() {
            replaced = row.secret_id;
            row.secret_id = next.secret_id;
            row.vault_path.clone_from(&next.vault_path);
            row.vault_key.clone_from(&next.vault_key);
        }
        Ok::<(), E>(())
    })
    .await;
    let is_written = matches!(written, Ok(Some(_)));
    let stale = if is_written { replaced } else { next.secret_id };
    if let (Some(_), Some(stale)) = (&change.value, stale) {
        platform
            .secrets
            .delete(stale)
            .await
            .map_err(KeyError::from)?;
    }
    written?.ok_or(KeyError::NotFound)?;
    match models {
        Some(models) => models::keep(platform, provider, Some(row.id), models).await?,
        None => platform.snapshot.refresh(&platform.db).await?,
    }
    Ok(find(platform, row.id).await?)
}

pub async fn delete(platform: &Platform, row: &Row) -> Result<()> {
    if !db::provider_keys::delete(&platform.db, row.id).await? {
        return Err(KeyError::NotFound);
    }
    platform.snapshot.refresh(&platform.db).await?;
    if let Some(secret_id) = row.secret_id {
        platform.secrets.delete(secret_id).await?;
    }
    Ok(())
}

async fn find(platform: &Platform, id: Uuid) -> Result<Row> {
    let row = db::provider_keys::find(&platform.db, id).await?;
    row.ok_or(KeyError::NotFound)
}

/// The address as it is typed, if it can be one.
fn parse(base_url: &str) -> Result<Url> {
    let fault = |cause: &str| {
        KeyError::Invalid(format!(
            "The base URL cannot be used: {cause}. Example: http://localhost:11434/v1"
        ))
    };
    let url = Url::parse(base_url).map_err(|error| fault(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fault("it does not begin with http:// or https://"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(fault("it has a query or a fragment"));
    }
    Ok(url)
}

fn set_value(row: &mut Row, value: &Value) {
    (row.secret_id, row.vault_path, row.vault_key) = match value {
        Value::None => (None, None, None),
        Value::Text(_) => (Some(Uuid::now_v7()), None, None),
        Value::Vault { path, key } => {
            let (path, key) = (Some(path.clone()), Some(key.clone()));
            (Some(Uuid::now_v7()), path, key)
        }
    };
}

async fn put_secret(platform: &Platform, row: &Row, value: &Value) -> Result<()> {
    let (Some(id), Value::Text(text)) = (row.secret_id, value) else {
        return Ok(());
    };
    // Stores may go by the name, so no two have the same.
    let unique = id.simple().to_string();
    let name = format!("provider-key-{}-{}", row.name, &unique[20..]);
    let fields = Fields::from([(FIELD.to_owned(), text.clone())]);
    Ok(platform.secrets.put(id, &name, &fields).await?)
}

fn from_vault(_: &Platform, _: &str, _: &str) -> Result<SecretString> {
    Err(KeyError::Invalid(
        "This server keeps secrets itself: give apiKey instead of vaultSecretPath and vaultSecretKey.".to_owned(),
    ))
}
