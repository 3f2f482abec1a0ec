//! The stream for what the server says of its own accord: a GET in the legacy era, `subscriptions/listen` since. Over
//! standard streams of the legacy era there is nothing to open.

use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::CallOptions;
use super::connection::{Connection, Wire};
use crate::era::{Era, method};
use crate::error::Error;
use crate::object::Object;

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// A subscription is meant to be silent for as long as nothing changes.
const FOR_EVER: Duration = Duration::from_hours(10 * 365 * 24);

/// How long connecting waits for the standing stream, so that the first call's questions find it open.
const OPENS_WITHIN: Duration = Duration::from_millis(500);

/// What is known of the standing stream from one connection to the next.
pub(super) struct Standing {
    pub(super) last: Option<String>,
    pub(super) retry: Option<Duration>,
    /// Dropped once the stream is open, or refused.
    pub(super) opened: Option<oneshot::Sender<()>>,
}

pub(super) async fn start(connection: &Arc<Connection>) {
    if !connection.options.listen {
        return;
    }
    let listening = connection.clone();
    match (&connection.wire, connection.server().era()) {
        (Wire::Stdio(_), Era::Legacy) => {}
        (Wire::Http(_), Era::Legacy) => {
            let (opened, opening) = oneshot::channel();
            connection.options.tasks.spawn(async move {
                tokio::select! {
                    () = stand(&listening, opened) => {}
                    () = listening.stop.cancelled() => {}
                }
            });
            // Too late is no failure.
            let _ = tokio::time::timeout(OPENS_WITHIN, opening).await;
        }
        (_, Era::Stateless) => {
            let Some(filter) = filter(&connection.server().capabilities) else {
                return;
            };
            connection.options.tasks.spawn(async move {
                tokio::select! {
                    () = subscribe(&listening, &filter) => {}
                    () = listening.stop.cancelled() => {}
                }
            });
        }
    }
}

/// Keeps the GET stream open. A server that refuses it is asked again when there is something new: a session, a token.
async fn stand(connection: &Arc<Connection>, opened: oneshot::Sender<()>) {
    let Wire::Http(http) = &connection.wire else {
        return;
    };
    let mut standing = Standing {
        last: None,
        retry: None,
        opened: Some(opened),
    };
    let mut pause = FIRST_PAUSE;
    loop {
        let renewed = http.renewed();
        let since = tokio::time::Instant::now();
        let ended = http.listen(connection, &mut standing).await;
        match ended {
            Ok(()) | Err(Error::Closed { .. } | Error::Unreachable { .. }) => {
                pause = next_pause(pause, since);
                tokio::time::sleep(standing.retry.unwrap_or(pause)).await;
            }
            Err(error) => {
                tracing::debug!("the server offers no standing stream now: {error}");
                standing.last = None;
                renewed.await;
            }
        }
    }
}

/// Longer each time, unless the stream was of use for a while.
fn next_pause(pause: Duration, since: tokio::time::Instant) -> Duration {
    if since.elapsed() > LONGEST_PAUSE {
        FIRST_PAUSE
    } else {
        (pause * 2).min(LONGEST_PAUSE)
    }
}

/// What can change according to the server's capabilities; `None` when nothing can.
fn filter(capabilities: &RawValue) -> Option<Box<RawValue>> {
    let capabilities = Object::parse(capabilities)?;
    let mut wanted = Object::new();
    for (capability, member) in [
        ("tools", "toolsListChanged"),
        ("prompts", "promptsListChanged"),
        ("resources", "resourcesListChanged"),
    ] {
        let changes: Option<bool> = capabilities
            .object(capability)
            .and_then(|capability| capability.read("listChanged"));
        if changes == Some(true) {
            wanted.set_value(member, &true);
        }
    }
    if wanted.is_empty() {
        return None;
    }
    let mut params = Object::new();
    params.set_value("notifications", &wanted);
    Some(params.to_raw())
}

async fn subscribe(connection: &Arc<Connection>, filter: &RawValue) {
    let mut pause = FIRST_PAUSE;
    loop {
        let options = CallOptions {
            timeout: Some(FOR_EVER),
            ..CallOptions::default()
        };
        let since = tokio::time::Instant::now();
        let ended = connection
            .call(method::LISTEN, Some(filter.to_owned()), &options)
            .await;
        match ended {
            Ok(_) | Err(Error::Closed { .. } | Error::Unreachable { .. }) => {}
            Err(error) => {
                tracing::debug!("the server takes no subscription: {error}");
                return;
            }
        }
        pause = next_pause(pause, since);
        tokio::time::sleep(pause).await;
    }
}
