//! Faults of the data directory and of its disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};

use testkit::provider::FakeProvider;

use super::super::visit::{NOBODY, Seeded, Visit, is_root, isolated};

fn on_memory(provider: &FakeProvider, options: &str, fill: &str) -> Option<Visit> {
    let isolation = isolated("--mount")?;
    let visit = Visit::new(provider);
    let data = visit.data().display().to_string();
    let script = format!(
        "mount -t tmpfs -o {options} tmpfs {data}; {}",
        fill.replace("DATA", &data)
    );
    Some(visit.after(&isolation, &script))
}

pub(in super::super) fn disks(provider: &FakeProvider) -> Vec<Seeded> {
    let on_memory = |fault, options, fill, name, found: &[&str], fix| match on_memory(
        provider, options, fill,
    ) {
        Some(visit) => visit.expect(fault, name, found, fix),
        None => Seeded::skipped(fault, "no mounts of its own are allowed"),
    };
    let fill = "head -c 1000m /dev/zero >DATA/fill 2>/dev/null || true";
    let many = "for i in $(seq 100); do touch DATA/$i 2>/dev/null || true; done";
    vec![
        on_memory(
            "disk 99 % full",
            "size=8m",
            fill,
            "disk",
            &["(0 %)"],
            "du -xh",
        ),
        on_memory(
            "no inodes left",
            "nr_inodes=40",
            many,
            "inodes",
            &["of 40 inodes"],
            "du -x --inodes",
        ),
        on_memory(
            "data in memory",
            "size=4g",
            ":",
            "disk",
            &["tmpfs"],
            "ARCHESTRA_DATA_DIR",
        ),
    ]
}

pub(in super::super) fn data(provider: &FakeProvider) -> Vec<Seeded> {
    let mut seeded = Vec::new();
    let file = Visit::new(provider);
    fs::write(file.path("data"), "").unwrap();
    seeded.push(file.expect(
        "data directory is a file",
        "data directory",
        &["is a file"],
        "ARCHESTRA_DATA_DIR",
    ));
    let visit = Visit::new(provider);
    visit.data();
    seeded.push(if is_root() {
        visit.by(NOBODY).expect(
            "data directory is root's",
            "data directory",
            &["belongs to root"],
            "sudo chown -R",
        )
    } else {
        fs::set_permissions(visit.path("data"), Permissions::from_mode(0o500)).unwrap();
        visit.expect(
            "data directory is read-only",
            "data directory",
            &["can't be written"],
            "sudo chown -R",
        )
    });
    let open = Visit::new(provider);
    fs::set_permissions(open.data(), Permissions::from_mode(0o777)).unwrap();
    seeded.push(open.expect(
        "everybody writes the data",
        "data directory",
        &["777"],
        "chmod 700",
    ));
    let spool = Visit::new(provider);
    fs::create_dir(spool.data().join("spool")).unwrap();
    fs::write(spool.data().join("spool/0190.batch"), "x").unwrap();
    seeded.push(spool.expect(
        "calls left in the spool",
        "spool",
        &["1 batches"],
        "archestra serve",
    ));
    seeded.extend(secret_file(provider));
    seeded
}

fn secret_file(provider: &FakeProvider) -> Vec<Seeded> {
    let with = |text: &str, mode: u32| {
        let visit = Visit::new(provider);
        let file = visit.data().join(".auth_secret");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        (visit, file)
    };
    let good = "0123456789abcdef0123456789abcdef";
    let (open, _) = with(good, 0o644);
    let (short, _) = with("short", 0o600);
    let mut seeded = vec![
        open.expect(
            "others read the auth secret",
            "auth secret",
            &["644"],
            "chmod 600",
        ),
        short.expect(
            "auth secret file too short",
            "auth secret",
            &["5 characters"],
            "archestra reset-secrets",
        ),
    ];
    let (foreign, file) = with(good, 0o600);
    seeded.push(if is_root() {
        chown(&file, Some(NOBODY), None).unwrap();
        foreign.expect(
            "auth secret is another user's",
            "auth secret",
            &["65534"],
            "sudo chown root",
        )
    } else {
        Seeded::skipped(
            "auth secret is another user's",
            "only root gives files away",
        )
    });
    seeded
}
