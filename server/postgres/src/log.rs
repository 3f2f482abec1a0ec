//! What the server says: kept in a bounded file, forwarded to our own log, quoted in errors, and
//! read for the two facts the supervisor acts on.
//!
//! What a client's statement caused goes to the client alone. Its text, and the values in it, may
//! hold somebody's secret, so such lines reach neither the file nor our log.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Two files of this size are kept.
const FILE_LIMIT: u64 = 2 << 20;
const RECENT_LINES: usize = 12;

/// Processes that execute statements of clients.
const FOR_CLIENTS: [&str; 3] = ["client backend", "parallel worker", "walsender"];

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The server accepts connections (again).
    Ready,
    /// A process of the server died; it ends all others and recovers by itself.
    Crashed { cause: String },
}

pub(crate) struct Log {
    path: PathBuf,
    file: Option<File>,
    size: u64,
    recent: VecDeque<String>,
    /// Whether the message that a continuation line belongs to was left out.
    hiding: bool,
    /// The last message about a process that ended badly.
    casualty: Option<String>,
}

impl Log {
    pub(crate) fn open(path: &Path) -> Self {
        let mut log = Self {
            path: path.to_owned(),
            file: None,
            size: 0,
            recent: VecDeque::new(),
            hiding: false,
            casualty: None,
        };
        log.reopen();
        log
    }

    /// Forgets the lines of an earlier process, so that errors quote the present one.
    pub(crate) fn begin(&mut self) {
        self.recent.clear();
        self.casualty = None;
        self.hiding = false;
    }

    /// The last lines, for an error.
    pub(crate) fn quote(&self) -> String {
        if self.recent.is_empty() {
            return "it said nothing".to_owned();
        }
        let lines: Vec<&str> = self.recent.iter().map(String::as_str).collect();
        lines.join("\n")
    }

    pub(crate) fn take(&mut self, line: &[u8]) -> Option<Event> {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end();
        let (who, text) = parse(line);
        if !line.starts_with('\t') {
            self.hiding = is_hidden(who, text);
        }
        if self.hiding || line.is_empty() {
            return None;
        }
        self.keep(line);
        if self.recent.len() == RECENT_LINES {
            self.recent.pop_front();
        }
        self.recent.push_back(text.to_owned());
        forward(who, text);
        self.read(text)
    }

    fn read(&mut self, text: &str) -> Option<Event> {
        if text.contains("was terminated by") || text.contains("exited with exit code") {
            self.casualty = text.strip_prefix("LOG:  ").map(str::to_owned);
        }
        if text.starts_with("LOG:  terminating any other active server processes") {
            let cause = self.casualty.take();
            let cause = cause.unwrap_or_else(|| "a server process crashed".to_owned());
            return Some(Event::Crashed { cause });
        }
        text.starts_with("LOG:  database system is ready to accept connections")
            .then_some(Event::Ready)
    }

    /// A log that cannot be written must not stop the database: the disk may be full.
    fn keep(&mut self, line: &str) {
        if self.size > FILE_LIMIT {
            let _ = fs::rename(&self.path, self.path.with_extension("log.1"));
            self.reopen();
        }
        if let Some(file) = &mut self.file
            && writeln!(file, "{line}").is_ok()
        {
            self.size += line.len() as u64 + 1;
        }
    }

    fn reopen(&mut self) {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        self.file = options.open(&self.path).ok();
        let found = self.file.as_ref().and_then(|file| file.metadata().ok());
        self.size = found.map_or(0, |found| found.len());
    }
}

/// Splits `time [pid] <who> SEVERITY:  text`. Before the server has read its settings, and from the
/// loader, lines come without that prefix.
fn parse(line: &str) -> (Option<&str>, &str) {
    line.split_once("] <")
        .and_then(|(_, rest)| rest.split_once("> "))
        .map_or((None, line), |(who, text)| (Some(who), text))
}

fn is_hidden(who: Option<&str>, text: &str) -> bool {
    if who.is_some_and(|who| FOR_CLIENTS.contains(&who)) {
        return !(text.starts_with("FATAL:") || text.starts_with("PANIC:"));
    }
    [
        "DETAIL:  Failed process was running",
        "STATEMENT:",
        "QUERY:",
        "CONTEXT:",
    ]
    .iter()
    .any(|private| text.starts_with(private))
}

fn forward(who: Option<&str>, text: &str) {
    let for_client = who.is_some_and(|who| FOR_CLIENTS.contains(&who));
    let severity = text.split(':').next().unwrap_or_default();
    match severity {
        "PANIC" => tracing::error!("postgres: {text}"),
        // The program that lost its connection reports that itself.
        "FATAL" if for_client => tracing::debug!("postgres: {text}"),
        "FATAL" => tracing::error!("postgres: {text}"),
        "ERROR" | "WARNING" => tracing::warn!("postgres: {text}"),
        _ => tracing::debug!("postgres: {text}"),
    }
}

#[cfg(test)]
mod tests;
