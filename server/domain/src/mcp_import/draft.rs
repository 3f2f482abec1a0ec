//! One server as it was understood: the catalogue item it would become, what was taken out of it, and what to mind.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::secret::{self, Judgement};
use super::{ImportError, hazards};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    pub item: Draft,
    pub secrets: Vec<FoundSecret>,
    pub warnings: Vec<String>,
    /// What the paste says of its own placeholders.
    #[serde(skip)]
    pub(super) inputs: Inputs,
}

/// Placeholder → what to ask and whether the answer is secret.
pub(super) type Inputs = HashMap<String, (Option<String>, bool)>;

/// A catalogue item without an id, in the attributes of the catalogue.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    pub name: String,
    pub server_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docs_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_config: Option<LocalConfig>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user_config: BTreeMap<String, Value>,
    pub requires_auth: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_fields: Option<Value>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocalConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    pub arguments: Vec<String>,
    pub environment: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker_image: Option<String>,
    pub transport_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_path: Option<String>,
}

/// A value that was left out because it looks like a secret.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundSecret {
    pub place: Place,
    pub key: String,
    /// Enough to recognise it by, not enough to use it.
    pub masked: String,
    pub reason: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    Environment,
    Header,
    Argument,
    Url,
}

impl Imported {
    pub(super) fn local(name: &str) -> Self {
        let config = LocalConfig {
            transport_type: "stdio",
            ..LocalConfig::default()
        };
        Self::new(Draft {
            name: hazards::name(name),
            server_type: "local",
            local_config: Some(config),
            ..Draft::default()
        })
    }

