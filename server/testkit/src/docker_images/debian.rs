//! What our own Dockerfile begins from, where no registry of images can be reached: a Debian with Node.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::root::Root;
use super::{command, run};

/// As in `packaging/mcp-server-base/Dockerfile`.
const NAME: &str = "node:24-bookworm-slim";
/// Certificates that this machine trusts besides the usual ones, such as a company's.
const OWN_CERTIFICATES: &str = "usr/local/share/ca-certificates";
const ALL_CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";

/// Makes an image of that name unless there is one. Takes a minute and 500 MB the first time.
pub(super) fn make() -> Result<()> {
    let there = run(command("docker").args(["images", "--quiet", NAME]))?;
    if !there.trim().is_empty() {
        return Ok(());
    }
    let root = Root::empty()?;
    run(command("debootstrap")
        .args(["--variant=minbase", "bookworm"])
        .arg(root.path()))?;
    let node = run(command("node").args(["-p", "process.execPath"]))?;
    root.program(node.trim(), "usr/local/bin/node")?;
    // Beside the package that `npm` belongs to lies nothing else that would be needed.
    let npm = run(command("npm").args(["root", "--global"]))?;
    let modules = root.directory("usr/local/lib/node_modules")?;
    run(command("cp")
        .args(["--archive", "--dereference"])
        .arg(Path::new(npm.trim()).join("npm"))
        .arg(modules))?;
    for tool in ["npm", "npx"] {
        let link = root.path().join("usr/local/bin").join(tool);
        let target = format!("../lib/node_modules/npm/bin/{tool}-cli.js");
        std::os::unix::fs::symlink(target, link).context("a link")?;
    }
    let own = Path::new("/").join(OWN_CERTIFICATES);
    if own.is_dir() {
        let target = root.directory("usr/local/share")?;
        run(command("cp").arg("--recursive").arg(own).arg(target))?;
    }
    let all = Path::new("/").join(ALL_CERTIFICATES);
    if all.is_file() {
        root.directory("etc/ssl/certs")?;
        fs::copy(all, root.path().join(ALL_CERTIFICATES))?;
    }
    let certificates = format!("/{ALL_CERTIFICATES}");
    let trusting = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "PIP_CERT"];
    let trusting = trusting.map(|variable| format!("{variable}={certificates}"));
    let environment: Vec<&str> = trusting.iter().map(String::as_str).collect();
    root.import(NAME, &[], &environment)
}
