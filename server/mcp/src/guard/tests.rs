//! Spellings of addresses that must not be reached, and those that must.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use super::{AddressGuard, Allow, Refused, Resolve};

/// Names that somebody outside controls, and where they lead.
struct FakeResolver(HashMap<&'static str, &'static [&'static str]>);

#[async_trait]
impl Resolve for FakeResolver {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let name = name.trim_end_matches('.');
        let addresses = self.0.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(addresses.iter().map(|text| text.parse().unwrap()).collect())
    }
}

const NAMES: &[(&str, &[&str])] = &[
    (
        "public.example",
        &["93.184.215.14", "2606:2800:21f:cb07::1"],
    ),
    ("localhost", &["127.0.0.1", "::1"]),
    ("localhost.localdomain", &["127.0.0.1"]),
    ("ip6-localhost", &["::1"]),
    ("rebound.example", &["127.0.0.1"]),
    ("private.example", &["10.1.2.3"]),
    ("home.example", &["192.168.1.1"]),
    ("docker.example", &["172.17.0.1"]),
    ("metadata.google.internal", &["169.254.169.254"]),
    ("linklocal.example", &["fe80::1"]),
    ("mapped.example", &["::ffff:127.0.0.1"]),
    ("nat64.example", &["64:ff9b::7f00:1"]),
    ("sixtofour.example", &["2002:7f00:1::"]),
    ("ula.example", &["fd12:3456:789a::1"]),
    ("zero.example", &["0.0.0.0"]),
    ("cgnat.example", &["100.64.0.1"]),
    ("127.0.0.1.nip.io", &["127.0.0.1"]),
    ("mixed.example", &["10.0.0.5", "93.184.215.14"]),
    ("empty.example", &[]),
    ("mcp.internal", &["10.20.30.40"]),
    ("a.corp.example", &["10.20.30.41"]),
    ("stolen.corp.example", &["169.254.169.254"]),
];

fn guard(allow: &str) -> AddressGuard {
    let names = NAMES.iter().copied().collect();
    AddressGuard::with_resolver(Allow::parse(allow).unwrap(), Arc::new(FakeResolver(names)))
}

async fn reaches(guard: &AddressGuard, url: &str) -> Result<Vec<IpAddr>, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let found = guard.resolve(&url).await;
    let found = found.map_err(|error| error.to_string())?;
    Ok(found.into_iter().map(|address| address.ip()).collect())
}

#[rustfmt::skip]
const REFUSED: &[&str] = &[
    // This machine, in every way of writing an IPv4 address.
    "http://127.0.0.1/", "http://127.1/", "http://127.0.1/", "http://127.255.255.254/", "http://2130706433/",
    "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0x7F.1/", "http://0177.0.0.1/", "http://0177.1/",
    "http://017700000001/", "http://127.0.0.01/", "http://127.0x0.0.1/", "http://127.0.0.1./", "http://0x7f.0.0x0.1/",
    "http://%31%32%37.0.0.1/", "http://127%2e0%2e0%2e1/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/",
    "http://127.0.0.1:8080/mcp", "https://127.0.0.1/", "HTTP://127.0.0.1/", "http:\\\\127.0.0.1\\", "http:127.0.0.1",
    "http:///127.0.0.1/", "http://127.0.0.1#@public.example/", "http://127.0.0.1\t/",
    "http://0/", "http://0.0.0.0/", "http://0.1.2.3/", "http://00000000/", "http://0x0/",
    // Its networks.
    "http://10.0.0.1/", "http://10.255.255.255/", "http://0xa.0.0.1/", "http://012.0.0.1/", "http://167772161/",
    "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1/", "http://0300.0250.0.1/", "http://3232235521/",
    "http://100.64.0.1/", "http://100.127.255.255/", "http://198.18.0.1/", "http://192.0.0.1/",
    // Metadata services and link-local addresses.
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
    "http://169.254.170.2/", "http://169.254.0.1/", "http://168.63.129.16/", "http://100.100.100.200/", "http://192.0.0.192/",
    // Reserved, documentation, multicast, broadcast.
    "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://192.88.99.1/", "http://224.0.0.1/",
    "http://239.255.255.250/", "http://240.0.0.1/", "http://255.255.255.255/", "http://4294967295/",
    // IPv6, and IPv4 inside it.
    "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[0000::0001]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[::ffff:0:127.0.0.1]/", "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::7f00:1]/", "http://[2002:7f00:1::]/", "http://[2002:c0a8:1::1]/",
    "http://[2001::1]/", "http://[2001:db8::1]/", "http://[fe80::1]/", "http://[febf::1]/", "http://[fec0::1]/",
    "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[fdff::1]/", "http://[ff02::1]/", "http://[100::1]/",
    "http://[::ffff:169.254.169.254]/", "http://[::ffff:10.0.0.1]/", "http://[2606:4700::5efe:10.0.0.1]/",
    "http://[3fff::1]/", "http://[5f00::1]/", "http://[fe80::1%25eth0]/",
    // Names that lead there.
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://localhost.localdomain/", "http://ip6-localhost/",
    "http://rebound.example/", "http://private.example/", "http://home.example/", "http://docker.example/",
    "http://metadata.google.internal/", "http://linklocal.example/", "http://mapped.example/", "http://nat64.example/",
    "http://sixtofour.example/", "http://ula.example/", "http://zero.example/", "http://cgnat.example/",
    "http://127.0.0.1.nip.io/", "http://ｌｏｃａｌｈｏｓｔ/", "http://empty.example/", "http://unknown.example/",
    // Other schemes, and who is in front of the `@`.
    "http://public.example@127.0.0.1/", "http://public.example:80@127.0.0.1/", "http://user:secret@public.example/",
    "http://public.example%40127.0.0.1/", "file:///etc/passwd", "ftp://public.example/", "gopher://127.0.0.1:70/",
    "unix:/var/run/docker.sock", "data:text/plain,x", "javascript:alert(1)", "http://public.example:0/",
];

