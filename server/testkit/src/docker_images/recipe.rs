//! What goes into each image.

use anyhow::{Context, Result};

use super::root::Root;
use super::{command, run};

/// The reference servers of the protocol's own repository, and their fellows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// Speaks over standard streams, or over HTTP with the argument `streamableHttp` and `PORT` (path `/mcp`).
    Everything,
    /// Its arguments are the directories it may use.
    Filesystem,
    Memory,
    SequentialThinking,
    Time,
    Git,
    Fetch,
    /// Wants the arguments `--db-path FILE`.
    Sqlite,
}

impl Image {
    pub const ALL: [Self; 8] = [
        Self::Everything,
        Self::Filesystem,
        Self::Memory,
        Self::SequentialThinking,
        Self::Time,
        Self::Git,
        Self::Fetch,
        Self::Sqlite,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Everything => "local/mcp-everything:1",
            Self::Filesystem => "local/mcp-filesystem:1",
            Self::Memory => "local/mcp-memory:1",
            Self::SequentialThinking => "local/mcp-sequential-thinking:1",
            Self::Time => "local/mcp-time:1",
            Self::Git => "local/mcp-git:1",
            Self::Fetch => "local/mcp-fetch:1",
            Self::Sqlite => "local/mcp-sqlite:1",
        }
    }

    fn contents(self) -> Contents {
        match self {
            Self::Everything => Contents::Npm("everything"),
            Self::Filesystem => Contents::Npm("filesystem"),
            Self::Memory => Contents::Npm("memory"),
            Self::SequentialThinking => Contents::Npm("sequential-thinking"),
            Self::Time => Contents::Python(&["mcp-server-time"]),
            Self::Git => Contents::Python(&["mcp-server-git"]),
            Self::Fetch => Contents::Python(&["mcp-server-fetch"]),
            // It was written for the first major version of the SDK and does not say so.
            Self::Sqlite => Contents::Python(&["mcp-server-sqlite", "mcp<2"]),
        }
    }
}

enum Contents {
    /// `@modelcontextprotocol/server-…`
    Npm(&'static str),
    /// The first package is the server.
    Python(&'static [&'static str]),
}

pub(super) fn make(image: Image) -> Result<()> {
    let there = run(command("docker").args(["images", "--quiet", image.name()]))?;
    if !there.trim().is_empty() {
        return Ok(());
    }
    let root = Root::new()?;
    match image.contents() {
        Contents::Npm(server) => node(&root, image, server),
        Contents::Python(packages) => python(&root, image, packages),
    }
}

fn node(root: &Root, image: Image, server: &str) -> Result<()> {
    let package = format!("@modelcontextprotocol/server-{server}");
    run(command("npm")
        .args(["install", "--silent", "--no-fund", "--no-audit", "--prefix"])
        .arg(root.directory("app")?)
        .arg(&package))?;
    let node = run(command("node").args(["-p", "process.execPath"]))?;
    root.program(node.trim(), "bin/node")?;
    let main = format!("/app/node_modules/{package}/dist/index.js");
    root.import(
        image.name(),
        &["/bin/node", &main],
        &["PATH=/bin", "HOME=/tmp"],
    )
}

fn python(root: &Root, image: Image, packages: &[&str]) -> Result<()> {
    // The system's Python: what a version manager builds is larger and full of its own paths.
    let python = "/usr/bin/python3";
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    let version = run(command(python).args(["-c", version]))?;
    let version = version.trim();
    run(command("python3")
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args([
            "--only-binary=:all:",
            "--python-version",
            version,
            "--target",
        ])
        .arg(root.directory("app")?)
        .args(packages))?;
    let library = format!("/usr/lib/python{version}");
    root.copy(&library)?;
    root.program(python, "usr/bin/python3")?;
    root.libraries_below(&library)?;
    root.libraries_below(root.directory("app")?.to_str().context("a UTF-8 path")?)?;
    if image == Image::Git {
        root.program("/usr/bin/git", "usr/bin/git")?;
        let repository = root.directory("repository")?;
        run(command("git").args(["init", "--quiet"]).arg(repository))?;
        // The server does not run as the owner of the repository.
        let settings = root.directory("etc")?.join("gitconfig");
        std::fs::write(settings, "[safe]\n\tdirectory = *\n")?;
    }
    let module = packages[0].replace('-', "_");
    let main = format!("from {module} import main; main()");
    root.import(
        image.name(),
        &["/usr/bin/python3", "-c", &main],
        &["PATH=/usr/bin", "PYTHONPATH=/app", "HOME=/tmp"],
    )
}
