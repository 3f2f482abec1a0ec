//! Addresses that are not the public internet, in all the forms in which IPv6 can carry an IPv4 address.
//!
//! Sources: IANA's special-purpose address registries (RFC 6890 and its updates), and the metadata addresses that the
//! large clouds document.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Unspecified,
    Loopback,
    LinkLocal,
    Metadata,
    Private,
    Shared,
    Reserved,
    Multicast,
    Translated,
}

impl Kind {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Unspecified => "this machine itself (an unspecified address)",
            Self::Loopback => "this machine itself (loopback)",
            Self::LinkLocal => "link-local",
            Self::Metadata => "a cloud's metadata service",
            Self::Private => "in a private network",
            Self::Shared => "in a carrier's shared network",
            Self::Reserved => "reserved",
            Self::Multicast => "multicast",
            Self::Translated => "in a range that is translated to another network",
        }
    }
}

/// `None` for a public address.
pub(super) fn kind(address: IpAddr) -> Option<Kind> {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Option<Kind> {
    let [a, b, c, d] = address.octets();
    Some(match (a, b, c, d) {
        // Azure's wire server, Alibaba's and Oracle's metadata, and the one that all others use.
        (168, 63, 129, 16) | (169, 254, 169 | 170, _) | (100, 100, 100, 200) | (192, 0, 0, 192) => {
            Kind::Metadata
        }
        (0, ..) => Kind::Unspecified,
        (127, ..) => Kind::Loopback,
        (169, 254, ..) => Kind::LinkLocal,
        (10, ..) | (172, 16..=31, ..) | (192, 168, ..) => Kind::Private,
        (100, 64..=127, ..) => Kind::Shared,
        (192, 0, 0 | 2, _)
        | (192, 88, 99, _)
        | (198, 18 | 19, ..)
        | (198, 51, 100, _)
        | (203, 0, 113, _)
        | (240..=255, ..) => Kind::Reserved,
        (224..=239, ..) => Kind::Multicast,
        _ => return None,
    })
}

fn v6(address: Ipv6Addr) -> Option<Kind> {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => return Some(Kind::Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => return Some(Kind::Loopback),
        // Amazon's metadata address in IPv6.
        [0xfd00, 0x0ec2, ..] => return Some(Kind::Metadata),
        // Local-use translation (RFC 8215), Teredo and the rest of 2001::/23, 6to4: nobody serves MCP there.
        [0x0064, 0xff9b, 1, ..] | [0x2001, 0..=0x01ff, ..] | [0x2002, ..] => {
            return Some(Kind::Translated);
        }
        _ => {}
    }
    if let Some(embedded) = embedded_v4(address) {
        return v4(embedded);
    }
    Some(match segments[0] {
        0xfc00..=0xfdff | 0xfec0..=0xfeff => Kind::Private,
        0xfe80..=0xfebf => Kind::LinkLocal,
        0xff00..=0xffff => Kind::Multicast,
        // Only 2000::/3 is in use at all, and parts of that are for documentation.
        0x2001 if segments[1] == 0x0db8 => Kind::Reserved,
        0x3fff if segments[1] < 0x1000 => Kind::Reserved,
        0x2000..=0x3fff => return None,
        _ => Kind::Reserved,
    })
}

/// The IPv4 address that a mapped, compatible, translated or ISATAP address leads to.
pub(super) fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let embedded = match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [_, _, _, _, 0 | 0x0200, 0x5efe, high, low] => (u32::from(high) << 16) | u32::from(low),
        _ => return None,
    };
    Some(Ipv4Addr::from(embedded))
}
