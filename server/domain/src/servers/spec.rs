//! What a runtime is told to run: the catalog item filled with an installation's values.
//!
//! Never starts with a value missing: the error names every one.

#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use runtimes::spec::{PullSecret, Resources, ServerSpec, Transport};
use secrecy::{ExposeSecret as _, SecretString};
use secrets::Fields;
use serde_json::Value;

pub(super) use values::{UserConfig, is_secret, user_field};

use super::{Result, ServerError, remote};

/// `item` has its secrets in it; `secrets` are the installation's. In a container, this machine is not `localhost`.
pub(super) fn build(
    row: &McpServer,
    item: &CatalogItem,
    secrets: &Fields,
    is_contained: bool,
) -> Result<ServerSpec> {
    let config = item.local_config.as_ref().unwrap_or(&Value::Null);
    let text = |key: &str| {
        let value = config.get(key).and_then(Value::as_str);
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let user_config = UserConfig::read(item, row, secrets);
    let mut environment = Environment {
        user_config: &user_config,
        row,
        secrets,
        is_contained,
        plain: BTreeMap::new(),
        secret: BTreeMap::new(),
        files: BTreeMap::new(),
        missing: user_config.missing(),
    };
    environment.add_user_config();
    for entry in entries(config, "environment") {
        environment.add(entry);
    }
    environment.add_undeclared();
    environment.add_access_token(item);
    if !environment.missing.is_empty() {
        return Err(ServerError::Missing {
            keys: environment.missing,
        });
    }
    let (image, command) = (text("dockerImage"), text("command"));
    if image.is_none() && command.is_none() {
        return Err(ServerError::Invalid(format!(
            "the catalog item {} has neither a command nor an image to run",
            item.name
        )));
    }
    Ok(ServerSpec {
        id: row.id,
        name: row.name.clone(),
        image,
        command,
        args: user_config.arguments(config),
        env: environment.plain,
        secret_env: environment.secret,
        secret_files: environment.files,
        transport: transport(config),
        resources: Resources::default(),
        pull_secrets: pull_secrets(config),
        service_account: row
            .service_account
            .clone()
            .or_else(|| text("serviceAccount")),
    })
}

/// The objects of a list.
pub(super) fn entries<'a>(config: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    config
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

struct Environment<'a> {
    user_config: &'a UserConfig,
    row: &'a McpServer,
    secrets: &'a Fields,
    is_contained: bool,
    plain: BTreeMap<String, String>,
    secret: BTreeMap<String, SecretString>,
    files: BTreeMap<String, SecretString>,
    missing: Vec<String>,
}

impl Environment<'_> {
    /// One entry of the catalog item's environment.
    fn add(&mut self, entry: &Value) {
        let Some(key) = entry.get("key").and_then(Value::as_str) else {
            return;
        };
        let flag = |name: &str| entry.get(name).and_then(Value::as_bool) == Some(true);
        let value = self.installed(key).or_else(|| {
            let fixed = entry.get("value").and_then(values::as_text);
            let default = || entry.get("default").and_then(values::as_text);
            fixed.filter(|value| !value.is_empty()).or_else(default)
        });
        let Some(value) = value.filter(|value| !value.is_empty()) else {
            if flag("required") {
                self.missing.push(key.to_owned());
            }
            return;
        };
        let value = self.user_config.interpolate(&value);
        if flag("mounted") {
            self.files.insert(key.to_owned(), value.into());
        } else if is_secret(entry) {
            self.secret.insert(key.to_owned(), value.into());
        } else {
            self.add_plain(key, &value);
        }
    }

    /// What was entered at the installation.
    fn installed(&self, key: &str) -> Option<String> {
        let secret = self.secrets.get(&environment_field(key));
        let secret = secret.map(|value| value.expose_secret().to_owned());
        secret.or_else(|| {
            self.row
                .environment_values
                .get(key)
                .and_then(values::as_text)
        })
    }

    /// Values that came without the item declaring them.
    fn add_undeclared(&mut self) {
        for (field, value) in self.secrets {
            let Some(key) = field.strip_prefix(ENVIRONMENT) else {
                continue;
            };
            let is_known = self.secret.contains_key(key)
                || self.files.contains_key(key)
                || self.plain.contains_key(key);
            if !is_known {
                self.secret.insert(key.to_owned(), value.clone());
            }
        }
    }

    fn add_user_config(&mut self) {
        let user_config = self.user_config;
        for value in user_config.values() {
            if value.is_sensitive {
                self.secret
                    .insert(value.variable(), value.text.clone().into());
            } else {
                self.add_plain(&value.variable(), &value.text);
            }
        }
    }

    /// For servers that take a signed-in person's token from a variable.
    fn add_access_token(&mut self, item: &CatalogItem) {
        let config = item.oauth_config.as_ref();
        let variable = config.and_then(|config| config.get("access_token_env_var")?.as_str());
        if let (Some(variable), Some(token)) = (variable, remote::access_token(self.secrets)) {
            self.secret.insert(variable.to_owned(), token);
        }
    }

    fn add_plain(&mut self, key: &str, value: &str) {
        let value = unquoted(value);
        let value = if self.is_contained {
            seen_from_a_container(value)
        } else {
            value.to_owned()
        };
        self.plain.insert(key.to_owned(), value);
    }
}

const ENVIRONMENT: &str = "environment/";

/// The field of an installation's secret that holds a variable.
pub(super) fn environment_field(key: &str) -> String {
    format!("{ENVIRONMENT}{key}")
}

/// People copy values with the quotes that a shell would have taken away.
fn unquoted(value: &str) -> &str {
    ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value)
}

/// `localhost` in a container is the container; engines call the machine `host.docker.internal`.
fn seen_from_a_container(value: &str) -> String {
    for scheme in ["http://", "https://"] {
        for local in ["localhost", "127.0.0.1"] {
            let Some(rest) = value
                .strip_prefix(scheme)
                .and_then(|rest| rest.strip_prefix(local))
            else {
                continue;
            };
            if rest.is_empty() || rest.starts_with([':', '/', '?', '#']) {
                return format!("{scheme}host.docker.internal{rest}");
            }
        }
    }
    value.to_owned()
}

fn transport(config: &Value) -> Transport {
    let text = |key: &str| config.get(key).and_then(Value::as_str);
    if text("transportType") != Some("streamable-http") {
        return Transport::Stdio;
    }
    let port = config
        .get("httpPort")
        .and_then(Value::as_f64)
        .unwrap_or(8080.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the contract has ports as floats; what is no port becomes one that is refused"
    )]
    let port = port as u16;
    let path = text("httpPath").unwrap_or("/mcp");
    let slash = if path.starts_with('/') { "" } else { "/" };
    Transport::Http {
        port,
        path: format!("{slash}{path}"),
    }
}

fn pull_secrets(config: &Value) -> Vec<PullSecret> {
    let secrets = entries(config, "imagePullSecrets").filter_map(|entry| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(PullSecret {
            registry: text("server")?,
            username: text("username")?,
            password: text("password")?.into(),
        })
    });
    secrets.collect()
}
