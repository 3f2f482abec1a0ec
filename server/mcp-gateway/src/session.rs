//! Sessions of clients that speak an era with a handshake.
//!
//! A session's id is the signed session itself, so any replica can serve it, also after a restart. What a replica keeps of
//! it beside that (running requests, subscriptions, the log level) a client can do without.

mod handshake;
mod waiting;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderMap;
use mcp::era::{ProtocolVersion, headers};
use mcp::jsonrpc::Id;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Gateway;
use crate::authenticate::Caller;
use crate::error::Failure;

pub(crate) use handshake::{capabilities, initialize, instructions, server_info};
pub(crate) use waiting::Waiting;

const PURPOSE: &str = "session";
/// A client that comes back after so long begins again.
const LONGEST_DAYS: i64 = 30;
/// How long a replica may not know that a session was ended at another one.
const RECHECK: Duration = Duration::from_mins(1);
/// What is kept of a session that nobody uses is dropped after this time.
const IDLE: Duration = Duration::from_hours(1);
/// So many sessions are kept before the idle ones are looked for.
const SWEEP_EVERY: usize = 1024;

/// What a session's id says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    #[serde(rename = "i")]
    pub(crate) id: Uuid,
    #[serde(rename = "a")]
    agent: Uuid,
    /// Somebody else's token makes it somebody else's session.
    #[serde(rename = "p")]
    principal: String,
    #[serde(rename = "v")]
    version: String,
    #[serde(rename = "c")]
    pub(crate) capabilities: Box<RawValue>,
    #[serde(rename = "n")]
    pub(crate) client: Option<String>,
    /// Seconds since 1970.
    #[serde(rename = "t")]
    begun: i64,
}

impl Session {
    pub(crate) fn version(&self) -> ProtocolVersion {
        self.version
            .parse()
            .unwrap_or(ProtocolVersion::LATEST_LEGACY)
    }
}

/// What this replica keeps of sessions.
#[derive(Default)]
pub(crate) struct Sessions {
    live: Mutex<HashMap<Uuid, Live>>,
    pub(crate) waiting: Waiting,
}

struct Live {
    checked: Instant,
    used: Instant,
    ended: bool,
    log_level: Option<String>,
    subscriptions: HashSet<String>,
    running: HashMap<Id, CancellationToken>,
}

impl Sessions {
    fn live(&self) -> MutexGuard<'_, HashMap<Uuid, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, session: Uuid, now: Instant, act: impl FnOnce(&mut Live) -> T) -> T {
        let mut live = self.live();
        if live.len() >= SWEEP_EVERY && live.len().is_multiple_of(SWEEP_EVERY) {
            live.retain(|_, live| {
                !live.running.is_empty() || now.saturating_duration_since(live.used) < IDLE
            });
        }
        let state = live.entry(session).or_insert_with(|| Live {
            checked: now,
            used: now,
            ended: false,
            log_level: None,
            subscriptions: HashSet::new(),
            running: HashMap::new(),
        });
        state.used = now;
        act(state)
    }

    pub(crate) fn set_log_level(&self, session: Uuid, now: Instant, level: String) {
        self.with(session, now, |live| live.log_level = Some(level));
    }

    pub(crate) fn log_level(&self, session: Uuid) -> Option<String> {
        self.live().get(&session)?.log_level.clone()
    }

    pub(crate) fn subscribe(&self, session: Uuid, now: Instant, uri: String) {
        self.with(session, now, |live| live.subscriptions.insert(uri));
    }

    pub(crate) fn unsubscribe(&self, session: Uuid, now: Instant, uri: &str) {
        self.with(session, now, |live| live.subscriptions.remove(uri));
    }

    pub(crate) fn is_subscribed(&self, session: Uuid, uri: &str) -> bool {
        self.live()
            .get(&session)
            .is_some_and(|live| live.subscriptions.contains(uri))
    }

    /// What ends a request when its client cancels it.
    pub(crate) fn run(&self, session: Uuid, now: Instant, id: &Id) -> CancellationToken {
        let token = CancellationToken::new();
        self.with(session, now, |live| {
            live.running.insert(id.clone(), token.clone())
        });
        token
    }

    pub(crate) fn finished(&self, session: Uuid, id: &Id) {
        if let Some(live) = self.live().get_mut(&session) {
            live.running.remove(id);
        }
    }

    pub(crate) fn cancel(&self, session: Uuid, id: &Id) {
        if let Some(running) = self
            .live()
            .get(&session)
            .and_then(|live| live.running.get(id))
        {
            running.cancel();
        }
    }
}

/// The session a request names, if it is this caller's with this agent and has not ended.
pub(crate) async fn of_request(
    gateway: &Gateway,
    headers: &HeaderMap,
    agent: Uuid,
    caller: &Caller,
) -> Result<Option<Session>, Failure> {
    let Some(header) = headers.get(&headers::SESSION_ID) else {
        return Ok(None);
    };
    let session = header
        .to_str()
        .ok()
        .and_then(|sealed| gateway.signer.open::<Session>(PURPOSE, sealed));
    let session = session.ok_or(Failure::NoSession)?;
    let age = gateway.platform.clock.now().timestamp() - session.begun;
    if session.agent != agent
        || session.principal != caller.principal()
        || age > LONGEST_DAYS * 86_400
    {
        return Err(Failure::NoSession);
    }
    if has_ended(gateway, session.id).await {
        return Err(Failure::NoSession);
    }
    Ok(Some(session))
}

/// Asks the database about a session that is new here or was not asked about for a while. Without the database sessions
/// go on.
async fn has_ended(gateway: &Gateway, session: Uuid) -> bool {
    let now = gateway.platform.clock.monotonic();
    let known = gateway.sessions.live().get_mut(&session).map(|live| {
        live.used = now;
        (
            live.ended,
            now.saturating_duration_since(live.checked) < RECHECK,
        )
    });
    if let Some((ended, is_fresh)) = known
        && (ended || is_fresh)
    {
        return ended;
    }
    let ended = gateway.platform.database.is_up()
        && db::mcp_sessions::is_ended(&gateway.platform.db, session)
            .await
            .unwrap_or(false);
    gateway.sessions.with(session, now, |live| {
        live.checked = now;
        live.ended |= ended;
        live.ended
    })
}

/// Ends a session on every replica.
pub(crate) async fn end(gateway: &Gateway, session: &Session) -> Result<(), Failure> {
    let platform = &gateway.platform;
    gateway
        .sessions
        .with(session.id, platform.clock.monotonic(), |live| {
            live.ended = true;
            for running in live.running.values() {
                running.cancel();
            }
            live.running.clear();
            live.subscriptions.clear();
        });
    db::mcp_sessions::end(&platform.db, session.id, platform.clock.now()).await?;
    Ok(())
}
