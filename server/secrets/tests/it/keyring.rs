//! The keyring of the operating system: gnome-keyring on a bus of its own.

use secrecy::{ExposeSecret as _, SecretString};
use secrets::stores::SecretStore as _;
use secrets::stores::keyring::Keyring;
use secrets::{Error, Mode};
use testkit::database::TestDatabase;
use testkit::keyring::{Session, inside};
use uuid::Uuid;

use crate::matrix::steps;
use crate::site::{fields, open, pairs, plain};

const ID: Uuid = Uuid::from_u128(7);

#[tokio::test]
async fn an_open_keyring_goes_through_every_step() {
    let name = "keyring::an_open_keyring_goes_through_every_step";
    if !inside(Session::Unlocked, name).unwrap() {
        return;
    }
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, Mode::Keyring, None).await;
    steps(&secrets, &open(&test, Mode::Keyring, None).await).await;
    let large = "x".repeat(50_000);
    secrets
        .put(ID, "cluster-a", &fields(&[("kubeconfig", &large)]))
        .await
        .unwrap();
    assert_eq!(
        plain(secrets.get(ID).await.unwrap()),
        pairs(&[("kubeconfig", &large)])
    );
    let kept = "SELECT count(*) FROM secret_fields WHERE secret_id = '00000000-0000-0000-0000-000000000007'";
    assert_eq!(test.text(kept).await.unwrap().as_deref(), Some("0"));
    let (keyring, value) = (Keyring::default(), SecretString::from("a value"));
    // Also where a runtime is driven; its driver has one of its own.
    keyring.write("auth-secret of /somewhere", &value).unwrap();
    let back = Keyring::default()
        .read("auth-secret of /somewhere")
        .unwrap();
    assert_eq!(back.unwrap().expose_secret(), "a value");
    keyring.remove("auth-secret of /somewhere").unwrap();
    keyring.remove("auth-secret of /somewhere").unwrap();
    assert!(keyring.read("auth-secret of /somewhere").unwrap().is_none());
}

#[tokio::test]
async fn a_locked_keyring_says_that_it_is_locked() {
    let name = "keyring::a_locked_keyring_says_that_it_is_locked";
    if !inside(Session::Locked, name).unwrap() {
        return;
    }
    let refused = Keyring::default().check().await.unwrap_err().to_string();
    assert!(
        refused.contains("locked") && refused.contains("Unlock it"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_session_without_a_keyring_says_what_to_start() {
    let name = "keyring::a_session_without_a_keyring_says_what_to_start";
    if !inside(Session::Absent, name).unwrap() {
        return;
    }
    let test = TestDatabase::create().await.unwrap();
    let secrets = open(&test, Mode::Keyring, None).await;
    let refused = secrets
        .put(ID, "a", &fields(&[("KEY", "1")]))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
    assert!(refused.to_string().contains("gnome-keyring"), "{refused}");
    assert!(
        secrets.get(ID).await.unwrap().is_none(),
        "no row without a value"
    );
}
