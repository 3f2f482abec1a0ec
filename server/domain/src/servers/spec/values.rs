//! The values of an installation form, and where `${user_config.KEY}` puts them.

use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use secrecy::ExposeSecret as _;
use secrets::Fields;
use serde_json::Value;

use super::entries;

/// What was entered for one key of an item's `userConfig`, or its default.
pub(in crate::servers) struct Entered {
    key: String,
    pub(in crate::servers) text: String,
    pub(in crate::servers) is_sensitive: bool,
    is_multiple: bool,
    /// A remote server gets it as this header.
    pub(in crate::servers) header: Option<String>,
}

pub(in crate::servers) struct UserConfig {
    entered: Vec<Entered>,
    missing: Vec<String>,
}

impl Entered {
    /// The key as an environment variable: in capitals, everything else an underscore.
    pub(in crate::servers) fn variable(&self) -> String {
        let letters = self.key.chars().map(|letter| {
            let is_plain = letter.is_ascii_alphanumeric();
            if is_plain {
                letter.to_ascii_uppercase()
            } else {
                '_'
            }
        });
        letters.collect()
    }

    /// A list stands for several arguments.
    fn arguments(&self) -> Vec<String> {
        let list = self
            .is_multiple
            .then(|| serde_json::from_str::<Vec<Value>>(&self.text).ok());
        match list.flatten() {
            Some(list) => list.iter().filter_map(as_text).collect(),
            None => vec![self.text.clone()],
        }
    }
}

impl UserConfig {
    pub(in crate::servers) fn read(item: &CatalogItem, row: &McpServer, secrets: &Fields) -> Self {
        let mut config = Self {
            entered: Vec::new(),
            missing: Vec::new(),
        };
        let declared = item.user_config.as_ref().and_then(Value::as_object);
        for (key, about) in declared.into_iter().flatten() {
            let flag = |name: &str| about.get(name).and_then(Value::as_bool) == Some(true);
            let secret = secrets.get(&user_field(key));
            let text = secret
                .map(|value| value.expose_secret().to_owned())
                .or_else(|| row.user_config_values.get(key).and_then(as_text))
                .or_else(|| about.get("default").and_then(as_text));
            match text.filter(|text| !text.is_empty()) {
                Some(text) => config.entered.push(Entered {
                    key: key.clone(),
                    text,
                    is_sensitive: flag("sensitive"),
                    is_multiple: flag("multiple"),
                    header: about.get("headerName").and_then(as_text),
                }),
                None if flag("required") => config.missing.push(key.clone()),
                None => {}
            }
        }
        config
    }

    pub(in crate::servers) fn missing(&self) -> Vec<String> {
        self.missing.clone()
    }

    pub(in crate::servers) fn values(&self) -> impl Iterator<Item = &Entered> {
        self.entered.iter()
    }

    /// What was entered under a key; what was not is left out.
    pub(in crate::servers) fn interpolate(&self, text: &str) -> String {
        let mut result = text.to_owned();
        for entered in &self.entered {
            result = result.replace(&placeholder(&entered.key), &entered.text);
        }
        without_placeholders(&result)
    }

    pub(super) fn arguments(&self, config: &Value) -> Vec<String> {
        let mut arguments = Vec::new();
        for argument in entries(config, "arguments").filter_map(as_text) {
            let whole = self
                .entered
                .iter()
                .find(|entered| argument == placeholder(&entered.key));
            if let Some(entered) = whole {
                arguments.extend(entered.arguments());
                continue;
            }
            let text = self.interpolate(&argument);
            // An argument that was nothing but a value nobody entered is no argument.
            if !text.is_empty() || argument.is_empty() {
                arguments.push(text);
            }
        }
        arguments
    }
}

/// The field of an installation's secret that holds a sensitive value.
pub(in crate::servers) fn user_field(key: &str) -> String {
    format!("user_config/{key}")
}

pub(in crate::servers) fn is_secret(entry: &Value) -> bool {
    entry.get("type").and_then(Value::as_str) == Some("secret")
}

/// Numbers and switches as a shell would have them.
pub(super) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(_) => Some(value.to_string()),
        Value::Null | Value::Object(_) => None,
    }
}

const OPEN: &str = "${user_config.";

fn placeholder(key: &str) -> String {
    format!("{OPEN}{key}}}")
}

fn without_placeholders(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((_, after)) = after.split_once('}') else {
            break;
        };
        result.push_str(before);
        rest = after;
    }
    result.push_str(rest);
    result
}
