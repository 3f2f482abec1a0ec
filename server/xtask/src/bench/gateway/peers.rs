//! Other gateways, in front of the same server: whatever of them is installed beside the Python that is named. Of those
//! that are npm packages, mcp-hub serves only the transport of 2024, which this load does not speak.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::bench::server::{free_port, is_listening, terminate};

pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) port: u16,
    /// It knows only the versions with a session, and works without one.
    pub(super) is_earlier: bool,
    child: Child,
}

/// A proxy by `FastMCP`, in its own process and with its usual settings.
const FASTMCP: &str = "import sys
from fastmcp.server import create_proxy
proxy = create_proxy(sys.argv[1], name='bench')
proxy.run(transport='http', host='127.0.0.1', port=int(sys.argv[2]), log_level='ERROR', show_banner=False)
";

impl Peer {
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    fn start(name: &'static str, port: u16, command: &mut Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = fs::File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let peer = Self {
            name,
            port,
            is_earlier: false,
            child,
        };
        let started = Instant::now();
        while !is_listening(port) {
            if started.elapsed() > Duration::from_secs(30) {
                let said = fs::read_to_string(log).unwrap_or_default();
                bail!("{name} did not start: {said}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

pub(super) fn start(python: Option<&Path>, backend: u16, folder: &Path) -> Result<Vec<Peer>> {
    let Some(python) = python else {
        return Ok(Vec::new());
    };
    let mut peers = vec![fastmcp(python, backend, folder)?];
    let mcp_proxy = python.with_file_name("mcp-proxy");
    if mcp_proxy.is_file() {
        peers.push(proxy(&mcp_proxy, backend, folder)?);
    }
    Ok(peers)
}

fn fastmcp(python: &Path, backend: u16, folder: &Path) -> Result<Peer> {
    let script = folder.join("fastmcp_proxy.py");
    fs::write(&script, FASTMCP)?;
    let port = free_port()?;
    let mut command = Command::new(python);
    command
        .arg(&script)
        .arg(format!("http://127.0.0.1:{backend}/mcp"))
        .arg(port.to_string());
    Peer::start("fastmcp", port, &mut command, folder)
}

/// It translates between HTTP and stdio, so two of them make a gateway between HTTP and HTTP.
fn proxy(program: &Path, backend: u16, folder: &Path) -> Result<Peer> {
    let port = free_port()?;
    let mut command = Command::new(program);
    command
        .args(["--stateless", "--log-level", "ERROR", "--port"])
        .arg(port.to_string())
        .arg("--")
        .arg(program)
        .args(["--transport", "streamablehttp", "--log-level", "ERROR"])
        .arg(format!("http://127.0.0.1:{backend}/mcp"));
    let mut peer = Peer::start("mcp-proxy", port, &mut command, folder)?;
    peer.is_earlier = true;
    Ok(peer)
}
