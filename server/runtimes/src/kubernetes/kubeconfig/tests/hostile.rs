//! The table of hostile uploads. None may be used, none may leave a trace.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::*;

struct Hostile {
    what: &'static str,
    text: String,
}

/// `$TRACE` stands for a file that must not come into being, `$CANARY` for one that must not be read.
fn cluster(what: &'static str, fields: &str) -> Hostile {
    Hostile {
        what,
        text: of(
            &format!(r#"{{"server": "https://k.example", {fields}}}"#),
            "{}",
        ),
    }
}

fn user(what: &'static str, user: &str) -> Hostile {
    Hostile {
        what,
        text: of(r#"{"server": "https://k.example"}"#, user),
    }
}

fn server(what: &'static str, address: &str) -> Hostile {
    Hostile {
        what,
        text: of(&format!(r#"{{"server": "{address}"}}"#), "{}"),
    }
}

fn text(what: &'static str, text: impl Into<String>) -> Hostile {
    Hostile {
        what,
        text: text.into(),
    }
}

fn programs() -> Vec<Hostile> {
    vec![
        user(
            "runs a program",
            r#"{"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": ["$TRACE"]}}"#,
        ),
        user(
            "runs a program beside a token",
            r#"{"token": "t", "exec": {"command": "touch", "args": ["$TRACE"]}}"#,
        ),
        user(
            "runs a shell",
            r#"{"exec": {"command": "/bin/sh", "args": ["-c", "echo > $TRACE"], "interactiveMode": "Never"}}"#,
        ),
        user(
            "runs a program with variables",
            r#"{"exec": {"command": "env", "env": [{"name": "LD_PRELOAD", "value": "$CANARY"}]}}"#,
        ),
        user("an empty exec", r#"{"exec": {}}"#),
        user("an exec that is a text", r#"{"exec": "touch $TRACE"}"#),
        user("an exec that is a list", r#"{"exec": ["touch", "$TRACE"]}"#),
        user(
            "the gcp plug-in with a command",
            r#"{"auth-provider": {"name": "gcp", "config": {"cmd-path": "touch", "cmd-args": "$TRACE"}}}"#,
        ),
        user(
            "the oidc plug-in",
            r#"{"auth-provider": {"name": "oidc", "config": {"idp-issuer-url": "https://evil.example"}}}"#,
        ),
        user(
            "the azure plug-in",
            r#"{"auth-provider": {"name": "azure", "config": {}}}"#,
        ),
    ]
}

fn files() -> Vec<Hostile> {
    vec![
        user("reads a token from a file", r#"{"tokenFile": "$CANARY"}"#),
        user(
            "reads a token from a file beside a token",
            r#"{"token": "t", "tokenFile": "$CANARY"}"#,
        ),
        user(
            "reads a token from a device",
            r#"{"tokenFile": "/dev/zero"}"#,
        ),
        user(
            "reads a client certificate",
            r#"{"client-certificate": "$CANARY", "client-key-data": "aGk="}"#,
        ),
        user(
            "reads a client key",
            r#"{"client-certificate-data": "aGk=", "client-key": "$CANARY"}"#,
        ),
        user(
            "reads both",
            r#"{"client-certificate": "$CANARY", "client-key": "$CANARY"}"#,
        ),
        user(
            "climbs out of the directory",
            r#"{"tokenFile": "../../../../etc/shadow"}"#,
        ),
        user(
            "reads this process' environment",
            r#"{"tokenFile": "/proc/self/environ"}"#,
        ),
        cluster(
            "reads an authority",
            r#""certificate-authority": "$CANARY""#,
        ),
        cluster(
            "reads an authority beside its data",
            r#""certificate-authority": "$CANARY", "certificate-authority-data": "aGk=""#,
        ),
        cluster(
            "reads an authority over the network",
            r#""certificate-authority": "//evil.example/share/ca.crt""#,
        ),
    ]
}

fn identities() -> Vec<Hostile> {
    vec![
        user(
            "acts as another user",
            r#"{"token": "t", "as": "system:admin"}"#,
        ),
        user(
            "acts as a group",
            r#"{"token": "t", "as": "x", "as-groups": ["system:masters"]}"#,
        ),
        user("acts as a uid", r#"{"token": "t", "as-uid": "1"}"#),
        user(
            "acts with extras",
            r#"{"token": "t", "as-user-extra": {"scopes": ["all"]}}"#,
        ),
        user(
            "signs in with a password",
            r#"{"username": "admin", "password": "admin"}"#,
        ),
        user(
            "a token with a line break",
            r#"{"token": "t\r\nImpersonate-User: system:admin"}"#,
        ),
        user("a token with a space", r#"{"token": "t x"}"#),
        user("a token with a null byte", r#"{"token": "t\u0000"}"#),
        user("a token that is not ASCII", r#"{"token": "tökén"}"#),
        user("an empty token", r#"{"token": ""}"#),
        user(
            "a certificate that is none",
            r#"{"client-certificate-data": "aGVsbG8=", "client-key-data": "aGVsbG8="}"#,
        ),
        user(
            "a certificate that is no base64",
            r#"{"client-certificate-data": "%%%", "client-key-data": "%%%"}"#,
        ),
    ]
}

fn ways() -> Vec<Hostile> {
    vec![
        cluster("a proxy", r#""proxy-url": "http://evil.example:3128""#),
        cluster("a socks proxy", r#""proxy-url": "socks5://127.0.0.1:1080""#),
        cluster(
            "no check of the certificate",
            r#""insecure-skip-tls-verify": true"#,
        ),
        cluster(
            "an authority that is none",
            r#""certificate-authority-data": "aGVsbG8=""#,
        ),
        cluster(
            "a server name that is none",
            r#""tls-server-name": "a b\n""#,
        ),
        server("plain http", "http://k.example"),
        server("plain http to this machine", "http://127.0.0.1:8001"),
        server("a file for an address", "file:///etc/passwd"),
        server("a socket for an address", "unix:///var/run/docker.sock"),
        server("a script for an address", "javascript:alert(1)"),
        server(
            "credentials in the address",
            "https://user:secret@k.example",
        ),
        server("a query in the address", "https://k.example/?x=y"),
        server("the metadata of a cloud", "https://169.254.169.254"),
        server(
            "the metadata of a cloud, in IPv6",
            "https://[::ffff:169.254.169.254]",
        ),
        server("the metadata of a cloud, as a number", "https://2852039166"),
        server(
            "the metadata of a cloud, by name",
            "https://metadata.google.internal",
        ),
        server("every address", "https://0.0.0.0"),
        server("a link-local address", "https://[fe80::1]"),
        server("no address", ""),
        server("a host that is none", "https://"),
        text("no server", of("{}", "{}")),
        text(
            "a namespace that climbs",
            of(r#"{"server": "https://k.example"}"#, "{}")
                .replace(r#""mcp""#, r#""../kube-system""#),
        ),
    ]
}

fn valid() -> String {
    of(r#"{"server": "https://k.example"}"#, "{}")
}

/// A usable file with one thing changed.
fn changed(what: &'static str, from: &str, to: &str) -> Hostile {
    text(what, valid().replace(from, to))
}

fn bombs() -> Vec<Hostile> {
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(laughs, "a{level}: &a{level} [{below}]");
    }
    let mut many = String::from("contexts:\n");
    for index in 0..30_000 {
        let _ = writeln!(many, "- {{name: c{index}, context: {{cluster: k}}}}");
    }
    let padding = "x".repeat(1024 * 1024);
    let endless = format!("\"{}\"", "c".repeat(100_000));
    vec![
        text("too large", format!("{}\n#{padding}", valid())),
        text("too deep", format!("extensions: {deep}\n")),
        text("a billion laughs", laughs),
        text("an anchor that contains itself", "contexts: &a [*a]\n"),
        text("more contexts than anybody has", many),
        changed("a name without an end", r#""c""#, &endless),
    ]
}

fn shapes() -> Vec<Hostile> {
    let merged = "x: &x {server: 'https://k.example'}\nclusters: [{name: k, cluster: {<<: *x}}]\n\
                  contexts: [{name: c, context: {cluster: k}}]\n";
    let object = "contexts: !!python/object/apply:os.system ['touch $TRACE']\n";
    vec![
        text("nothing", ""),
        text("not YAML", "\u{1}\u{2}{{{"),
        text("a scalar", "hello"),
        text("a list", "[1, 2, 3]"),
        text("no contexts", "kind: Config\nclusters: []\n"),
        text("merge keys", merged),
        text("two documents", format!("{0}\n---\n{0}", valid())),
        text("an object of another language", object),
        text("a file to include", "contexts: !include $CANARY\n"),
        changed("another kind of object", r#""Config""#, r#""Pod""#),
        changed("a key twice", "{", r#"{"kind": "Config", "#),
        changed(
            "control characters",
            r#""name": "c""#,
            r#""name": "c\u001b[2J""#,
        ),
        changed(
            "a cluster that is not there",
            r#""cluster": "k""#,
            r#""cluster": "o""#,
        ),
        changed(
            "a user that is not there",
            r#""user": "u""#,
            r#""user": "o""#,
        ),
        changed(
            "two clusters of one name",
            r#""clusters": ["#,
            r#""clusters": [{"name": "k", "cluster": {"server": "https://evil.example"}}, "#,
        ),
        changed(
            "two users of one name",
            r#""users": ["#,
            r#""users": [{"name": "u", "user": {"token": "t"}}, "#,
        ),
        changed(
            "two contexts of one name",
            r#""contexts": ["#,
            r#""contexts": [{"name": "c", "context": {"cluster": "k"}}, "#,
        ),
    ]
}

#[test]
fn no_hostile_kubeconfig_is_used_and_none_reads_or_runs_anything() {
    let directory = tempfile::tempdir().expect("a directory");
    let trace = directory.path().join("trace");
    let canary = directory.path().join("canary");
    fs::write(&canary, "hunter2").expect("a canary");
    let accessed = || last_access(&canary);
    let before = accessed();
    let table = [programs(), files(), identities(), ways(), bombs(), shapes()];
    let table: Vec<Hostile> = table.into_iter().flatten().collect();
    assert!(table.len() >= 60, "{}", table.len());
    for Hostile { what, text } in table {
        let text = text
            .replace("$TRACE", &trace.display().to_string())
            .replace("$CANARY", &canary.display().to_string());
        let Err(rejection) = used(&text, Allowances::default()) else {
            panic!("{what} was taken");
        };
        let message = rejection.to_string();
        assert!(!message.contains("hunter2"), "{what}: {message}");
        assert!(message.len() < 1200, "{what}: {} characters", message.len());
        assert!(!message.contains(char::is_control), "{what}: {message:?}");
        assert!(!trace.exists(), "{what} ran something");
    }
    assert_eq!(accessed(), before, "the canary was read");
}

/// Most systems note a file's first reading after a change even where they note no others.
fn last_access(path: &Path) -> std::time::SystemTime {
    let metadata = fs::metadata(path).expect("the canary");
    metadata.accessed().expect("a time")
}
