#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<SecretStores, ConfigError> {
    let pairs = pairs.iter();
    let environment = Environment::from_pairs(pairs.map(|(name, value)| {
        let name = match name.strip_prefix("VAULT_") {
            Some(rest) => format!("ARCHESTRA_HASHICORP_VAULT_{rest}"),
            None => (*name).to_owned(),
        };
        (name, (*value).to_owned())
    }));
    SecretStores::read(&environment)
}

const MANAGER: &str = "ARCHESTRA_SECRETS_MANAGER";
const ADDRESS: (&str, &str) = ("VAULT_ADDR", "http://127.0.0.1:8200");

#[test]
fn the_store_is_named_in_any_case() {
    for (name, mode) in [
        ("db", Mode::Database),
        ("Keyring", Mode::Keyring),
        ("Vault", Mode::Vault),
        ("readonly_VAULT", Mode::ReadonlyVault),
    ] {
        let stores = read(&[(MANAGER, name), ADDRESS, ("VAULT_TOKEN", "t")]).unwrap();
        assert_eq!((stores.mode, stores.configured), (mode, mode));
        assert!(stores.degraded.is_none());
        assert!(stores.vault.is_some(), "secrets may be there still");
    }
}

#[test]
fn what_vault_lacks_is_named_and_secrets_go_to_the_database_unless_that_is_forbidden() {
    let method = |method| ("VAULT_AUTH_METHOD", method);
    for (given, missing) in [
        (vec![], "VAULT_ADDR and ARCHESTRA_HASHICORP_VAULT_TOKEN"),
        (vec![ADDRESS], "VAULT_TOKEN"),
        (
            vec![ADDRESS, method("K8S"), ("VAULT_TOKEN", "t")],
            "VAULT_K8S_ROLE",
        ),
        (vec![ADDRESS, method("aws")], "VAULT_AWS_ROLE"),
    ] {
        let mut given = given;
        given.push((MANAGER, "VAULT"));
        let stores = read(&given).unwrap();
        assert_eq!(
            (stores.mode, stores.configured),
            (Mode::Database, Mode::Vault)
        );
        let reason = stores.degraded.unwrap().reason;
        assert!(reason.contains(missing), "{reason}");
        given.push(("ARCHESTRA_SECRETS_STRICT", "true"));
        let refused = read(&given).unwrap_err().to_string();
        assert!(refused.contains(missing), "{refused}");
    }
}

#[test]
fn a_reference_to_the_database_needs_vault_and_a_path_with_a_key() {
    let name = "ARCHESTRA_DATABASE_URL_VAULT_REF";
    let complete = [ADDRESS, ("VAULT_TOKEN", "t")];
    let with = |value| read(&[complete[0], complete[1], (name, value)]);
    let found = with("secret/data/a:b:url").unwrap().database_url.unwrap();
    assert_eq!(
        (found.path.as_str(), found.key.as_str()),
        ("secret/data/a:b", "url")
    );
    let refused = read(&[(name, "a:b")]).unwrap_err().to_string();
    assert!(refused.contains("VAULT_ADDR"), "{refused}");
    assert!(with("a/../b:url").is_err());
}

#[test]
fn a_file_of_certificates_that_holds_none_is_refused() {
    let refused = read(&[ADDRESS, ("VAULT_TOKEN", "t"), ("VAULT_CACERT", "/dev/null")]);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("VAULT_CACERT") && refused.contains("PEM"),
        "{refused}"
    );
}
