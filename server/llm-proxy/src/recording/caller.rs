//! What a client says about itself in headers.

use http::header::{HeaderMap, HeaderValue, USER_AGENT};

/// Kept as they came; read when the call is recorded.
pub(super) struct CallerHeaders {
    agent: Option<HeaderValue>,
    user: Option<HeaderValue>,
    run: Option<HeaderValue>,
    meta: Option<HeaderValue>,
    session: Option<(HeaderValue, &'static str)>,
    program: Option<HeaderValue>,
}

/// Headers that name a conversation, ours first, and what the log calls each of them.
const SESSIONS: [(&str, &str); 5] = [
    ("x-archestra-session-id", "header"),
    ("x-claude-code-session-id", "claude_code"),
    ("session-id", "codex"),
    ("x-opencode-session", "opencode"),
    ("x-session-id", "x-session-id"),
];

/// How well-known programs begin their User-Agent, and the id each goes by.
const PROGRAMS: [(&str, &str); 5] = [
    ("claude-cli", "anthropic_claude"),
    ("codex", "openai_codex"),
    ("Cursor", "cursor"),
    ("opencode", "opencode"),
    ("GeminiCLI", "gemini_cli"),
];

const LONGEST: usize = 256;

impl CallerHeaders {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let session = SESSIONS
            .iter()
            .find_map(|(name, source)| Some((headers.get(*name)?.clone(), *source)));
        Self {
            agent: headers.get("x-archestra-agent-id").cloned(),
            user: headers.get("x-archestra-user-id").cloned(),
            run: headers.get("x-archestra-run-id").cloned(),
            meta: headers.get("x-archestra-meta").cloned(),
            session,
            program: headers.get(USER_AGENT).cloned(),
        }
    }

    pub(super) fn external_agent(&self) -> Option<String> {
        let named = self
            .agent
            .as_ref()
            .and_then(text)
            .or_else(|| self.meta_segment(0));
        named.or_else(|| {
            let program = self.program.as_ref()?.to_str().ok()?;
            let known = PROGRAMS
                .iter()
                .find(|(start, _)| program.starts_with(start))?;
            Some(known.1.to_owned())
        })
    }

    pub(super) fn user(&self) -> Option<String> {
        self.user.as_ref().and_then(text)
    }

    /// Calls of one run share it.
    pub(super) fn run(&self) -> Option<String> {
        let named = self.run.as_ref().and_then(text);
        named.or_else(|| self.meta_segment(1))
    }

    /// With the word for where it was said.
    pub(super) fn session(&self) -> Option<(String, &'static str)> {
        match &self.session {
            Some((value, "header")) => text(value).map(|id| (id, "header")),
            other => self.meta_segment(2).map(|id| (id, "header")).or_else(|| {
                let (value, source) = other.as_ref()?;
                Some((text(value)?, *source))
            }),
        }
    }

    /// `X-Archestra-Meta: agent/run/session`, any of them empty.
    fn meta_segment(&self, index: usize) -> Option<String> {
        let meta = self.meta.as_ref()?.to_str().ok()?;
        let segment = meta.splitn(3, '/').nth(index)?.trim();
        (!segment.is_empty()).then(|| shortened(segment))
    }
}

fn text(value: &HeaderValue) -> Option<String> {
    let text = String::from_utf8_lossy(value.as_bytes());
    let text = text.trim();
    (!text.is_empty()).then(|| shortened(text))
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