#[tokio::test]
async fn no_spelling_of_an_inner_address_gets_through() {
    let guard = guard("");
    assert!(REFUSED.len() >= 80, "{} spellings", REFUSED.len());
    for url in REFUSED {
        let reached = reaches(&guard, url).await;
        assert!(reached.is_err(), "{url} leads to {reached:?}");
    }
}

#[tokio::test]
async fn public_addresses_are_reached() {
    let guard = guard("");
    for (url, address) in [
        ("https://public.example/mcp", "93.184.215.14"),
        ("http://1.1.1.1/", "1.1.1.1"),
        ("http://16843009/", "1.1.1.1"),
        ("http://[2606:4700:4700::1111]/", "2606:4700:4700::1111"),
        ("http://[::ffff:1.1.1.1]/", "::ffff:1.1.1.1"),
        ("http://[64:ff9b::101:101]/", "64:ff9b::101:101"),
        ("http://172.15.0.1/", "172.15.0.1"),
        ("http://172.32.0.1/", "172.32.0.1"),
        ("http://100.63.0.1/", "100.63.0.1"),
        ("http://100.128.0.1/", "100.128.0.1"),
    ] {
        let reached = reaches(&guard, url).await;
        let reached = reached.unwrap_or_else(|error| panic!("{url}: {error}"));
        assert!(reached.contains(&address.parse().unwrap()), "{url}");
    }
}

#[tokio::test]
async fn of_a_name_with_several_addresses_only_the_allowed_ones_are_connected_to() {
    let reached = reaches(&guard(""), "http://mixed.example/").await;
    assert_eq!(
        reached.unwrap(),
        ["93.184.215.14".parse::<IpAddr>().unwrap()]
    );
}

#[tokio::test]
async fn an_administrator_opens_networks_addresses_and_names() {
    let guard = guard("10.1.0.0/16, 192.168.1.1 fd12:3456::/32, mcp.internal *.corp.example");
    for url in [
        "http://10.1.2.3/",
        "http://[::ffff:10.1.2.3]/",
        "http://private.example/",
        "http://192.168.1.1/",
        "http://ula.example/",
        "http://mcp.internal/",
        "http://MCP.internal./",
        "http://a.corp.example/",
    ] {
        let reached = reaches(&guard, url).await;
        assert!(reached.is_ok(), "{url}: {reached:?}");
    }
    for url in [
        "http://10.2.0.1/",
        "http://192.168.1.2/",
        "http://127.0.0.1/",
        "http://10.20.30.40/",
    ] {
        assert!(reaches(&guard, url).await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn an_allowed_name_does_not_open_the_metadata_service() {
    let by_name = guard("*.corp.example");
    assert!(
        reaches(&by_name, "http://stolen.corp.example/")
            .await
            .is_err()
    );
    let by_address = guard("169.254.169.254/32");
    assert!(
        reaches(&by_address, "http://169.254.169.254/")
            .await
            .is_ok()
    );
}

#[test]
fn an_unreadable_entry_is_named() {
    let error = Allow::parse("10.0.0.0/8, http://mcp.internal/").unwrap_err();
    assert!(error.contains("http://mcp.internal/"), "{error}");
    assert!(Allow::parse("*corp.example").is_err());
    assert!(Allow::parse("10.0.0.0/33").is_err());
}

#[tokio::test]
async fn a_refusal_says_what_is_there_and_who_can_allow_it() {
    let url = Url::parse("http://private.example/").unwrap();
    let refused = guard("").resolve(&url).await.unwrap_err();
    let text = refused.to_string();
    assert!(matches!(refused, Refused::Address { .. }));
    assert!(
        text.contains("private.example") && text.contains("10.1.2.3"),
        "{text}"
    );
    assert!(text.contains("administrator"), "{text}");
}

#[test]
fn a_refused_url_is_shown_without_its_secrets() {
    let url = Url::parse("http://user:hunter2@public.example/?key=hunter3").unwrap();
    let text = guard("").check_url(&url).unwrap_err().to_string();
    assert!(!text.contains("hunter"), "{text}");
}
