//! `path#key`: a value that somebody else keeps in Vault.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// As Vault's API names it, so with `/data/` in KV 2.
    pub path: String,
    pub key: String,
}

impl Reference {
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.trim().split_once('#');
        let (path, key) = parts.unwrap_or_default();
        Self::new(path, key)
    }

    /// A path has no empty, `.` or `..` segment: it could name more than it shows.
    pub fn new(path: &str, key: &str) -> Result<Self> {
        let path = path.trim().trim_matches('/');
        check_path(path)?;
        if key.trim().is_empty() || key.contains('#') {
            return Err(Error::Invalid(
                "A reference names a path in Vault and a key there, as in `secret/data/team/openai#api_key`.".into(),
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            key: key.trim().to_owned(),
        })
    }

    /// Whether it leads below a folder.
    pub fn is_in(&self, folder: &str) -> bool {
        let rest = self.path.strip_prefix(folder);
        rest.is_some_and(|rest| rest.starts_with('/'))
    }
}

pub(crate) fn check_path(path: &str) -> Result<()> {
    let good = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && !segment.contains(|c: char| c.is_control() || c == '#')
    };
    if path.split('/').all(good) {
        Ok(())
    } else {
        Err(Error::Invalid(format!(
            "{path:?} is not a path in Vault: it has an empty segment, `.`, `..` or a `#`. Example: secret/data/team/openai"
        )))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.path, self.key)
    }
}
