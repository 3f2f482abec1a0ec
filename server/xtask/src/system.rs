//! System packages that a suite needs: installed where that is allowed, else the exact command.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command;
use crate::progress::Progress;

/// One need: present when any of the programs runs or the Debian package is installed.
pub(crate) struct Need {
    pub(crate) package: &'static str,
    /// Programs that serve as well, whoever installed them.
    pub(crate) or_programs: &'static [&'static str],
}

const fn package(package: &'static str) -> Need {
    Need {
        package,
        or_programs: &[],
    }
}

/// What compiles the window.
pub(crate) const WINDOW_BUILD: &[Need] = &[
    package("libwebkit2gtk-4.1-dev"),
    package("libsoup-3.0-dev"),
    package("libayatana-appindicator3-dev"),
    package("librsvg2-dev"),
    package("libxdo-dev"),
];
/// What packs the server.
pub(crate) const PACKAGES: &[Need] = &[
    Need {
        package: "rpm",
        or_programs: &["rpmbuild"],
    },
    Need {
        package: "binutils",
        or_programs: &["strip"],
    },
];
/// What drives the window in a test, and the screen, session bus, window manager and tray it is shown on.
pub(crate) const WINDOW_TEST: &[Need] = &[
    package("webkit2gtk-driver"),
    package("xvfb"),
    package("xauth"),
    package("dbus"),
    package("openbox"),
    package("wmctrl"),
    package("python3-gi"),
    package("gir1.2-gtk-3.0"),
    package("fonts-dejavu-core"),
];
/// Without a window of its own it draws a page in three quarters of the time.
const CHROMIUM: &[&str] = &[
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
];
/// What Playwright drives, and what tries the commands that the UI offers to copy.
pub(crate) const BROWSER: &[Need] = &[
    Need {
        package: "chromium-headless-shell",
        or_programs: CHROMIUM,
    },
    Need {
        package: "curl",
        or_programs: &["curl"],
    },
    package("fonts-dejavu-core"),
];
/// What runs MCP servers in the tests: an engine that they start themselves if none answers, and a sandbox.
pub(crate) const CONTAINERS: &[Need] = &[
    Need {
        package: "docker.io",
        or_programs: &["dockerd", "podman"],
    },
    Need {
        package: "iptables",
        or_programs: &["iptables"],
    },
    package("bubblewrap"),
    package("python3-venv"),
];

/// What the tests of secrets talk to: a keyring on a session bus of its own.
pub(crate) const KEYRING: &[Need] = &[package("gnome-keyring"), package("dbus")];

/// What the Python SDKs are installed with, and what makes a network of loopback only.
pub(crate) const CLIENTS: &[Need] = &[
    Need {
        package: "python3",
        or_programs: &["python3"],
    },
    package("python3-venv"),
    package("iproute2"),
];

/// What the documentation's commands call, and what makes images where there is no registry.
pub(crate) const DOCUMENTED: &[Need] = &[
    Need {
        package: "curl",
        or_programs: &["curl"],
    },
    package("debootstrap"),
    package("iproute2"),
    package("binutils"),
];

/// What scrapes the program and asks what its dashboards ask; `promtool` comes with it.
pub(crate) const PROMETHEUS: &[Need] = &[Need {
    package: "prometheus",
    or_programs: &["promtool"],
}];

/// Sees to it that all needs are met.
pub(crate) fn ensure(needs: &[&[Need]], progress: &Progress) -> Result<()> {
    if !cfg!(target_os = "linux") {
        progress
            .line("system packages: this system brings a web view; browsers are yours to install");
        return Ok(());
    }
    let missing: Vec<&str> = needs
        .iter()
        .copied()
        .flatten()
        .filter(|need| !is_met(need))
        .map(|need| need.package)
        .collect();
    if missing.is_empty() {
        progress.line("system packages: all here");
        return Ok(());
    }
    let names = missing.join(" ");
    let by_hand = format!("sudo apt-get install --no-install-recommends {names}");
    if !command::exists("apt-get") {
        bail!(
            "these Debian packages, or what your distribution calls them, are missing: {names}\n(on Debian: {by_hand})"
        );
    }
    let Some(prefix) = rights() else {
        bail!(
            "system packages are missing and this user may not install them. Run:\n\n  {by_hand}\n"
        );
    };
    progress.step(&format!("system packages: apt-get install {names}"), || {
        // A machine that never updated its lists finds nothing; an outdated list finds removed versions.
        command::quiet(apt(prefix).arg("update"))?;
        command::quiet(
            apt(prefix)
                .args(["install", "--yes", "--no-install-recommends"])
                .args(&missing),
        )
    })
}

/// Where the browser lies that Playwright drives.
pub(crate) fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| CHROMIUM.iter().map(move |name| folder.join(name)))
        .find(|program| program.is_file())
}

fn is_met(need: &Need) -> bool {
    need.or_programs
        .iter()
        .any(|program| command::exists(program))
        || Command::new("dpkg-query")
            .args(["--show", "--showformat=${db:Status-Status}", need.package])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .is_ok_and(|output| output.stdout == b"installed")
}

pub(crate) fn is_root() -> bool {
    cfg!(unix)
        && command::output(Command::new("id").arg("-u")).is_ok_and(|printed| printed.trim() == "0")
}

/// How to act as root without being asked for a password: nothing, sudo, or not at all.
fn rights() -> Option<&'static [&'static str]> {
    if is_root() {
        return Some(&[]);
    }
    let sudo = Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    sudo.is_ok_and(|status| status.success())
        .then_some(&["sudo", "-n"])
}

fn apt(prefix: &[&str]) -> Command {
    let mut words =
        prefix
            .iter()
            .copied()
            .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let mut apt = Command::new(words.next().unwrap_or("env"));
    apt.args(words);
    apt
}
