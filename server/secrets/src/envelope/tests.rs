#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::key::AuthSecret;

const HERE: Place<'static> = Place {
    table: "secret_fields",
    row: Uuid::from_u128(7),
    version: 3,
    field: "token",
};

fn cipher(secret: &str) -> Cipher {
    Cipher::new(&AuthSecret::new(&SecretString::from(secret)).derive("test"))
}

#[test]
fn a_value_comes_back_and_never_looks_the_same_twice() {
    let cipher = cipher("a secret of some length");
    for value in ["", "hunter2", "ünïcödé\n\0"] {
        let value = SecretString::from(value);
        let (first, second) = (cipher.seal(HERE, &value), cipher.seal(HERE, &value));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_ne!(first, second, "the nonce is random");
        for envelope in [&first, &second] {
            let opened = cipher.open(HERE, envelope).unwrap();
            assert_eq!(opened.expose_secret(), value.expose_secret());
        }
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_noticed() {
    let cipher = cipher("a secret of some length");
    let envelope = cipher.seal(HERE, &"hunter2".into()).unwrap();
    for index in 0..envelope.len() {
        let mut changed = envelope.clone();
        changed[index] ^= 1;
        assert!(cipher.open(HERE, &changed).is_err(), "byte {index}");
        assert!(
            cipher.open(HERE, &envelope[..index]).is_err(),
            "cut at {index}"
        );
    }
}

#[test]
fn a_value_cannot_be_moved_or_opened_with_another_key() {
    let right = cipher("a secret of some length");
    let envelope = right.seal(HERE, &"hunter2".into()).unwrap();
    let elsewhere = [
        Place {
            row: Uuid::from_u128(8),
            ..HERE
        },
        Place {
            field: "token2",
            ..HERE
        },
        Place { field: "", ..HERE },
        Place { version: 4, ..HERE },
        Place {
            table: "tokens",
            ..HERE
        },
    ];
    for place in elsewhere {
        let refused = right.open(place, &envelope).unwrap_err();
        assert!(matches!(refused, Error::Tampered { .. }), "{place:?}");
        assert!(!refused.to_string().contains("hunter2"));
    }
    let other = cipher("another secret of some length").open(HERE, &envelope);
    assert!(matches!(other, Err(Error::Tampered { .. })));
}

#[test]
fn a_newer_envelope_is_told_from_a_broken_one() {
    let cipher = cipher("a secret of some length");
    let mut envelope = cipher.seal(HERE, &"hunter2".into()).unwrap();
    envelope[0] = VERSION + 1;
    let refused = cipher.open(HERE, &envelope).unwrap_err();
    assert!(matches!(refused, Error::NewerEnvelope { version: 3, .. }));
}

#[test]
fn an_envelope_without_the_rows_version_opens_only_to_be_written_anew() {
    let cipher = cipher("a secret of some length");
    let old = cipher.seal_unversioned(HERE, &"hunter2".into()).unwrap();
    assert!(matches!(
        cipher.open(HERE, &old),
        Err(Error::Tampered { .. })
    ));
    let opened = cipher.open_unversioned(HERE, &old).unwrap();
    assert_eq!(opened.expose_secret(), "hunter2");
    let new = cipher.seal(HERE, &opened).unwrap();
    assert!(cipher.open_unversioned(HERE, &new).is_err());
}

#[test]
fn keys_for_two_purposes_have_nothing_in_common() {
    let secret = AuthSecret::new(&SecretString::from("a secret of some length"));
    let keys = [secret.derive("sessions"), secret.derive("secrets/database")];
    assert_ne!(keys[0], keys[1]);
    assert_eq!(
        keys[0],
        secret.derive("sessions"),
        "but each is the same again"
    );
}
