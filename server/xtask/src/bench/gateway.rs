//! `cargo xtask bench gateway`: what the MCP gateway costs, beside calling the same server directly and beside other
//! gateways.
//!
//! The server behind is the fixture of `testkit` over HTTP, in a process of its own. Everything runs on this machine, so
//! what counts are ratios of interleaved rounds, not absolute numbers. Every call is recorded, as always.

mod client;
mod idle;
mod peers;
mod report;
pub(crate) mod site;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::process::{self, Measured};
use super::server::{self, Server};
use super::{build, is_installed};
use crate::progress::Progress;
use crate::workspace::Workspace;
use crate::{command, postgresql};
use peers::Peer;
use report::{Report, Row};
use site::Site;

const CONCURRENCY: [u32; 2] = [1, 32];
/// How many servers the long list is made of.
const SERVERS: usize = 50;
const IDLE_STREAMS: usize = 10_000;

struct Options {
    seconds: u32,
    rounds: u32,
    streams: usize,
    json: Option<PathBuf>,
    binary: Option<PathBuf>,
    fixture: Option<PathBuf>,
    /// A Python that has `fastmcp`, and perhaps `mcp-proxy`, to be measured beside.
    python: Option<PathBuf>,
}

pub(super) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let options = options(arguments)?;
    if !is_installed("wrk") {
        bail!("wrk is missing: apt-get install wrk");
    }
    let progress = Progress::start();
    let postgres = postgresql::install(workspace, &progress)?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => build(workspace, &progress)?,
    };
    let fixture = match &options.fixture {
        Some(fixture) => fixture.clone(),
        None => build_fixture(workspace, &progress)?,
    };
    let folder = process::Folder::create()?;
    let backend = Backend::start(&fixture)?;
    let environment = [("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8,localhost")];
    let (server, _) = Server::start_with(&binary, &postgres, &folder.path, &environment)?;
    let site = Site::prepare(server.port, backend.port, SERVERS)?;
    let peers = peers::start(options.python.as_deref(), backend.port, &folder.path)?;
    let bench = Bench {
        options,
        folder,
        backend,
        server,
        site,
        peers,
        progress,
    };
    let report = bench.measure()?;
    print!("{}", report.table());
    if let Some(file) = &bench.options.json {
        let text = serde_json::to_string_pretty(&report.json())?;
        std::fs::write(file, text).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

fn options(arguments: &[String]) -> Result<Options> {
    let mut options = Options {
        seconds: 4,
        rounds: 3,
        streams: IDLE_STREAMS,
        json: None,
        binary: None,
        fixture: None,
        python: None,
    };
    let mut arguments = arguments.iter();
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--seconds" => options.seconds = value.parse()?,
            "--rounds" => options.rounds = value.parse()?,
            "--streams" => options.streams = value.parse()?,
            "--json" => options.json = Some(value.into()),
            "--binary" => options.binary = Some(value.into()),
            "--fixture" => options.fixture = Some(value.into()),
            "--python" => options.python = Some(value.into()),
            other => bail!("`bench gateway` knows no {other}"),
        }
    }
    if options.seconds == 0 || options.rounds == 0 {
        bail!("--seconds and --rounds begin at 1");
    }
    Ok(options)
}

pub(crate) fn build_fixture(workspace: &Workspace, progress: &Progress) -> Result<PathBuf> {
    progress.step("release build of the fixture", || {
        command::run(workspace.cargo("build").args([
            "--release",
            "--package",
            "testkit",
            "--bin",
            "mcp-fixture",
        ]))
    })?;
    Ok(workspace.binary("release", "mcp-fixture"))
}

/// The MCP server that everything is measured against.
pub(crate) struct Backend {
    child: Child,
    pub(crate) port: u16,
}

