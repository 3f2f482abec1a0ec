//! A root file system put together from this machine's own files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::{command, run};

pub(super) struct Root(TempDir);

/// Runs `work` while no other process of ours does.
pub(super) fn alone<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let path = std::env::temp_dir().join("testkit-docker.lock");
    let lock = fs::File::create(path).context("the lock of the engine")?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive)?;
    work()
}

impl Root {
    pub(super) fn empty() -> Result<Self> {
        let root = Self(TempDir::new()?);
        fs::set_permissions(root.0.path(), fs::Permissions::from_mode(0o755))?;
        Ok(root)
    }

    /// With what any program expects: a place for temporary files, accounts, certificates.
    pub(super) fn new() -> Result<Self> {
        let root = Self::empty()?;
        let temporary = root.directory("tmp")?;
        fs::set_permissions(temporary, fs::Permissions::from_mode(0o1777))?;
        let accounts = "root:x:0:0::/tmp:\nmcp:x:65534:65534::/tmp:\n";
        fs::write(root.directory("etc")?.join("passwd"), accounts)?;
        let certificates = Path::new("/etc/ssl/certs/ca-certificates.crt");
        if certificates.exists() {
            root.copy("/etc/ssl/certs/ca-certificates.crt")?;
        }
        Ok(root)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn directory(&self, path: &str) -> Result<PathBuf> {
        let directory = self.0.path().join(path);
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    /// A program of this machine, with the libraries it is linked to.
    pub(super) fn program(&self, from: &str, to: &str) -> Result<()> {
        let target = self.0.path().join(to);
        fs::create_dir_all(target.parent().context("a file in a directory")?)?;
        fs::copy(from, &target).with_context(|| format!("{from} cannot be copied"))?;
        self.libraries(&[PathBuf::from(from)])
    }

    /// To the same place in the image.
    pub(super) fn copy(&self, path: &str) -> Result<()> {
        let copy = command("cp")
            .args(["--archive", "--dereference", "--parents", path])
            .arg(self.0.path())
            // From elsewhere it cannot open directories that are links (`/lib64`) to everybody.
            .current_dir("/")
            .output()?;
        // Dangling links of a system's own (such as Python's sitecustomize) are no loss.
        if !self.0.path().join(path.trim_start_matches('/')).exists() {
            bail!("{path}: {}", String::from_utf8_lossy(&copy.stderr).trim());
        }
        Ok(())
    }

    /// What the shared objects below a directory are linked to.
    pub(super) fn libraries_below(&self, directory: &str) -> Result<()> {
        let objects = run(command("find").args([directory, "-name", "*.so"]))?;
        let objects: Vec<PathBuf> = objects.lines().map(PathBuf::from).collect();
        self.libraries(&objects)
    }

    fn libraries(&self, objects: &[PathBuf]) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        // Fails for objects that find their libraries by themselves only when they are loaded.
        let linked = command("ldd").args(objects).output()?;
        let linked = String::from_utf8_lossy(&linked.stdout).into_owned();
        for word in linked.split_whitespace() {
            let is_library = word.starts_with('/') && word.contains(".so") && !word.ends_with(':');
            if is_library && !Path::new(word).starts_with(self.0.path()) {
                self.copy(word)?;
            }
        }
        Ok(())
    }

    pub(super) fn import(&self, name: &str, entry: &[&str], environment: &[&str]) -> Result<()> {
        let entry: Vec<String> = entry.iter().map(|part| format!("{part:?}")).collect();
        let mut import = command("docker");
        import.arg("import");
        if !entry.is_empty() {
            let entry = format!("ENTRYPOINT [{}]", entry.join(","));
            import.args(["--change", &entry]);
        }
        for variable in environment {
            import.args(["--change", &format!("ENV {variable}")]);
        }
        import.args(["--change", "WORKDIR /tmp", "-", name]);
        let mut archive = command("tar")
            .arg("--directory")
            .arg(self.0.path())
            .args(["--create", "."])
            .stdout(Stdio::piped())
            .spawn()?;
        let contents = archive.stdout.take().context("tar has an output")?;
        let imported = import.stdin(contents).output()?;
        let archived = archive.wait()?;
        if !imported.status.success() || !archived.success() {
            let said = String::from_utf8_lossy(&imported.stderr);
            bail!("docker import failed: {}", said.trim());
        }
        Ok(())
    }
}
