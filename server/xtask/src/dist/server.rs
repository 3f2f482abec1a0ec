//! `cargo xtask dist server`: the headless server as `.deb` and `.rpm`, with PostgreSQL inside. One tree is laid out and
//! each family's own tool packs it; what is in the packages besides programs is in `packaging/linux`.

mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use self::tree::Tree;
use super::notices;
use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, node, postgresql, system};

struct Options {
    /// Built before, and not to be built now.
    program: Option<PathBuf>,
    /// Of the packaging, for another package of the same version.
    revision: u32,
}

/// What the templates in `packaging/linux` speak of.
struct Facts {
    version: String,
    revision: u32,
    /// The number of the newest migration that the program knows.
    schema: String,
    /// The oldest glibc it runs with, as `2.34`.
    glibc: String,
    /// As Debian and as Fedora call it.
    architecture: (&'static str, &'static str),
}

pub(super) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let options = read_options(arguments)?;
    let architecture = architecture()?;
    let progress = Progress::start();
    system::ensure(&[system::PACKAGES], &progress)?;
    node::require()?;
    let postgres = postgresql::install(workspace, &progress)?;
    let program = match options.program {
        Some(program) => program,
        None => build(workspace, &progress)?,
    };
    let folder = workspace.target.join("dist");
    let work = folder.join("server");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| work.display().to_string())?;
    }
    let made = work.join("made");
    command::run(Command::new(&program).arg("package-files").arg(&made))?;
    fs::write(
        made.join("crates-notices.txt"),
        notices::of_crates(workspace, "app")?,
    )?;
    let facts = Facts {
        version: version_of(&program)?,
        revision: options.revision,
        schema: fs::read_to_string(made.join("schema"))?.trim().to_owned(),
        glibc: glibc(&program)?,
        architecture,
    };
    let sources = tree::Sources {
        packaging: workspace.root.join("packaging/linux"),
        root: &workspace.root,
        program: &program,
        postgres: &postgres,
        made: &made,
    };
    let deb = progress.step("deb", || deb(&sources, &facts, &work, &folder))?;
    let rpm = progress.step("rpm", || rpm(&sources, &facts, &work, &folder))?;
    fs::remove_dir_all(&work)?;
    for package in [deb, rpm] {
        let size = fs::metadata(&package)?.len() / 1_000_000;
        progress.line(&format!("{} ({size} MB)", package.display()));
    }
    Ok(())
}

fn read_options(arguments: &[&str]) -> Result<Options> {
    let mut options = Options {
        program: None,
        revision: 1,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || {
            let value = rest.next();
            value.with_context(|| format!("`{argument}` needs a value"))
        };
        match *argument {
            "--program" => options.program = Some(fs::canonicalize(value()?)?),
            "--revision" => {
                options.revision = value()?.parse().context("a revision is a number")?;
            }
            other => {
                bail!(
                    "`cargo xtask dist server` knows --program FILE and --revision N, not `{other}`"
                )
            }
        }
    }
    Ok(options)
}

fn architecture() -> Result<(&'static str, &'static str)> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok(("amd64", "x86_64")),
        ("linux", "aarch64") => Ok(("arm64", "aarch64")),
        (system, machine) => bail!("there is no package of the server for {system} on {machine}"),
    }
}

fn build(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    node::build_ui(workspace, progress)?;
    progress.step("archestra: cargo build (release)", || {
        command::run(workspace.cargo("build").args([
            "--locked",
            "--release",
            "--package=app",
            "--bin=archestra",
        ]))
    })?;
    Ok(workspace.binary("release", "archestra"))
}

fn version_of(program: &Path) -> Result<String> {
    let printed = command::output(Command::new(program).arg("version"))?;
    Ok(printed.trim().to_owned())
}

