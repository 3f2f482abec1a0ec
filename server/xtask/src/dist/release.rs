//! What a release has beside its packages: the source, what is in the programs (`CycloneDX`), where the window finds its
//! update, and the checksums of it all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{download_address, files, sha256, version};
use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node};

const CARGO_CYCLONEDX: &str = "0.5.9";

/// `archestra-<version>.tar.gz`, as it is committed.
pub(super) fn source(workspace: &Workspace) -> Result<()> {
    let name = format!("archestra-{}", version(workspace)?);
    let file = dist(workspace)?.join(format!("{name}.tar.gz"));
    command::quiet(
        Command::new("git")
            .args(["archive", "--format=tar.gz", "HEAD"])
            .arg(format!("--prefix={name}/"))
            .arg(format!("--output={}", file.display()))
            .current_dir(&workspace.root),
    )?;
    println!("{}", file.display());
    Ok(())
}

/// One list of components for each program, for the UI that both carry, and for the PostgreSQL beside them.
pub(super) fn sbom(workspace: &Workspace) -> Result<()> {
    let progress = Progress::start();
    let tool = cargo_cyclonedx(workspace, &progress)?;
    let version = version(workspace)?;
    let folder = dist(workspace)?;
    for (name, place) in [
        ("archestra", "server/app"),
        ("archestra-desktop", "src-tauri"),
    ] {
        let to = folder.join(format!("{name}-{version}.cdx.json"));
        progress.step(&format!("components of {name}"), || {
            of_crate(workspace, &tool, place, &to)
        })?;
    }
    for (name, place) in [("ui", "ui"), ("postgresql", "server/xtask/postgresql")] {
        let to = folder.join(format!("archestra-{name}-{version}.cdx.json"));
        let mut npm = node::npm(&workspace.root.join(place));
        npm.args([
            "sbom",
            "--package-lock-only",
            "--omit=dev",
            "--sbom-format=cyclonedx",
        ]);
        let components = progress.step(&format!("components of {name}"), || {
            command::output(&mut npm)
        })?;
        fs::write(&to, components).with_context(|| to.display().to_string())?;
    }
    Ok(())
}

/// The tool writes beside the manifest of every crate of the workspace; what is not wanted goes again.
fn of_crate(workspace: &Workspace, tool: &Path, place: &str, to: &Path) -> Result<()> {
    const NAME: &str = "archestra-components";
    command::quiet(
        Command::new(tool)
            .args([
                "cyclonedx",
                "--quiet",
                "--format=json",
                "--spec-version=1.5",
            ])
            .args(["--override-filename", NAME, "--manifest-path"])
            .arg(workspace.root.join(place).join("Cargo.toml"))
            .current_dir(&workspace.root),
    )?;
    let wanted = workspace.root.join(place).join(format!("{NAME}.json"));
    fs::copy(&wanted, to).with_context(|| wanted.display().to_string())?;
    for package in &workspace.packages {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let written = manifest.with_file_name(format!("{NAME}.json"));
        if written.exists() {
            fs::remove_file(&written).with_context(|| written.display().to_string())?;
        }
    }
    Ok(())
}

fn cargo_cyclonedx(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    if command::exists("cargo-cyclonedx") {
        return Ok(PathBuf::from("cargo-cyclonedx"));
    }
    let root = workspace.target.join("tools");
    let tool = root.join("bin/cargo-cyclonedx");
    if !tool.is_file() {
        progress.step("cargo install cargo-cyclonedx", || {
            let mut install = workspace.cargo("install");
            install
                .args(["--quiet", "--locked", "--version", CARGO_CYCLONEDX])
                .args(["cargo-cyclonedx", "--root"])
                .arg(&root)
                .env("CARGO_TARGET_DIR", root.join("target"))
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .env("CARGO_PROFILE_RELEASE_LTO", "off");
            command::run(&mut install)
        })?;
    }
    Ok(tool)
}

/// `latest.json`, which windows ask for: one entry for each package that the updater's key has signed.
pub(super) fn feed(workspace: &Workspace) -> Result<()> {
    let version = version(workspace)?;
    let folder = dist(workspace)?;
    let mut platforms = serde_json::Map::new();
    for signature in files(&folder)? {
        let name = signature.file_name().unwrap_or_default().to_string_lossy();
        let Some(package) = name.strip_suffix(".sig") else {
            continue;
        };
        let platform = platform(package)
            .with_context(|| format!("{name} belongs to no platform of the updater"))?;
        let entry = json!({
            "signature": fs::read_to_string(&signature)?.trim(),
            "url": format!("{}/{package}", download_address(&version)),
        });
        platforms.insert(platform, entry);
    }
    if platforms.is_empty() {
        bail!(
            "no package in {} is signed for the updater: `cargo xtask dist desktop` signs when ARCHESTRA_UPDATER_PUBLIC_KEY \
             and TAURI_SIGNING_PRIVATE_KEY are set",
            folder.display()
        );
    }
    let date = command::output(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]))?;
    let feed: Value = json!({
        "version": version,
        "pub_date": date.trim(),
        "platforms": platforms,
    });
    let file = folder.join("latest.json");
    fs::write(&file, serde_json::to_string_pretty(&feed)? + "\n")?;
    println!("{}", file.display());
    Ok(())
}

/// As the updater calls a package's system, machine and kind.
fn platform(package: &str) -> Option<String> {
    let (system, kind) = [
        (".AppImage", ("linux", "appimage")),
        (".deb", ("linux", "deb")),
        (".rpm", ("linux", "rpm")),
        (".app.tar.gz", ("darwin", "app")),
        (".msi", ("windows", "msi")),
        ("-setup.exe", ("windows", "nsis")),
    ]
    .into_iter()
    .find_map(|(end, found)| package.ends_with(end).then_some(found))?;
    let machine = [
        ("amd64", "x86_64"),
        ("x86_64", "x86_64"),
        ("x64", "x86_64"),
        ("arm64", "aarch64"),
        ("aarch64", "aarch64"),
    ]
    .into_iter()
    .find_map(|(word, machine)| package.contains(word).then_some(machine))?;
    Some(format!("{system}-{machine}-{kind}"))
}

/// `SHA256SUMS` of everything that lies there.
pub(super) fn checksums(workspace: &Workspace) -> Result<()> {
    let folder = dist(workspace)?;
    let mut sums = Vec::new();
    for file in files(&folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        sums.push(format!("{}  {name}\n", sha256(&file)?));
    }
    let file = folder.join("SHA256SUMS");
    fs::write(&file, sums.concat())?;
    println!("{}", file.display());
    Ok(())
}

fn dist(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("dist");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder)
}

#[cfg(test)]
mod tests;
