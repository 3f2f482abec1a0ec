//! Saving keys: each value and address is tried at the provider first, and each value is a secret of its own.

use db::provider_keys::ProviderKey as Row;
use llm::models::{Listing, Model};
use llm::providers::Provider;
use secrecy::SecretString;
use secrets::{Fields, Mode, Reference};
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
    Vault(Reference),
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
    let key = text(platform, value).await?;
    try_out(platform, provider, base_url, key.as_ref()).await
}

async fn try_out(
    platform: &Platform,
    provider: &'static Provider,
    base_url: Option<&str>,
    key: Option<&SecretString>,
) -> Result<Vec<Model>> {
    if provider.listing == Listing::None {
        return Ok(Vec::new());
    }
    let base = address(platform, provider, base_url)?;
    let keys = &platform.provider_keys;
    let is_configured = platform.upstreams.of(provider.id).is_some();
    let http = if base_url.is_none() && is_configured {
        &keys.trusted
    } else {
        keys.http(&base)
    };
    let access = Access {
        provider,
        base_url: &base,
        key,
    };
    list(http, access).await
}

/// Where calls go: the key's own address, else the configuration's.
fn address(platform: &Platform, provider: &Provider, base_url: Option<&str>) -> Result<Url> {
    let configured = platform.upstreams.of(provider.id);
    match (base_url, configured) {
        (Some(text), _) => parse(text),
        (None, Some(upstream)) => Ok(upstream.base_url.clone()),
        (None, None) if provider.is_routed() || provider.default_base_url.is_empty() => {
            Err(KeyError::NoAddress(provider.name))
        }
        (None, None) => parse(provider.default_base_url),
    }
}

/// Tries a saved key, perhaps at another path. To another server it does not go: whoever may change an address could have
/// the value sent to themselves.
pub async fn test_saved(
    platform: &Platform,
    provider: &'static Provider,
    base_url: Option<&str>,
    row: &Row,
) -> Result<Vec<Model>> {
    if row.secret_id.is_some() {
        let before = address(platform, provider, row.base_url.as_deref())?;
        let now = address(platform, provider, base_url)?;
        if before.origin() != now.origin() {
            return Err(KeyError::Invalid(format!(
                "The key would go to another server ({} instead of {}): enter it again together with the new base URL.",
                now.origin().ascii_serialization(),
                before.origin().ascii_serialization()
            )));
        }
    }
    let key = value_of(platform, row.secret_id).await?;
    try_out(platform, provider, base_url, key.as_ref()).await
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
        Value::Vault(Reference { path, key }) => {
            let (path, key) = (Some(path.clone()), Some(key.clone()));
            (Some(Uuid::now_v7()), path, key)
        }
    };
}

async fn put_secret(platform: &Platform, row: &Row, value: &Value) -> Result<()> {
    let Some(id) = row.secret_id else {
        return Ok(());
    };
    let name = format!("provider-key-{}", row.name);
    let field = FIELD.to_owned();
    let secrets = &platform.secrets;
    match value {
        Value::None => {}
        Value::Text(text) => {
            let fields = Fields::from([(field, text.clone())]);
            secrets.put(id, &name, &fields).await?;
        }
        Value::Vault(reference) => {
            let references = [(field, reference.clone())].into();
            secrets.put_references(id, &name, &references).await?;
        }
    }
    Ok(())
}

/// What is to be tried. Where secrets are only read from Vault, keys are named, not given; elsewhere the other way round.
async fn text(platform: &Platform, value: &Value) -> Result<Option<SecretString>> {
    let reads_only = platform.secrets.mode() == Mode::ReadonlyVault;
    match value {
        Value::None => Ok(None),
        Value::Text(_) if reads_only => Err(KeyError::WrongStore(
            "This server reads secrets from Vault (READONLY_VAULT): give vaultSecretPath and vaultSecretKey instead of apiKey.",
        )),
        Value::Text(text) => Ok(Some(text.clone())),
        Value::Vault(reference) if reads_only => {
            let vault = platform.secrets.vault().ok_or(secrets::Error::NoVault)?;
            Ok(Some(vault.resolve(reference).await?))
        }
        Value::Vault(_) => Err(KeyError::WrongStore(
            "This server keeps secrets itself: give apiKey instead of vaultSecretPath and vaultSecretKey.",
        )),
    }
}
