//! Whether the database answers. Our own server's supervisor says at once when it died; that it is frozen, or that a
//! foreign one is gone, only asking tells.

use std::time::Duration;

use db::Heartbeat;
use domain::availability::Availability;
use postgres::server::State;
use tokio::sync::watch;

/// Together the longest that a request waits in vain for a database that has gone silent: less than a second.
const BETWEEN_BEATS: Duration = Duration::from_millis(200);
const PATIENCE: Duration = Duration::from_millis(700);

pub(super) struct Watch {
    /// None if somebody else runs the database.
    pub(super) supervisor: Option<watch::Receiver<State>>,
    pub(super) heartbeat: Heartbeat,
}

impl Watch {
    /// Keeps `availability` true to what is seen, for ever.
    pub(super) async fn run(mut self, availability: &Availability) {
        loop {
            let seen = self.look().await;
            match &seen {
                Ok(()) if !availability.is_up() => tracing::info!("the database is back"),
                Err(cause) if availability.is_up() => {
                    tracing::error!(%cause, "the database is away; the proxy goes on, calls are kept on disk");
                }
                _ => {}
            }
            availability.set(seen.is_ok());
            self.wait().await;
        }
    }

    /// The error says why it is away.
    async fn look(&mut self) -> Result<(), String> {
        if let Some(supervisor) = &mut self.supervisor {
            match &*supervisor.borrow_and_update() {
                State::Running => {}
                State::Restarting { cause } | State::Failed { cause } => return Err(cause.clone()),
                State::Stopped => return Err("it was stopped".to_owned()),
            }
        }
        match tokio::time::timeout(PATIENCE, self.heartbeat.beat()).await {
            Ok(beat) => beat.map_err(|error| error.to_string()),
            Err(_) => Err(format!("it does not answer within {PATIENCE:?}")),
        }
    }

    /// Until it is time to look again, or the supervisor has something to say.
    async fn wait(&mut self) {
        let pause = tokio::time::sleep(BETWEEN_BEATS);
        match &mut self.supervisor {
            Some(supervisor) => tokio::select! {
                () = pause => {}
                changed = supervisor.changed() => if changed.is_err() {
                    // The supervisor has ended, and with it the server and this program.
                    self.supervisor = None;
                },
            },
            None => pause.await,
        }
    }
}
