//! What a process may see: bubblewrap where it works, or everything.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::spec::SECRETS_DIRECTORY;

/// Programs, libraries and what they need to know of the system. Nothing of any user, and nothing that runs.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/nix/store",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/group",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/pki",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
    "/run/systemd/resolve",
];

#[derive(Debug)]
pub(super) struct Sandbox {
    /// Value of `PATH`.
    search_path: OsString,
    works: OnceCell<Option<PathBuf>>,
}

/// What one server may see beyond the system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room<'a> {
    /// Its home, the only place where it may write that outlives it.
    pub(super) home: &'a Path,
    pub(super) secrets: Option<&'a Path>,
}

impl Sandbox {
    pub(super) fn new(search_path: OsString) -> Self {
        Self {
            search_path,
            works: OnceCell::new(),
        }
    }

    /// Found and tried once: some systems have it and forbid what it needs.
    pub(super) async fn bubblewrap(&self) -> Option<&Path> {
        let works = self.works.get_or_init(|| async {
            let bubblewrap = self.find("bwrap")?;
            let mut trial = command(&bubblewrap);
            trial.args(["--unshare-pid", "--ro-bind", "/", "/", "--", "true"]);
            trial.env("PATH", &self.search_path);
            trial.stdin(Stdio::null()).stdout(Stdio::null());
            let ended = trial.stderr(Stdio::null()).status().await;
            ended
                .is_ok_and(|status| status.success())
                .then_some(bubblewrap)
        });
        works.await.as_deref()
    }

    /// The command without its arguments, ready to be given an environment. Never through a shell.
    pub(super) async fn command(&self, program: &str, room: Room<'_>) -> Option<Command> {
        let program = self.find(program)?;
        let mut command = match self.bubblewrap().await {
            None => command(&program),
            Some(bubblewrap) => {
                let mut command = command(bubblewrap);
                self.confine(&mut command, &program, room);
                command
            }
        };
        command.env_clear();
        command.env("PATH", &self.search_path);
        command.env("HOME", room.home);
        command.current_dir(room.home);
        Some(command)
    }

    fn confine(&self, command: &mut Command, program: &Path, room: Room<'_>) {
        command.args([
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
            "--unshare-cgroup-try",
        ]);
        command.args(["--die-with-parent", "--new-session", "--cap-drop", "ALL"]);
        command.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]);
        let mut show = |option: &str, path: &Path, at: &Path| {
            command.arg(option).arg(path).arg(at);
        };
        for path in SYSTEM {
            show("--ro-bind-try", Path::new(path), Path::new(path));
        }
        for path in self.installations(program) {
            show("--ro-bind-try", &path, &path);
        }
        show("--bind", room.home, room.home);
        if let Some(secrets) = room.secrets {
            show("--ro-bind", secrets, Path::new(SECRETS_DIRECTORY));
        }
        command.arg("--chdir").arg(room.home);
        command.arg("--").arg(program);
    }

    /// Where version managers put Node or Python: the parents of `bin` directories outside of the system, such as
    /// `~/.nvm/versions/node/v24`. Never a home directory itself, nor `~/.local`, where keys and passwords lie.
    fn installations(&self, program: &Path) -> Vec<PathBuf> {
        let listed = std::env::split_paths(&self.search_path);
        let own = program.parent().map(Path::to_owned);
        let outside = listed.chain(own).filter(|path| {
            path.is_absolute() && !SYSTEM.iter().any(|known| path.starts_with(known))
        });
        outside
            .map(|path| match path.parent() {
                Some(parent) if parent.components().count() > 3 && !ends_in_local(parent) => {
                    parent.to_owned()
                }
                _ => path,
            })
            .collect()
    }

    /// As a shell would find it, without one.
    fn find(&self, program: &str) -> Option<PathBuf> {
        if Path::new(program).is_absolute() {
            return Some(PathBuf::from(program));
        }
        let names = [
            program.to_owned(),
            format!("{program}.exe"),
            format!("{program}.cmd"),
        ];
        let names = if cfg!(windows) {
            &names[..]
        } else {
            &names[..1]
        };
        std::env::split_paths(&self.search_path)
            .flat_map(|directory| names.iter().map(move |name| directory.join(name)))
            .find(|path| path.is_file())
    }
}

fn ends_in_local(path: &Path) -> bool {
    path.file_name() == Some(OsStr::new(".local"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "running processes is what this runtime is for; `run` owns each and ends it"
)]
fn command(program: &Path) -> Command {
    Command::new(program)
}
