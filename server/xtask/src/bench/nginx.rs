//! nginx in two roles: an upstream that answers at once, and a reverse proxy that does nothing but forward.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::server::{free_port, is_listening, terminate};

/// An answer of the size that a short completion has.
const ANSWER: &str = r#"{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I assist you today? I can answer questions, write code, or look things up in the documents you have given me.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":119,"completion_tokens":28,"total_tokens":147,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_06737a9306"}"#;

pub(super) struct Nginx {
    child: Child,
    pub(super) port: u16,
}

impl Nginx {
    /// Answers everything with one completion.
    pub(super) fn upstream(folder: &Path) -> Result<Self> {
        let answer = ANSWER.replace('\'', "\\'");
        let http =
            format!("location / {{ default_type application/json; return 200 '{answer}'; }}");
        Self::start(folder, "upstream", "", &http)
    }

    /// Forwards calls to one upstream and streams to the other, with connections kept to both.
    pub(super) fn proxy(folder: &Path, calls: u16, streams: u16) -> Result<Self> {
        let upstreams = format!(
            "upstream calls {{ server 127.0.0.1:{calls}; keepalive 128; }}
             upstream streams {{ server 127.0.0.1:{streams}; keepalive 128; }}"
        );
        let forward = "proxy_http_version 1.1; proxy_set_header Connection \"\";";
        let http = format!(
            "location / {{ proxy_pass http://calls; {forward} }}
             location /messages {{ proxy_pass http://streams; proxy_buffering off; {forward} }}"
        );
        Self::start(folder, "proxy", &upstreams, &http)
    }

    fn start(folder: &Path, name: &str, upstreams: &str, locations: &str) -> Result<Self> {
        let folder = folder.join(format!("nginx-{name}"));
        fs::create_dir_all(&folder)?;
        let port = free_port()?;
        let configuration = format!(
            "worker_processes auto; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
             events {{ worker_connections 4096; }}
             http {{ access_log off; keepalive_requests 100000000; client_body_buffer_size 256k; tcp_nodelay on;
                     client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                     fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                     {upstreams}
                     server {{ listen 127.0.0.1:{port} backlog=1024; {locations} }} }}",
            folder = folder.display(),
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration)?;
        let program = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"]
            .into_iter()
            .find(|path| Path::new(path).is_file());
        let child = Command::new(program.unwrap_or("nginx"))
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("nginx")?;
        let nginx = Self { child, port };
        let started = Instant::now();
        while !is_listening(port) {
            if started.elapsed() > Duration::from_secs(5) {
                bail!(
                    "nginx did not start: {}",
                    fs::read_to_string(folder.join("error.log")).unwrap_or_default()
                );
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(nginx)
    }

    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}
