//! What the tests have in common: stores as configured, and how their secrets look.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use secrets::stores::vault::{Auth, KvVersion, Settings};
use secrets::{Fields, Mode, Options, Secrets};
use testkit::bao::{Bao, ROOT};
use testkit::database::TestDatabase;

pub(crate) const AUTH_SECRET: &str = "an auth secret of thirty-two characters";

pub(crate) fn fields(pairs: &[(&str, &str)]) -> Fields {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
        .collect()
}

pub(crate) fn plain(fields: Option<Fields>) -> Vec<(String, String)> {
    let fields = fields.unwrap_or_default().into_iter();
    fields
        .map(|(name, value)| (name, value.expose_secret().to_owned()))
        .collect()
}

pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    plain(Some(fields(pairs)))
}

pub(crate) fn token(value: &str) -> Auth {
    Auth::Token(SecretString::from(value))
}

/// Nothing is taken from memory, and nobody is patient.
pub(crate) fn vault(bao: &Bao, kv: KvVersion, auth: Auth) -> Settings {
    Settings {
        address: bao.address.clone(),
        auth,
        kv,
        prefix: match kv {
            KvVersion::One => Some("kv1/archestra".to_owned()),
            KvVersion::Two => None,
        },
        metadata_prefix: None,
        namespace: None,
        ca_file: None,
        read_only: false,
        timeout: Duration::from_millis(500),
        cache_for: Duration::ZERO,
    }
}

pub(crate) fn root(bao: &Bao, kv: KvVersion) -> Settings {
    vault(bao, kv, token(ROOT))
}

pub(crate) fn options(mode: Mode, vault: Option<Settings>) -> Options {
    Options {
        mode,
        configured: mode,
        vault,
        ..Options::new(SecretString::from(AUTH_SECRET))
    }
}

pub(crate) async fn open(test: &TestDatabase, mode: Mode, vault: Option<Settings>) -> Secrets {
    Secrets::start(test.db.clone(), options(mode, vault))
        .await
        .unwrap()
}
