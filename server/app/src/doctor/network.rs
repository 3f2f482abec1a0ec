//! Addresses: what `localhost` is, and whether this machine has the kind of address that is listened on.

use std::net::{IpAddr, ToSocketAddrs as _, UdpSocket};

use super::{Finding, Patient};
use crate::config::Environment;

pub(super) fn localhost(_: &Environment) -> Vec<Finding> {
    let fault = |found: String| {
        vec![Finding::fault(
            "localhost",
            found,
            "browsers and agents that open http://localhost do not get here",
            "Put the line `127.0.0.1 localhost` into /etc/hosts.",
        )]
    };
    let found: Vec<IpAddr> = match ("localhost", 0).to_socket_addrs() {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(error) => return fault(format!("the name localhost is not known here: {error}")),
    };
    if let Some(foreign) = found.iter().find(|address| !address.is_loopback()) {
        return fault(format!(
            "localhost leads to {foreign}, which is not this machine's own"
        ));
    }
    if !found.iter().any(IpAddr::is_ipv4) {
        return fault("localhost is ::1 alone, and the program listens on 127.0.0.1".to_owned());
    }
    vec![Finding::ok("localhost", "is this machine")]
}

/// Sends nothing: a datagram socket only asks for the way.
fn has_way(from: &str, to: &str) -> bool {
    UdpSocket::bind((from, 0)).is_ok_and(|socket| socket.connect((to, 9)).is_ok())
}

pub(super) fn address(patient: &Patient) -> Vec<Finding> {
    let bind = patient.config.bind;
    // Addresses for documentation (RFC 5737, RFC 3849), which nobody has.
    let (four, six) = (
        has_way("0.0.0.0", "192.0.2.1"),
        has_way("::", "2001:db8::1"),
    );
    if bind.is_ipv4() && !bind.is_loopback() && !four && six {
        return vec![Finding::fault(
            "address",
            format!("this machine has IPv6 only, and {bind} is IPv4"),
            "no other machine reaches the server",
            "Set ARCHESTRA_BIND_ADDRESS=::",
        )];
    }
    if bind.is_ipv6() && !bind.is_loopback() && four && !six {
        return vec![Finding::warning(
            "address",
            format!("this machine has IPv4 only, and {bind} is IPv6"),
            "where the system keeps the two apart, no other machine reaches the server",
            "Set ARCHESTRA_BIND_ADDRESS=0.0.0.0",
        )];
    }
    if !four && !six {
        return vec![Finding::ok("address", "this machine is offline")];
    }
    vec![Finding::ok("address", format!("{bind} suits this machine"))]
}
