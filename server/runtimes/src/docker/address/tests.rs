//! Which address of another container is of use here.
#![expect(clippy::expect_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

fn container(networks: &Value) -> ContainerInspectResponse {
    let inspected = json!({ "Id": "c", "NetworkSettings": { "Networks": networks } });
    serde_json::from_value(inspected).expect("an inspected container")
}

#[test]
fn only_a_network_of_both_has_an_address_that_is_reached() {
    let there = container(&json!({
        "bridge": { "IPAddress": "172.17.0.3" }, "tools": { "IPAddress": "172.20.0.3" },
    }));
    let neighbour = container(&json!({ "tools": { "IPAddress": "172.20.0.2" }, "own": {} }));
    let stranger = container(&json!({ "own": { "IPAddress": "172.21.0.2" } }));
    assert_eq!(common(&neighbour, &there).as_deref(), Some("172.20.0.3"));
    assert_eq!(common(&stranger, &there), None);
}

#[test]
fn an_address_of_version_6_stands_in_brackets_and_an_empty_one_is_none() {
    let here = container(&json!({ "tools": {} }));
    let six = json!({ "tools": { "IPAddress": "", "GlobalIPv6Address": "fd00::3" } });
    let host = json!({ "tools": { "IPAddress": "" } });
    assert_eq!(
        common(&here, &container(&six)).as_deref(),
        Some("[fd00::3]")
    );
    assert_eq!(common(&here, &container(&host)), None);
}
