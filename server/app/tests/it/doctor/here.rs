//! Faults of the machine itself and of the configuration.

mod data;

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use testkit::provider::FakeProvider;

use super::visit::{Seeded, Visit, installation, isolated};
pub(super) use data::{data, disks};

pub(super) fn ports(provider: &FakeProvider) -> Vec<Seeded> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let process = format!("process {}", std::process::id());
    let url = format!("http://localhost:{port}");
    vec![
        Visit::new(provider)
            .set("ARCHESTRA_API_BASE_URL", &url)
            .expect(
                "port taken, by whom",
                "API port",
                &[&port.to_string(), &process],
                &format!("kill {}", std::process::id()),
            ),
        Visit::new(provider)
            .set("ARCHESTRA_API_BASE_URL", "http://localhost:41111")
            .set("ARCHESTRA_FRONTEND_URL", "http://localhost:41111")
            .expect(
                "one port for two",
                "UI port",
                &["API port"],
                "ARCHESTRA_FRONTEND_URL=http://localhost:41112",
            ),
        Visit::new(provider)
            .set("ARCHESTRA_BIND_ADDRESS", "192.0.2.7")
            .expect(
                "address of another machine",
                "API port",
                &["192.0.2.7"],
                "ARCHESTRA_BIND_ADDRESS=0.0.0.0",
            ),
    ]
}

pub(super) fn network(provider: &FakeProvider) -> Vec<Seeded> {
    let mut seeded = Vec::new();
    seeded.push(match isolated("--net") {
        None => Seeded::skipped("IPv6 only", "no network of its own is allowed"),
        Some(isolation) => Visit::new(provider)
            .set("ARCHESTRA_BIND_ADDRESS", "0.0.0.0")
            .after(
                &isolation,
                "ip link set lo up; ip link add v0 type veth peer name v1; \
                 ip -6 addr add 2001:db8::2/64 dev v0 nodad; ip link set v0 up; ip link set v1 up",
            )
            .expect(
                "IPv6 only",
                "address",
                &["IPv6 only"],
                "ARCHESTRA_BIND_ADDRESS=::",
            ),
    });
    seeded.push(match isolated("--mount") {
        None => Seeded::skipped(
            "localhost leads elsewhere",
            "no mounts of its own are allowed",
        ),
        Some(isolation) => {
            let visit = Visit::new(provider);
            fs::write(visit.path("hosts"), "127.0.0.1 other\n10.9.8.7 localhost\n").unwrap();
            fs::write(visit.path("nsswitch"), "hosts: files\n").unwrap();
            let mount = |file: &str, over: &str| {
                format!("mount --bind {} {over}", visit.path(file).display())
            };
            let script = format!(
                "{}; {}",
                mount("hosts", "/etc/hosts"),
                mount("nsswitch", "/etc/nsswitch.conf")
            );
            visit.after(&isolation, &script).expect(
                "localhost leads elsewhere",
                "localhost",
                &["10.9.8.7"],
                "127.0.0.1 localhost",
            )
        }
    });
    seeded
}

pub(super) fn configuration(provider: &FakeProvider) -> Vec<Seeded> {
    let visit = || Visit::new(provider);
    vec![
        visit().set("ARCHESTRA_AUTH_SECRET", "too-short").expect(
            "auth secret too short",
            "configuration",
            &["ARCHESTRA_AUTH_SECRET", "9 characters"],
            "ARCHESTRA_AUTH_SECRET=",
        ),
        visit()
            .set("ARCHESTRA_DATABSE_URL", "postgresql://x")
            .expect(
                "variable misspelt",
                "configuration",
                &["ARCHESTRA_DATABSE_URL"],
                "Rename it to ARCHESTRA_DATABASE_URL",
            ),
        visit()
            .set("HTTP_PROXY", "http://user:hidden@proxy.example:3128")
            .expect(
                "proxy catches localhost",
                "proxies",
                &[
                    "HTTP_PROXY",
                    "http://proxy.example:3128/",
                    "localhost and 127.0.0.1",
                ],
                "NO_PROXY=localhost,127.0.0.1",
            ),
        visit().set("ARCHESTRA_BIND_ADDRESS", "0.0.0.0").expect(
            "published password, open to others",
            "administrator",
            &["0.0.0.0"],
            "archestra reset-admin",
        ),
        visit()
            .set("ARCHESTRA_AUTH_COOKIE_DOMAIN", "example.com")
            .expect(
                "cookie domain of another site",
                "cookie domain",
                &["example.com", "localhost"],
                "Unset ARCHESTRA_AUTH_COOKIE_DOMAIN",
            ),
        visit()
            .set(
                "ARCHESTRA_FRONTEND_URL",
                "http://archestra.example.com:41113",
            )
            .expect(
                "no TLS for other machines",
                "encryption",
                &["http://archestra.example.com:41113"],
                "ARCHESTRA_FRONTEND_URL=https://archestra.example.com",
            ),
    ]
}

