//! `HAProxy` before two servers: it asks each whether it is ready, as Kubernetes does, and retries only what nobody took.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::site::{free_ports, wait_until};

pub(crate) struct Balancer {
    child: Child,
    pub(crate) port: u16,
}

impl Balancer {
    pub(crate) fn start(folder: &Path, servers: [u16; 2]) -> Result<Self> {
        let [port] = free_ports()?;
        let [first, second] = servers;
        let configuration = format!(
            "global
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout check 2s
  retries 3
  option redispatch 1
listen archestra
  bind 127.0.0.1:{port}
  balance roundrobin
  option httpchk GET /ready
  default-server check inter 200ms fall 1 rise 2
  server first 127.0.0.1:{first}
  server second 127.0.0.1:{second}
"
        );
        fs::create_dir_all(folder)?;
        let file = folder.join("haproxy.cfg");
        fs::write(&file, configuration)?;
        let child = Command::new("haproxy")
            .args(["-db", "-q", "-f"])
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .context("haproxy is missing: apt-get install haproxy")?;
        let balancer = Self { child, port };
        wait_until("haproxy listens", Duration::from_secs(5), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        Ok(balancer)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
