//! The second line: nothing of the bundle should hold a secret, and what is known as one is taken out all the same.

use std::fs;
use std::path::Path;

use url::Url;

use crate::config::{Environment, VARIABLES};

const MASK: &str = "********";
/// Anything shorter is found in ordinary text as well.
const SHORTEST: usize = 8;
/// Of the data directory, each one secret.
const FILES: [&str; 3] = [".auth_secret", ".auth_secret_previous", "postgres/password"];

pub(super) struct Redaction(Vec<String>);

impl Redaction {
    pub(super) fn new(environment: &Environment, directory: Option<&Path>) -> Self {
        let mut secrets = Vec::new();
        for variable in VARIABLES {
            let given = environment.get(variable.name);
            if variable.secret && given != variable.default {
                secrets.extend(given.map(str::to_owned));
            }
        }
        for value in environment.values() {
            secrets.extend(
                Url::parse(value)
                    .ok()
                    .into_iter()
                    .flat_map(|url| of_url(&url)),
            );
        }
        let files = directory
            .into_iter()
            .flat_map(|directory| FILES.map(|file| directory.join(file)));
        secrets.extend(
            files.filter_map(|file| Some(fs::read_to_string(file).ok()?.trim().to_owned())),
        );
        secrets.retain(|secret| secret.len() >= SHORTEST);
        // One may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    pub(super) fn apply(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

/// A password as it stands in the address, and as it is.
fn of_url(url: &Url) -> Vec<String> {
    let Some(password) = url.password() else {
        return Vec::new();
    };
    let plain =
        url::form_urlencoded::parse(format!("={}", password.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, plain)| plain.into_owned());
    [Some(password.to_owned()), plain]
        .into_iter()
        .flatten()
        .collect()
}
