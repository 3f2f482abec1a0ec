//! Fingerprints: what changes them, and that nothing is to be read from them.

use super::*;

fn spec() -> ServerSpec {
    ServerSpec {
        id: Uuid::nil(),
        name: "files".to_owned(),
        image: None,
        command: Some("npx".to_owned()),
        args: vec!["-y".to_owned(), "server".to_owned()],
        env: BTreeMap::from([("A".to_owned(), "1".to_owned())]),
        secret_env: BTreeMap::from([("TOKEN".to_owned(), "hunter2".into())]),
        secret_files: BTreeMap::new(),
        transport: Transport::Stdio,
        resources: Resources::default(),
        pull_secrets: Vec::new(),
        service_account: None,
    }
}

#[test]
fn equal_specs_have_equal_fingerprints() {
    assert_eq!(spec().fingerprint(), spec().fingerprint());
}

#[test]
fn a_fingerprint_fits_into_a_label() {
    let fingerprint = spec().fingerprint();
    assert_eq!(fingerprint.len(), 32);
    assert!(fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn whatever_a_server_would_notice_changes_the_fingerprint() {
    let changes: [fn(&mut ServerSpec); 11] = [
        |spec| spec.id = Uuid::max(),
        |spec| spec.name = "other".to_owned(),
        |spec| spec.image = Some("npx".to_owned()),
        |spec| spec.command = None,
        |spec| spec.args = vec!["-yserver".to_owned()],
        |spec| spec.env = BTreeMap::from([("A1".to_owned(), String::new())]),
        |spec| spec.secret_env = BTreeMap::from([("TOKEN".to_owned(), "other".into())]),
        |spec| spec.secret_files = std::mem::take(&mut spec.secret_env),
        |spec| spec.resources.memory_bytes += 1,
        |spec| spec.service_account = Some("operator".to_owned()),
        |spec| {
            spec.transport = Transport::Http {
                port: 80,
                path: "/mcp".to_owned(),
            };
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut other = spec();
        change(&mut other);
        assert_ne!(other.fingerprint(), spec().fingerprint(), "change {index}");
    }
}

#[test]
fn a_password_of_a_registry_does_not_restart_a_running_server() {
    let mut changed = spec();
    changed.pull_secrets.push(PullSecret {
        registry: "ghcr.io".to_owned(),
        username: "someone".to_owned(),
        password: "rotated".into(),
    });
    assert_eq!(changed.fingerprint(), spec().fingerprint());
}

#[test]
fn debug_output_shows_no_secret() {
    assert!(!format!("{:?}", spec()).contains("hunter2"));
}

#[test]
fn names_that_would_leave_their_place_are_refused() {
    for name in ["", "..", "a/b", "../../etc/passwd"] {
        let mut spec = spec();
        let files = &mut spec.secret_files;
        files.insert(name.to_owned(), "x".into());
        assert!(
            matches!(spec.check(), Err(Error::InvalidSpec { .. })),
            "{name}"
        );
    }
    for name in ["", "A=B"] {
        let mut spec = spec();
        spec.env.insert(name.to_owned(), String::new());
        assert!(
            matches!(spec.check(), Err(Error::InvalidSpec { .. })),
            "{name}"
        );
    }
}