const EXPIRED: &str = "-----BEGIN CERTIFICATE-----
MIIBKjCB0AIBATAKBggqhkjOPQQDAjAhMR8wHQYDVQQDDBZFeHBpcmVkIHRlc3Qg
YXV0aG9yaXR5MB4XDTIwMDEwMTAwMDAwMFoXDTIxMDEwMTAwMDAwMFowITEfMB0G
A1UEAwwWRXhwaXJlZCB0ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49
AwEHA0IABMBr8iFOqNHBFXq1kbrzkypFmY9iCNgR9cgyflT8+IoubcpLyurPARTg
k8HOTr/iUU/bgfukPdsLZCCRcnWOKd0wCgYIKoZIzj0EAwIDSQAwRgIhAOfxvukc
4+PO5kwY36cpvZtQoPIhP0zy8nLjMabsQhlzAiEAu1WFFu0X+uJap0xKss2XfCt3
spGRoC0bAlgZJWJEtAA=
-----END CERTIFICATE-----
";

pub(super) fn certificates(provider: &FakeProvider) -> Vec<Seeded> {
    let with = |text: Option<&str>, variable: &str| {
        let visit = Visit::new(provider);
        let file = visit.path("ca.pem");
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        visit.set(variable, file.display().to_string())
    };
    vec![
        with(Some(EXPIRED), "PGSSLROOTCERT").expect(
            "authority expired",
            "certificates",
            &["PGSSLROOTCERT", "expired", "2021-01-01"],
            "present certificate",
        ),
        with(Some("not one"), "PGSSLROOTCERT").expect(
            "authority's file is no PEM",
            "certificates",
            &["no certificate"],
            "openssl x509 -inform der",
        ),
        with(None, "SSL_CERT_FILE").expect(
            "authority's file is missing",
            "certificates",
            &["SSL_CERT_FILE", "can't be read"],
            "unset it",
        ),
    ]
}

pub(super) fn system(provider: &FakeProvider) -> Vec<Seeded> {
    let mut seeded = vec![Visit::new(provider).after(&[], "ulimit -n 256").expect(
        "few open files",
        "open files",
        &["256"],
        "LimitNOFILE=65536",
    )];
    seeded.push(if Path::new("/usr/share/zoneinfo").is_dir() {
        let visit = Visit::new(provider).set("TZ", "Mars/Olympus");
        visit.expect(
            "time zone unknown",
            "time zone",
            &["Mars/Olympus"],
            "tzdata",
        )
    } else {
        Seeded::skipped("time zone unknown", "this system has no time zones")
    });
    let group =
        Path::new("/sys/fs/cgroup/memory").join(format!("archestra-doctor-{}", std::process::id()));
    let is_limited = fs::create_dir(&group).is_ok()
        && fs::write(group.join("memory.limit_in_bytes"), "157286400").is_ok();
    seeded.push(if is_limited {
        let enter = format!("echo $$ >{}/cgroup.procs", group.display());
        Visit::new(provider).after(&[], &enter).expect(
            "little memory",
            "memory",
            &["150 MiB"],
            "--memory 1g",
        )
    } else {
        Seeded::skipped(
            "little memory",
            "no control group can be made (a test of the file's own covers it)",
        )
    });
    let _ = fs::remove_dir(group);
    seeded
}

pub(super) fn postgres(provider: &FakeProvider) -> Vec<Seeded> {
    let missing = Visit::new(provider).set("ARCHESTRA_POSTGRES_DIR", "/nowhere");
    let old = Visit::new(provider);
    fs::create_dir_all(old.path("old/bin")).unwrap();
    for program in ["postgres", "initdb"] {
        let file = old.path("old/bin").join(program);
        fs::write(&file, "#!/bin/sh\necho 'postgres (PostgreSQL) 12.22'\n").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }
    let directory = old.path("old").display().to_string();
    let other = Visit::new(provider);
    let cluster = other.data().join("postgres/data");
    fs::create_dir_all(&cluster).unwrap();
    fs::write(cluster.join("PG_VERSION"), "13\n").unwrap();
    vec![
        missing.expect(
            "no PostgreSQL installed",
            "database",
            &["no PostgreSQL"],
            "ARCHESTRA_DATABASE_URL",
        ),
        old.set("ARCHESTRA_POSTGRES_DIR", directory).expect(
            "PostgreSQL too old",
            "database",
            &["12 is too old"],
            "ARCHESTRA_POSTGRES_DIR",
        ),
        other.expect(
            "data of another PostgreSQL",
            "database",
            &["PostgreSQL 13"],
            "/usr/lib/postgresql/13",
        ),
        newer_glibc(provider),
    ]
}

/// The real program, made to ask for a version of the C library that no system has.
fn newer_glibc(provider: &FakeProvider) -> Seeded {
    let visit = Visit::new(provider);
    let (original, copy) = (installation(), visit.path("newer"));
    fs::create_dir_all(copy.join("bin")).unwrap();
    symlink(original.join("lib"), copy.join("lib")).unwrap();
    fs::copy(original.join("bin/initdb"), copy.join("bin/initdb")).unwrap();
    let mut program = fs::read(original.join("bin/postgres")).unwrap();
    let mark = b"GLIBC_2.";
    let places: Vec<usize> = program
        .windows(mark.len())
        .enumerate()
        .filter(|(_, text)| text == mark)
        .map(|(place, _)| place)
        .collect();
    for place in places {
        program[place + 6] = b'9';
    }
    let file = copy.join("bin/postgres");
    fs::write(&file, program).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    visit
        .set("ARCHESTRA_POSTGRES_DIR", copy.display().to_string())
        .expect(
            "C library too old",
            "C library",
            &["needs glibc 9.", "this system has 2."],
            "Upgrade the system",
        )
}