    /// Without a name it gets that of its host.
    pub(super) fn remote(name: Option<&str>, address: &str) -> Result<Self, ImportError> {
        let parsed = Url::parse(address).ok();
        let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
        let name = name.map_or_else(|| hazards::name_of_host(host), hazards::name);
        let refuse = |why| ImportError::Address {
            name: name.clone(),
            why,
        };
        let url = parsed.ok_or_else(|| refuse("it is not an address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("only http and https addresses are served"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(refuse("it names no host"));
        }
        let mut server = Self::new(Draft {
            name,
            server_type: "remote",
            ..Draft::default()
        });
        server.address(url, address);
        Ok(server)
    }

    fn new(item: Draft) -> Self {
        Self {
            item,
            secrets: Vec::new(),
            warnings: Vec::new(),
            inputs: Inputs::new(),
        }
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// The part for a server that is run here; a remote one has none, and what is written then goes nowhere.
    pub(super) fn config(&mut self) -> &mut LocalConfig {
        self.item.local_config.get_or_insert_default()
    }

    pub(super) fn environment(&mut self, key: &str, value: &str) {
        if let Some(warning) = hazards::of_variable(key) {
            self.warn(warning);
        }
        let entry = match self.judge(key, value) {
            Judgement::Plain => {
                json!({ "key": key, "type": "plain_text", "value": value, "promptOnInstallation": false, "required": false })
            }
            Judgement::Placeholder { secret, about } => prompt(key, secret, about),
            Judgement::Secret { masked, reason } => {
                self.found(Place::Environment, key, masked, reason);
                prompt(key, true, None)
            }
        };
        self.variable(key, entry);
    }

    /// A variable whose value is asked for.
    pub(super) fn asked(&mut self, key: &str) {
        self.variable(key, prompt(key, secret::names_a_secret(key), None));
    }

    /// The last word on a variable counts, as in a shell.
    pub(super) fn variable(&mut self, key: &str, entry: Value) {
        let environment = &mut self.config().environment;
        environment.retain(|known| known["key"] != key);
        environment.push(entry);
    }

    /// Arguments as they are, secrets and placeholders replaced by a question to who installs it.
    pub(super) fn arguments(&mut self, words: &[String]) {
        let mut flag = String::new();
        for word in words {
            let next_flag = word.starts_with('-').then(|| word.clone());
            let (before, name, value) = match word.split_once('=') {
                Some((name, value)) if word.starts_with("--") => {
                    (format!("{name}="), name.to_owned(), value)
                }
                _ if next_flag.is_some() => (String::new(), String::new(), word.as_str()),
                _ => (String::new(), flag.clone(), word.as_str()),
            };
            let value = self.argument(&name, value);
            self.config().arguments.push(format!("{before}{value}"));
            flag = next_flag.unwrap_or_default();
        }
    }

    fn argument(&mut self, flag: &str, value: &str) -> String {
        if let Some(warning) = hazards::of_argument(value) {
            self.warn(warning);
        }
        let count = self.item.user_config.len() + 1;
        match self.judge(flag, value) {
            Judgement::Plain => value.to_owned(),
            Judgement::Placeholder { secret, about } => {
                let field = if value.contains("/path/") {
                    "directory"
                } else {
                    "string"
                };
                self.question(&hazards::key_of(flag, count), field, secret, about)
            }
            Judgement::Secret { masked, reason } => {
                let key = hazards::key_of(flag, count);
                self.found(Place::Argument, &key, masked, reason);
                self.question(&key, "string", true, None)
            }
        }
    }

    /// Adds a field to the installation form; answers what stands for its value.
    pub(super) fn question(
        &mut self,
        key: &str,
        field: &str,
        sensitive: bool,
        about: Option<String>,
    ) -> String {
        let title = hazards::title_of(key);
        let description = about.unwrap_or_else(|| title.clone());
        let asked = json!({ "type": field, "title": title, "description": description, "required": true, "sensitive": sensitive });
        self.item.user_config.insert(key.to_owned(), asked);
        format!("${{user_config.{key}}}")
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        let value = value.trim();
        let token = value.strip_prefix("Bearer ").map(str::trim);
        let judgement = self.judge(name, token.unwrap_or(value));
        if name.eq_ignore_ascii_case("authorization") && token.is_some() {
            if let Judgement::Secret { masked, reason } = judgement {
                self.found(Place::Header, name, masked, reason);
            }
            return self.bearer();
        }
        let key = hazards::key_of(name, 1);
        let about = match judgement {
            Judgement::Plain => {
                let field = json!({ "type": "string", "title": name, "description": "Sent with every request.", "required": false,
                    "default": value, "headerName": name, "promptOnInstallation": false });
                self.item.user_config.insert(key, field);
                return;
            }
            Judgement::Placeholder { about, .. } => about,
            Judgement::Secret { masked, reason } => {
                self.found(Place::Header, name, masked, reason);
                None
            }
        };
        self.header_question(name, about, true);
    }

    /// A header whose value is asked for.
    pub(super) fn header_question(&mut self, name: &str, about: Option<String>, sensitive: bool) {
        let key = hazards::key_of(name, 1);
        self.question(&key, "string", sensitive, about);
        if let Some(field) = self.item.user_config.get_mut(&key) {
            field["headerName"] = json!(name);
            field["title"] = json!(name);
        }
        self.item.requires_auth |= sensitive;
    }

    /// It wants `Authorization: Bearer …`; the token is asked for.
    pub(super) fn bearer(&mut self) {
        self.item.requires_auth = true;
        self.item.auth_fields = Some(
            json!([{ "name": "access_token", "label": "Access token", "type": "password", "required": true }]),
        );
    }

    /// Keeps the address byte for byte where it holds no secret.
    fn address(&mut self, mut url: Url, written: &str) {
        for warning in hazards::of_address(&url) {
            self.warn(warning);
        }
        let mut changed = false;
        if !url.username().is_empty() || url.password().is_some() {
            self.found(
                Place::Url,
                "user and password",
                "••••".to_owned(),
                "stands in the address",
            );
            changed = url.set_username("").is_ok() && url.set_password(None).is_ok();
            self.warn(
                "The user and password of the address were left out: use an access token instead.",
            );
        }
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut questions = Vec::new();
        for (name, value) in &pairs {
            match self.judge(name, value) {
                Judgement::Plain => questions.push(None),
                Judgement::Placeholder { secret, about } => {
                    questions.push(Some(self.question(
                        &hazards::key_of(name, 1),
                        "string",
                        secret,
                        about,
                    )));
                }
                Judgement::Secret { masked, reason } => {
                    let key = hazards::key_of(name, 1);
                    self.found(Place::Url, name, masked, reason);
                    questions.push(Some(self.question(&key, "string", true, None)));
                }
            }
        }
        if questions.iter().any(Option::is_some) {
            url.set_query(None);
            let query: Vec<String> = pairs
                .iter()
                .zip(questions)
                .map(|((name, value), question)| {
                    format!("{name}={}", question.unwrap_or_else(|| value.clone()))
                })
                .collect();
            self.item.server_url = Some(format!("{url}?{}", query.join("&")));
            return;
        }
        self.item.server_url = Some(if changed {
            url.to_string()
        } else {
            written.to_owned()
        });
    }

    fn found(&mut self, place: Place, key: &str, masked: String, reason: &'static str) {
        self.secrets.push(FoundSecret {
            place,
            key: key.to_owned(),
            masked,
            reason,
        });
    }

    fn judge(&self, name: &str, value: &str) -> Judgement {
        secret::judge(name, value, &self.inputs)
    }
}

fn prompt(key: &str, secret: bool, about: Option<String>) -> Value {
    let kind = if secret { "secret" } else { "plain_text" };
    let mut entry =
        json!({ "key": key, "type": kind, "promptOnInstallation": true, "required": true });
    if let Some(about) = about {
        entry["description"] = json!(about);
    }
    entry
}
