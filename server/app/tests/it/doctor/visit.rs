//! One run of the doctor on a machine that would be well but for what the test did to it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use testkit::provider::FakeProvider;

use super::WITHIN;
use crate::program::{Program, free_ports};

/// Whoever owns nothing.
pub(super) const NOBODY: u32 = 65_534;

pub(super) struct Visit {
    environment: BTreeMap<String, String>,
    /// What the program is started by.
    before: Vec<String>,
    user: Option<u32>,
    directory: TempDir,
}

pub(super) struct Examined {
    findings: Vec<Value>,
    pub(super) succeeded: bool,
    took: Duration,
    said: String,
}

impl Visit {
    pub(super) fn new(provider: &FakeProvider) -> Self {
        let directory = tempfile::Builder::new().tempdir_in("/tmp").unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let [api, ui, metrics] = free_ports();
        let url = provider.url().unwrap().to_string();
        let data = directory.path().join("data").display().to_string();
        let visit = Self {
            environment: BTreeMap::new(),
            before: Vec::new(),
            user: None,
            directory,
        };
        visit
            .set("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .set("ARCHESTRA_DATA_DIR", data)
            .set(
                "ARCHESTRA_POSTGRES_DIR",
                installation().display().to_string(),
            )
            .set("ARCHESTRA_API_BASE_URL", format!("http://localhost:{api}"))
            .set("ARCHESTRA_FRONTEND_URL", format!("http://localhost:{ui}"))
            .set("ARCHESTRA_METRICS_PORT", metrics.to_string())
            .set("ARCHESTRA_OPENAI_BASE_URL", url.clone())
            .set("ARCHESTRA_ANTHROPIC_BASE_URL", url.clone())
            .set("ARCHESTRA_GEMINI_BASE_URL", url)
    }

    /// With the environment of a running server.
    pub(super) fn beside(program: &Program) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let environment = program
            .environment()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            environment: environment.collect(),
            before: Vec::new(),
            user: None,
            directory,
        }
    }

    pub(super) fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// A script, whose arguments are the program's command line.
    pub(super) fn after(mut self, isolation: &[&str], script: &str) -> Self {
        self.before = isolation.iter().map(|word| (*word).to_owned()).collect();
        let whole = format!("set -e; {script}; exec \"$@\"");
        self.before
            .extend(["sh", "-c", &whole, "sh"].map(str::to_owned));
        self
    }

    pub(super) fn by(mut self, user: u32) -> Self {
        self.user = Some(user);
        self
    }

    /// Of the visit's own.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The data directory, made.
    pub(super) fn data(&self) -> PathBuf {
        let data = self.path("data");
        fs::create_dir_all(&data).unwrap();
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).unwrap();
        data
    }

    #[expect(clippy::disallowed_methods, reason = "waits for its end")]
    pub(super) fn examine(&self) -> Examined {
        let program = self.program();
        let mut words = self.before.iter().map(String::as_str).chain([
            program.to_str().unwrap(),
            "doctor",
            "--json",
        ]);
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .env_clear()
            .envs(&self.environment)
            .current_dir("/");
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        let begun = Instant::now();
        let output = command.output().unwrap();
        let took = begun.elapsed();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Examined {
            findings: report["findings"].as_array().cloned().unwrap_or_default(),
            succeeded: output.status.success(),
            took,
            said: format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }

    /// Where another user gets to it.
    fn program(&self) -> PathBuf {
        let original = Path::new(env!("CARGO_BIN_EXE_archestra"));
        if self.user.is_none() {
            return original.to_owned();
        }
        let reachable = self.path("archestra");
        if !reachable.exists() && fs::hard_link(original, &reachable).is_err() {
            fs::copy(original, &reachable).unwrap();
        }
        reachable
    }

    /// Runs, and looks for one finding.
    pub(super) fn expect(
        &self,
        fault: &'static str,
        name: &'static str,
        found: &[&str],
        fix: &str,
    ) -> Seeded {
        let examined = self.examine();
        let holds = |finding: &&Value| {
            let text = |field: &str| finding[field].as_str().unwrap_or_default();
            finding["name"] == name
                && finding["level"] != "ok"
                && !text("why").is_empty()
                && found.iter().all(|word| text("found").contains(word))
                && text("fix").contains(fix)
        };
        let named = examined.findings.iter().find(holds).cloned();
        let is_consistent = examined.succeeded == examined.faults().is_empty();
        Seeded {
            fault,
            named: named.filter(|_| is_consistent),
            took: examined.took,
            skipped: None,
            said: examined.said,
        }
    }
}

impl Examined {
    pub(super) fn of(&self, name: &str) -> &Value {
        let mut found = self
            .findings
            .iter()
            .filter(|finding| finding["name"] == name);
        found
            .next()
            .unwrap_or_else(|| panic!("{name}: {}", self.said))
    }

    pub(super) fn faults(&self) -> Vec<&Value> {
        self.findings
            .iter()
            .filter(|finding| finding["level"] == "fault")
            .collect()
    }
}

/// A fault and what the doctor made of it: a line of the table.
pub(super) struct Seeded {
    fault: &'static str,
    named: Option<Value>,
    took: Duration,
    pub(super) skipped: Option<&'static str>,
    said: String,
}

impl Seeded {
    /// It can't be had on this machine.
    pub(super) fn skipped(fault: &'static str, why: &'static str) -> Self {
        Self {
            fault,
            named: None,
            took: Duration::ZERO,
            skipped: Some(why),
            said: String::new(),
        }
    }

    pub(super) fn is_named(&self) -> bool {
        self.named.is_some() && self.took <= WITHIN
    }

    pub(super) fn report(&self) -> String {
        format!("{self}\n{}", self.said)
    }
}

impl fmt::Display for Seeded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = self.skipped {
            return write!(formatter, "| {:<42} | skipped: {why} |", self.fault);
        }
        let named = if self.named.is_some() {
            "named"
        } else {
            "MISSED"
        };
        let level = self
            .named
            .as_ref()
            .map_or("", |finding| finding["level"].as_str().unwrap_or_default());
        write!(
            formatter,
            "| {:<42} | {named:<6} | {level:<7} | {:>5} ms |",
            self.fault,
            self.took.as_millis()
        )
    }
}

#[expect(clippy::disallowed_methods, reason = "a setting of tests")]
pub(super) fn installation() -> PathBuf {
    let explicit = std::env::var_os("ARCHESTRA_POSTGRES_DIR").map(PathBuf::from);
    let found = postgres::installation::Installation::find(explicit.as_deref()).unwrap();
    found.bin_dir().parent().unwrap().to_owned()
}

/// What keeps the mounts or the network of one run from the rest of the machine; none where that is not allowed.
pub(super) fn isolated(what: &'static str) -> Option<Vec<&'static str>> {
    let mut words = vec!["unshare", what];
    if !is_root() {
        words.extend(["--user", "--map-root-user"]);
    }
    runs(&words).then_some(words)
}

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[expect(clippy::disallowed_methods, reason = "waits for its end")]
pub(super) fn runs(words: &[&str]) -> bool {
    let (program, arguments) = words.split_first().unwrap();
    let status = Command::new(program).args(arguments).arg("true").status();
    status.is_ok_and(|status| status.success())
}
