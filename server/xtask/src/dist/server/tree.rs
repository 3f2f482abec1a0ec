//! The files of the server's packages as they will lie on a machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::command;

/// Where they come from.
pub(super) struct Sources<'a> {
    pub(super) root: &'a Path,
    /// `packaging/linux`.
    pub(super) packaging: PathBuf,
    pub(super) program: &'a Path,
    pub(super) postgres: &'a Path,
    /// What the program and cargo wrote: completions, manual pages, licences.
    pub(super) made: &'a Path,
}

pub(super) struct Tree(PathBuf);

impl Tree {
    pub(super) fn lay_out(root: &Path, from: &Sources<'_>) -> Result<Self> {
        let tree = Self(root.to_owned());
        tree.program(from)?;
        tree.copy_all(from.postgres, "usr/lib/archestra/postgresql")?;
        tree.system(from)?;
        tree.shells_and_manual(from)?;
        tree.documents(from)?;
        // Also of folders: the umask of whoever builds must not end up in the package.
        command::quiet(
            Command::new("find")
                .arg(root)
                .args(["-type", "d", "-exec", "chmod", "755", "{}", "+"]),
        )?;
        Ok(tree)
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// Without the names of its functions it is a sixth smaller.
    fn program(&self, from: &Sources<'_>) -> Result<()> {
        let program = self.path("usr/bin/archestra")?;
        command::quiet(
            Command::new("strip")
                .args(["--strip-all", "-o"])
                .arg(&program)
                .arg(from.program),
        )?;
        set_mode(&program, 0o755)?;
        self.place(&from.made.join("schema"), "usr/lib/archestra/schema", 0o644)
    }

    fn system(&self, from: &Sources<'_>) -> Result<()> {
        for (name, place, mode) in [
            (
                "archestra.service",
                "usr/lib/systemd/system/archestra.service",
                0o644,
            ),
            (
                "archestra.sysusers",
                "usr/lib/sysusers.d/archestra.conf",
                0o644,
            ),
            (
                "archestra.tmpfiles",
                "usr/lib/tmpfiles.d/archestra.conf",
                0o644,
            ),
            ("archestra.env", "etc/archestra/archestra.env", 0o640),
        ] {
            self.place(&from.packaging.join(name), place, mode)?;
        }
        Ok(())
    }

    fn shells_and_manual(&self, from: &Sources<'_>) -> Result<()> {
        for (name, place) in [
            (
                "archestra.bash",
                "usr/share/bash-completion/completions/archestra",
            ),
            ("_archestra", "usr/share/zsh/site-functions/_archestra"),
            (
                "archestra.fish",
                "usr/share/fish/vendor_completions.d/archestra.fish",
            ),
        ] {
            self.place(&from.made.join(name), place, 0o644)?;
        }
        for page in files(from.made)? {
            if page.extension().is_some_and(|section| section == "1") {
                let name = page.file_name().unwrap_or_default().to_string_lossy();
                let place = format!("usr/share/man/man1/{name}");
                self.place(&page, &place, 0o644)?;
                // Without a name and a time in it, so that the same page is the same file.
                command::quiet(
                    Command::new("gzip")
                        .args(["-9", "-n"])
                        .arg(self.0.join(place)),
                )?;
            }
        }
        Ok(())
    }

    fn documents(&self, from: &Sources<'_>) -> Result<()> {
        let doc = "usr/share/doc/archestra";
        self.place(
            &from.packaging.join("installed.md"),
            &format!("{doc}/README.md"),
            0o644,
        )?;
        self.copy_all(&from.packaging.join("examples"), &format!("{doc}/examples"))?;
        self.place(
            &from.root.join("packaging/desktop/notices.txt"),
            &format!("{doc}/postgresql-notices.txt"),
            0o644,
        )?;
        self.place(
            &from.made.join("crates-notices.txt"),
            &format!("{doc}/crates-notices.txt"),
            0o644,
        )?;
        self.place(
            &from.root.join("LICENSE"),
            "usr/share/licenses/archestra/LICENSE",
            0o644,
        )
    }

    pub(super) fn place(&self, from: &Path, place: &str, mode: u32) -> Result<()> {
        let to = self.path(place)?;
        fs::copy(from, &to).with_context(|| from.display().to_string())?;
        set_mode(&to, mode)
    }

    pub(super) fn write(&self, place: &str, text: &str, mode: u32) -> Result<()> {
        let to = self.path(place)?;
        fs::write(&to, text).with_context(|| to.display().to_string())?;
        set_mode(&to, mode)
    }

    pub(super) fn take(&self, from: &str, to: &str) -> Result<()> {
        let to = self.path(to)?;
        fs::rename(self.0.join(from), &to).with_context(|| to.display().to_string())
    }

    pub(super) fn drop(&self, place: &str) -> Result<()> {
        fs::remove_dir_all(self.0.join(place)).with_context(|| place.to_owned())
    }

    /// In the format of Debian's `md5sums`.
    pub(super) fn checksums(&self) -> Result<String> {
        command::output(
            Command::new("sh")
                .args(["-c", "find . -type f | sed 's,^\\./,,' | LC_ALL=C sort | tr '\\n' '\\0' | xargs -0 md5sum"])
                .current_dir(&self.0),
        )
    }

    pub(super) fn kibibytes(&self) -> Result<u64> {
        let printed = command::output(
            Command::new("du")
                .args(["--apparent-size", "--summarize", "--block-size=1024"])
                .arg(&self.0),
        )?;
        let size = printed
            .split_whitespace()
            .next()
            .and_then(|size| size.parse().ok());
        size.context("`du` printed no size")
    }

    fn copy_all(&self, from: &Path, place: &str) -> Result<()> {
        let to = self.path(place)?;
        command::quiet(
            Command::new("cp")
                .args(["--recursive", "--preserve=mode", "--no-target-directory"])
                .arg(from)
                .arg(to),
        )
    }

    /// With the folders on the way.
    fn path(&self, place: &str) -> Result<PathBuf> {
        let path = self.0.join(place);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        }
        Ok(path)
    }
}

/// Files get the time of the last commit, so that the same source makes the same packages.
pub(super) fn dated<'a>(pack: &'a mut Command, root: &Path) -> &'a mut Command {
    let log = Command::new("git")
        .args(["log", "-1", "--format=%ct"])
        .current_dir(root)
        .output();
    let seconds = log.map(|log| String::from_utf8_lossy(&log.stdout).trim().to_owned());
    // What is not a clone has no such time.
    if let Ok(seconds) = seconds
        && !seconds.is_empty()
    {
        pack.env("SOURCE_DATE_EPOCH", seconds);
    }
    pack
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn set_mode(path: &Path, mode: u32) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| path.display().to_string())
}
