//! A load of so many requests a second, of every kind the product serves, and what became of each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Answer, Client, header};
use super::load::{self, Call, End};

const PATIENCE: Duration = Duration::from_secs(20);
/// Each caller's: twenty of them make 200 requests a second.
const PERIOD: Duration = Duration::from_millis(100);
pub(crate) const META: &str = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"faults","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}"#;

/// What one caller does, over and over.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Stream,
    /// A tool call that needs no session.
    Tool,
    /// One in a session that was opened once.
    Session,
    Read,
    Write,
}

const CALLERS: [(Kind, usize); 6] = [
    (Kind::Model, 8),
    (Kind::Stream, 4),
    (Kind::Tool, 2),
    (Kind::Session, 2),
    (Kind::Read, 2),
    (Kind::Write, 2),
];

/// Where the load goes, and with what.
pub(crate) struct Target {
    pub(crate) port: u16,
    pub(crate) key: String,
    pub(crate) gateway: String,
    pub(crate) token: String,
    pub(crate) tool: String,
    /// A team for each writer, whose description it changes.
    pub(crate) teams: [String; 2],
}

#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) model_calls: Vec<Call>,
    pub(crate) requests: usize,
    pub(crate) failures: Vec<String>,
    pub(crate) slowest: Duration,
}

pub(crate) struct Steady {
    stop: Arc<AtomicBool>,
    begun: Instant,
    callers: Vec<JoinHandle<Outcome>>,
}

impl Steady {
    /// `name` becomes the external agent of its model calls.
    pub(crate) fn start(target: &Arc<Target>, name: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let kinds = CALLERS
            .iter()
            .flat_map(|(kind, number)| (0..*number).map(|nth| (*kind, nth)));
        let callers = kinds.enumerate().map(|(index, (kind, nth))| {
            let caller = Caller {
                client: Client::new(target.port, PATIENCE),
                target: target.clone(),
                kind,
                nth,
                name: format!("{name}-{index}"),
                agent: name.to_owned(),
                session: None,
                outcome: Outcome::default(),
            };
            let stop = stop.clone();
            std::thread::spawn(move || caller.work(&stop))
        });
        Self {
            callers: callers.collect(),
            begun: Instant::now(),
            stop,
        }
    }

    pub(crate) fn finish(self) -> (Outcome, Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Outcome::default();
        for outcome in self
            .callers
            .into_iter()
            .filter_map(|caller| caller.join().ok())
        {
            all.model_calls.extend(outcome.model_calls);
            all.requests += outcome.requests;
            all.failures.extend(outcome.failures);
            all.slowest = all.slowest.max(outcome.slowest);
        }
        (all, self.begun.elapsed())
    }
}

struct Caller {
    client: Client,
    target: Arc<Target>,
    kind: Kind,
    /// Among those of its kind.
    nth: usize,
    name: String,
    agent: String,
    session: Option<String>,
    outcome: Outcome,
}

impl Caller {
    fn work(mut self, stop: &AtomicBool) -> Outcome {
        let begun = Instant::now();
        let mut number = 0;
        while !stop.load(Ordering::Relaxed) {
            let due = begun + PERIOD * number;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let sent = Instant::now();
            if let Err(why) = self.request(number) {
                self.outcome
                    .failures
                    .push(format!("{}-{number}: {why}", self.name));
            }
            self.outcome.slowest = self.outcome.slowest.max(sent.elapsed());
            self.outcome.requests += 1;
            number += 1;
        }
        self.outcome
    }

    fn request(&mut self, number: u32) -> Result<(), String> {
        match self.kind {
            Kind::Model => self.model_call(number, false),
            Kind::Stream => self.model_call(number, true),
            Kind::Tool => self.tool_call(&[("mcp-protocol-version", "2026-07-28")], META),
            Kind::Session => self.session_call(),
            Kind::Read => self.api("GET", "/api/agents", &[]).map(drop),
            Kind::Write => self.write(number),
        }
    }

    fn model_call(&mut self, number: u32, streamed: bool) -> Result<(), String> {
        let id = format!("{}-{number}", self.name);
        let call = load::call(&mut self.client, &self.agent, id, streamed);
        let end = match &call.end {
            End::Whole => Ok(()),
            End::Refused => Err("refused".to_owned()),
            End::Failed(why) => Err(why.clone()),
        };
        self.outcome.model_calls.push(call);
        end
    }

    fn tool_call(&mut self, extra: &[(&str, &str)], meta: &str) -> Result<(), String> {
        let tool = self.target.tool.clone();
        let params = format!(r#"{{"name":"{tool}","arguments":{{}},"_meta":{meta}}}"#);
        let mut headers = vec![("mcp-method", "tools/call"), ("mcp-name", tool.as_str())];
        headers.extend_from_slice(extra);
        let answer = self.gateway("tools/call", &params, &headers)?;
        let text = answer.text();
        if answer.status == 200 && text.contains("\"result\"") && !text.contains("\"isError\":true")
        {
            return Ok(());
        }
        Err(format!("{} {text}", answer.status))
    }

    fn session_call(&mut self) -> Result<(), String> {
        let version = ("mcp-protocol-version", "2025-11-25");
        if self.session.is_none() {
            let params = r#"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"faults","version":"1"}}"#;
            let answer = self.gateway("initialize", params, &[version])?;
            let session = header(&answer.head, "mcp-session-id").map(str::to_owned);
            self.session = Some(session.ok_or_else(|| format!("no session: {}", answer.text()))?);
        }
        let session = self.session.clone().unwrap_or_default();
        self.tool_call(&[version, ("mcp-session-id", &session)], "{}")
    }

    fn gateway(
        &mut self,
        method: &str,
        params: &str,
        extra: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
        let authorization = format!("Bearer {}", self.target.token);
        let mut headers = vec![
            ("authorization", authorization.as_str()),
            ("accept", "application/json, text/event-stream"),
        ];
        headers.extend_from_slice(extra);
        let answer = self
            .client
            .send("POST", &self.target.gateway, &headers, body.as_bytes());
        answer.map_err(|broken| broken.to_string())
    }

    /// What is written is read back at once, by whichever server comes next.
    fn write(&mut self, number: u32) -> Result<(), String> {
        let path = format!("/api/teams/{}", self.target.teams[self.nth]);
        let description = format!("{} {number}", self.name);
        let body = json!({ "description": description }).to_string();
        self.api("PUT", &path, body.as_bytes())?;
        let read = self.api("GET", &path, &[])?;
        if read["description"] == description.as_str() {
            return Ok(());
        }
        Err(format!("wrote {description}, read {}", read["description"]))
    }

    fn api(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Value, String> {
        let key = [("authorization", self.target.key.as_str())];
        let answer = self.client.send(method, path, &key, body);
        let answer = answer.map_err(|broken| format!("{method} {path}: {broken}"))?;
        if answer.status != 200 {
            return Err(format!(
                "{method} {path}: {} {}",
                answer.status,
                answer.text()
            ));
        }
        serde_json::from_slice(&answer.body).map_err(|error| error.to_string())
    }
}
