//! From a secret's name to Vault's API path, for both versions of its key-value engine.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use crate::reference::check_path;
use crate::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KvVersion {
    One,
    Two,
}

impl KvVersion {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
        }
    }

    fn default_prefix(self) -> &'static str {
        match self {
            Self::One => "secret/archestra",
            Self::Two => "secret/data/archestra",
        }
    }
}

#[derive(Debug)]
pub(super) struct Paths {
    kv: KvVersion,
    prefix: String,
    metadata: String,
}

impl Paths {
    pub(super) fn new(kv: KvVersion, prefix: Option<&str>, metadata: Option<&str>) -> Result<Self> {
        let prefix = prefix.unwrap_or(kv.default_prefix()).trim_matches('/');
        check_path(prefix)?;
        let metadata = match (kv, metadata) {
            (KvVersion::One, _) => prefix.to_owned(),
            (KvVersion::Two, Some(given)) => given.trim_matches('/').to_owned(),
            (KvVersion::Two, None) => swapped(prefix).ok_or_else(|| {
                Error::Invalid(format!(
                    "ARCHESTRA_HASHICORP_VAULT_SECRET_PATH={prefix} has no /data/ in it, which paths of KV 2 have after \
                     their mount, as in secret/data/archestra. Correct it, set ARCHESTRA_HASHICORP_VAULT_KV_VERSION=1, or \
                     set ARCHESTRA_HASHICORP_VAULT_SECRET_METADATA_PATH"
                ))
            })?,
        };
        check_path(&metadata)?;
        Ok(Self {
            kv,
            prefix: prefix.to_owned(),
            metadata,
        })
    }

    pub(super) fn kv(&self) -> KvVersion {
        self.kv
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) fn metadata_prefix(&self) -> &str {
        &self.metadata
    }

    pub(super) fn of(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// Where KV 2 lists and deletes; KV 1 does it where it reads.
    pub(super) fn metadata_of(&self, path: &str) -> Result<String> {
        let path = path.trim_matches('/');
        if self.kv == KvVersion::One {
            return Ok(path.to_owned());
        }
        let below = path
            .strip_prefix(self.prefix.as_str())
            .filter(|rest| rest.is_empty() || rest.starts_with('/'));
        if let Some(rest) = below {
            return Ok(format!("{}{rest}", self.metadata));
        }
        swapped(path).ok_or_else(|| {
            Error::Invalid(format!(
                "{path:?} has no /data/ after its mount, which paths of KV 2 have. Example: secret/data/teams/payments"
            ))
        })
    }

    /// The usual mistake, for who finds nothing at a path.
    pub(super) fn hint(&self, path: &str) -> &'static str {
        if self.kv == KvVersion::Two && swapped(path).is_none() {
            " (in KV 2 a path has /data/ after its mount)"
        } else {
            ""
        }
    }
}

/// The first segment `data` after the mount is what tells values from metadata; a mount may have several segments.
fn swapped(path: &str) -> Option<String> {
    let mut segments: Vec<&str> = path.split('/').collect();
    let data = segments
        .iter()
        .skip(1)
        .position(|segment| *segment == "data")?
        + 1;
    segments[data] = "metadata";
    Some(segments.join("/"))
}

/// For a URL. Slashes stay, everything else that is not plain is escaped.
pub(super) fn encode(path: &str) -> Result<String> {
    check_path(path)?;
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Ok(encoded)
}
