//! Other gateways, in front of the same server: whatever of them is installed.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::server::{free_port, is_listening, terminate};

pub(super) struct Peer {
    pub(super) name: &'static str,
    pub(super) port: u16,
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
    let script = folder.join("fastmcp_proxy.py");
    fs::write(&script, FASTMCP)?;
    let port = free_port()?;
    let log = fs::File::create(folder.join("fastmcp.log"))?;
    let child = Command::new(python)
        .arg(&script)
        .arg(format!("http://127.0.0.1:{backend}/mcp"))
        .arg(port.to_string())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let peer = Peer {
        name: "fastmcp",
        port,
        child,
    };
    let started = Instant::now();
    while !is_listening(port) {
        if started.elapsed() > Duration::from_secs(30) {
            anyhow::bail!(
                "the FastMCP proxy did not start: {}",
                fs::read_to_string(folder.join("fastmcp.log")).unwrap_or_default()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(vec![peer])
}
