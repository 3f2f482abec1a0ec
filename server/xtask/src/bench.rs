//! `cargo xtask bench proxy`: what the proxy costs, beside no proxy at all and beside nginx as the floor.
//!
//! Everything runs on this machine, so what counts are ratios of interleaved rounds, not absolute numbers. The upstream
//! of plain calls is an nginx that returns a fixed body; that of streams is a thread per connection in this process.
//! Every call of the proxied rounds is recorded in a PostgreSQL of the server's own.

pub(crate) mod gateway;
mod load;
mod nginx;
mod process;
mod report;
mod server;
mod streams;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, postgresql};
use report::{Report, Round, Rounds};
use server::Server;

/// How calls get to the upstream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Direct,
    Nginx,
    Proxied,
}

const WAYS: [Way; 3] = [Way::Direct, Way::Nginx, Way::Proxied];
const CONCURRENCY: [u32; 3] = [1, 8, 64];
const STREAMS: u32 = 32;

struct Options {
    seconds: u32,
    rounds: u32,
    json: Option<PathBuf>,
    /// Measures this program instead of building one.
    binary: Option<PathBuf>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let what = arguments
        .split_first()
        .map(|(what, rest)| (what.as_str(), rest));
    let arguments = match what {
        Some(("proxy", arguments)) => arguments,
        Some(("gateway", arguments)) => return gateway::run(workspace, arguments),
        _ => bail!(
            "what is to be measured? `cargo xtask bench proxy|gateway [--seconds N] [--rounds N] [--json FILE] [--binary FILE]`"
        ),
    };
    let options = options(arguments)?;
    for program in ["wrk", "nginx"] {
        if !is_installed(program) {
            bail!("{program} is missing: apt-get install wrk nginx-light");
        }
    }
    let progress = Progress::start();
    let postgres = postgresql::install(workspace, &progress)?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => build(workspace, &progress)?,
    };
    let report = measure(&binary, &postgres, &options, &progress)?;
    print!("{}", report.table());
    if let Some(file) = &options.json {
        let text = serde_json::to_string_pretty(&report.json())?;
        std::fs::write(file, text).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        seconds: 4,
        rounds: 3,
        json: None,
        binary: None,
    };
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--seconds" => options.seconds = value.parse()?,
            "--rounds" => options.rounds = value.parse()?,
            "--json" => options.json = Some(value.into()),
            "--binary" => options.binary = Some(value.into()),
            other => bail!("`bench proxy` knows no {other}"),
        }
    }
    if options.seconds == 0 || options.rounds == 0 {
        bail!("--seconds and --rounds begin at 1");
    }
    Ok(options)
}

/// wrk ends its `--version` with an error, so it is only looked for.
fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(usual)
        .any(|folder| folder.join(program).is_file())
}

fn build(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    progress.step("release build", || {
        command::run(workspace.cargo("build").args([
            "--release",
            "--package",
            "app",
            "--bin",
            "archestra",
        ]))
    })?;
    Ok(workspace.binary("release", "archestra"))
}

fn measure(
    binary: &Path,
    postgres: &Path,
    options: &Options,
    progress: &Progress,
) -> Result<Report> {
    let folder = process::Folder::create()?;
    let streams = streams::upstream()?;
    let calls = nginx::Nginx::upstream(&folder.path)?;
    let (mut server, first_start) =
        Server::start(binary, postgres, &folder.path, calls.port, streams)?;
    server.stop();
    let (server, warm_start) = Server::start(binary, postgres, &folder.path, calls.port, streams)?;
    std::thread::sleep(Duration::from_secs(2));
    let idle_rss = process::resident(server.process())?;
    let floor = nginx::Nginx::proxy(&folder.path, calls.port, streams)?;
    let setup = Setup {
        folder,
        calls,
        streams,
        floor,
        server,
    };
    let calls =
        CONCURRENCY.map(|concurrency| setup.rounds(Kind::Calls, concurrency, options, progress));
    let streams =
        [1, STREAMS].map(|concurrency| setup.rounds(Kind::Streams, concurrency, options, progress));
    Ok(Report {
        calls: calls.into_iter().collect::<Result<_>>()?,
        streams: streams.into_iter().collect::<Result<_>>()?,
        first_start,
        warm_start,
        idle_rss,
        loaded_rss: process::resident(setup.server.process())?,
        lost: setup.server.lost_records()?,
    })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Calls,
    Streams,
}

/// Everything that runs while it is measured.
struct Setup {
    folder: process::Folder,
    calls: nginx::Nginx,
    /// The port of the upstream that streams.
    streams: u16,
    floor: nginx::Nginx,
    server: Server,
}

impl Setup {
    /// Every way once in each round, so that whatever else the machine does meets all of them.
    fn rounds(
        &self,
        kind: Kind,
        concurrency: u32,
        options: &Options,
        progress: &Progress,
    ) -> Result<Rounds> {
        let mut rounds = Rounds::new(concurrency);
        for round in 1..=options.rounds {
            for way in WAYS {
                let (port, path, process) = self.place(kind, way);
                let load = || match kind {
                    Kind::Calls => {
                        load::run(&self.folder.path, port, path, concurrency, options.seconds)
                    }
                    Kind::Streams => streams::run(port, path, concurrency, options.seconds),
                };
                let measured = process::measured(process, way == Way::Proxied, load)?;
                rounds.add(way, Round::of(&measured));
            }
            progress.line(&format!(
                "{kind:?}, {concurrency} at a time, round {round}: {}",
                rounds.last()
            ));
        }
        Ok(rounds)
    }

    /// The port, the path and the process in between.
    fn place(&self, kind: Kind, way: Way) -> (u16, &'static str, Option<u32>) {
        match (kind, way) {
            (Kind::Calls, Way::Direct) => (self.calls.port, "/chat/completions", None),
            (Kind::Streams, Way::Direct) => (self.streams, "/messages", None),
            (Kind::Calls, Way::Nginx) => (
                self.floor.port,
                "/chat/completions",
                Some(self.floor.process()),
            ),
            (Kind::Streams, Way::Nginx) => {
                (self.floor.port, "/messages", Some(self.floor.process()))
            }
            (_, Way::Proxied) => {
                let path = match kind {
                    Kind::Calls => "/v1/openai/chat/completions",
                    Kind::Streams => "/v1/anthropic/v1/messages",
                };
                (self.server.port, path, Some(self.server.process()))
            }
        }
    }
}
