//! That each kind of failure says what happened and what mends it.

use kube::core::Status;

use super::*;

fn answered(code: u16, message: &str) -> kube::Error {
    kube::Error::Api(Box::new(Status {
        code,
        message: message.to_owned(),
        ..Status::default()
    }))
}

#[test]
fn expired_credentials_are_told_from_missing_rights() {
    let expired = refused("list the servers", &answered(401, "Unauthorized"));
    assert!(matches!(&expired, Error::Unavailable { fix, .. } if fix.contains("expired")));
    let forbidden = refused(
        "list the servers",
        &answered(403, "deployments.apps is forbidden"),
    );
    let text = forbidden.to_string();
    assert!(text.starts_with("could not list the servers"), "{text}");
    assert!(text.contains("deployments.apps is forbidden"), "{text}");
}

#[test]
fn a_cluster_that_is_unwell_is_away_and_one_that_refuses_is_not() {
    for code in [429, 500, 503] {
        let error = refused("x", &answered(code, "etcdserver: request timed out"));
        assert!(matches!(error, Error::Unavailable { .. }), "{code}");
    }
    let invalid = refused("start it", &answered(422, "spec is invalid"));
    assert!(matches!(invalid, Error::InvalidSpec { .. }));
    let conflict = refused("start it", &answered(409, "try again"));
    assert!(matches!(conflict, Error::Refused { .. }));
}