impl Backend {
    pub(crate) fn start(fixture: &std::path::Path) -> Result<Self> {
        let port = server::free_port()?;
        let child = Command::new(fixture)
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| fixture.display().to_string())?;
        let backend = Self { child, port };
        let started = Instant::now();
        while !server::is_listening(port) {
            if started.elapsed() > Duration::from_secs(10) {
                bail!("the fixture does not listen on port {port}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(backend)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        server::terminate(&mut self.child);
    }
}

/// How calls get to the server behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Direct,
    Gateway,
    Peer(usize),
}

struct Bench {
    options: Options,
    folder: process::Folder,
    backend: Backend,
    server: Server,
    site: Site,
    peers: Vec<Peer>,
    progress: Progress,
}

impl Bench {
    fn measure(&self) -> Result<Report> {
        let idle_rss = process::resident(self.server.process())?;
        let mut rows = Vec::new();
        for concurrency in CONCURRENCY {
            self.calls(concurrency, &mut rows)?;
        }
        let list = self.lists()?;
        let loaded_rss = process::resident(self.server.process())?;
        let streams = idle::measure(&self.server, &self.site, self.options.streams)?;
        Ok(Report {
            rows,
            list,
            tools_listed: self.site.tools_listed,
            idle_rss,
            loaded_rss,
            streams,
            lost: self.server.lost_records()?,
        })
    }

    fn ways(&self) -> Vec<Way> {
        let peers = (0..self.peers.len()).map(Way::Peer);
        [Way::Direct, Way::Gateway]
            .into_iter()
            .chain(peers)
            .collect()
    }

    /// Every way once in each round, so that whatever else the machine does meets all of them.
    fn calls(&self, concurrency: u32, rows: &mut Vec<Row>) -> Result<()> {
        for round in 1..=self.options.rounds {
            let mut line = Vec::new();
            for way in self.ways() {
                let measured = self.call(way, concurrency)?;
                let row = Row::of(self.name(way), concurrency, &measured);
                line.push(format!("{} {:.0}/s", row.way, row.per_second));
                rows.push(row);
            }
            self.progress.line(&format!(
                "calls, {concurrency} at a time, round {round}: {}",
                line.join(", ")
            ));
        }
        Ok(())
    }

    fn name(&self, way: Way) -> String {
        match way {
            Way::Direct => "direct".to_owned(),
            Way::Gateway => "gateway".to_owned(),
            Way::Peer(index) => self.peers[index].name.to_owned(),
        }
    }

    fn call(&self, way: Way, concurrency: u32) -> Result<Measured> {
        let (port, path, tool, token, process) = match way {
            Way::Direct => (
                self.backend.port,
                "/mcp".to_owned(),
                site::RAW_TOOL.to_owned(),
                None,
                None,
            ),
            Way::Gateway => (
                self.server.port,
                self.site.path.clone(),
                self.site.tool.clone(),
                Some(self.site.token.as_str()),
                Some(self.server.process()),
            ),
            Way::Peer(index) => {
                let peer = &self.peers[index];
                (
                    peer.port,
                    "/mcp".to_owned(),
                    site::RAW_TOOL.to_owned(),
                    None,
                    Some(peer.process()),
                )
            }
        };
        let load = match way {
            Way::Peer(index) if self.peers[index].is_earlier => client::Load::earlier_call(&tool),
            _ => client::Load::call(&tool, token),
        };
        let run = || {
            load.run(
                &self.folder.path,
                port,
                &path,
                concurrency,
                self.options.seconds,
            )
        };
        process::measured(process, way == Way::Gateway, run)
    }

    /// `tools/list` of many servers, one at a time.
    fn lists(&self) -> Result<Row> {
        let load = client::Load::list(&self.site.token);
        let run = || {
            load.run(
                &self.folder.path,
                self.server.port,
                &self.site.long_path,
                1,
                self.options.seconds,
            )
        };
        let measured = process::measured(Some(self.server.process()), true, run)?;
        Ok(Row::of("tools/list".to_owned(), 1, &measured))
    }
}