/// The newest version of glibc's symbols that the program names.
fn glibc(program: &Path) -> Result<String> {
    const SYMBOL: &[u8] = b"GLIBC_2.";
    let bytes = fs::read(program).with_context(|| program.display().to_string())?;
    let minor = bytes
        .windows(SYMBOL.len())
        .enumerate()
        .filter(|(_, window)| *window == SYMBOL);
    let minor = minor.filter_map(|(at, _)| {
        let digits: String = bytes[at + SYMBOL.len()..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .map(|byte| char::from(*byte))
            .collect();
        digits.parse::<u32>().ok()
    });
    let newest = minor
        .max()
        .context("the program names no glibc; is it a Linux program?")?;
    Ok(format!("2.{newest}"))
}

impl Facts {
    /// A template of `packaging/linux` with these values; `more` are further ones.
    fn fill(&self, template: &Path, more: &[(&str, String)]) -> Result<String> {
        let mut text =
            fs::read_to_string(template).with_context(|| template.display().to_string())?;
        let own = [
            ("@VERSION@", self.version.clone()),
            ("@REVISION@", self.revision.to_string()),
            ("@SCHEMA@", self.schema.clone()),
            ("@GLIBC@", self.glibc.clone()),
            ("@ARCHITECTURE@", self.architecture.0.to_owned()),
        ];
        for (name, value) in own.iter().chain(more) {
            text = text.replace(name, value);
        }
        Ok(text)
    }
}

fn deb(sources: &tree::Sources<'_>, facts: &Facts, work: &Path, folder: &Path) -> Result<PathBuf> {
    let tree = Tree::lay_out(&work.join("deb"), sources)?;
    tree.take(
        "usr/share/zsh/site-functions",
        "usr/share/zsh/vendor-completions",
    )?;
    tree.drop("usr/share/licenses")?;
    tree.place(
        &sources.packaging.join("copyright"),
        "usr/share/doc/archestra/copyright",
        0o644,
    )?;
    let sums = tree.checksums()?;
    let size = [("@SIZE@", tree.kibibytes()?.to_string())];
    let control = sources.packaging.join("deb");
    for script in ["preinst", "postinst", "prerm", "postrm"] {
        let text = facts.fill(&control.join(script), &[])?;
        tree.write(&format!("DEBIAN/{script}"), &text, 0o755)?;
    }
    let text = facts.fill(&control.join("control"), &size)?;
    tree.write("DEBIAN/control", &text, 0o644)?;
    tree.write("DEBIAN/conffiles", "/etc/archestra/archestra.env\n", 0o644)?;
    tree.write("DEBIAN/md5sums", &sums, 0o644)?;
    let Facts {
        version,
        revision,
        architecture,
        ..
    } = facts;
    let package = folder.join(format!(
        "archestra_{version}-{revision}_{}.deb",
        architecture.0
    ));
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--root-owner-group", "-Zxz", "--build"])
        .arg(tree.root())
        .arg(&package);
    command::quiet(tree::dated(&mut pack, sources.root))?;
    Ok(package)
}

fn rpm(sources: &tree::Sources<'_>, facts: &Facts, work: &Path, folder: &Path) -> Result<PathBuf> {
    let tree = Tree::lay_out(&work.join("rpm"), sources)?;
    let more = [("@TREE@", tree.root().display().to_string())];
    let spec = work.join("archestra.spec");
    fs::write(
        &spec,
        facts.fill(&sources.packaging.join("rpm/archestra.spec"), &more)?,
    )?;
    let Facts {
        version,
        revision,
        architecture,
        ..
    } = facts;
    let name = format!("archestra-{version}-{revision}.{}.rpm", architecture.1);
    let define = |name: &str, value: &str| format!("--define={name} {value}");
    let mut pack = Command::new("rpmbuild");
    pack.args(["-bb", "--target", architecture.1])
        .arg(define(
            "_topdir",
            &work.join("rpmbuild").display().to_string(),
        ))
        .arg(define("_rpmdir", &folder.display().to_string()))
        .arg(define("_rpmfilename", &name))
        .arg(define("_buildhost", "localhost"))
        .arg(define("use_source_date_epoch_as_buildtime", "1"))
        .arg(define("clamp_mtime_to_source_date_epoch", "1"))
        .arg(&spec);
    command::quiet(tree::dated(&mut pack, sources.root))?;
    Ok(folder.join(name))
}
