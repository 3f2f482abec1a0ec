//! What happens when a default port is taken, by a headless server or by another program: the next free one is used,
//! and the person is told. A port that somebody has set is never changed.

use std::net::{IpAddr, TcpListener};

use app::StartError;
use app::config::{Config, Environment};

/// How far to look. The first free port above stays the same one most of the time, so clients keep working.
const FARTHEST: u16 = 100;

/// A default port that was taken, and what is used instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) listener: Listener,
    pub(crate) from: u16,
    pub(crate) to: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listener {
    Api,
    Ui,
    Metrics,
}

impl Moved {
    /// How to start where the start failed; None if it failed for another reason, or if the port was asked for.
    pub(crate) fn after(
        error: &StartError,
        config: &Config,
        environment: &Environment,
    ) -> Option<Self> {
        let StartError::Port { variable, port, .. } = error else {
            return None;
        };
        if environment.get(variable).is_some() {
            return None;
        }
        let taken = [
            config.api_port(),
            config.frontend_port(),
            config.metrics_port,
        ];
        Some(Self {
            listener: match *variable {
                "ARCHESTRA_API_BASE_URL" => Listener::Api,
                "ARCHESTRA_FRONTEND_URL" => Listener::Ui,
                _ => Listener::Metrics,
            },
            from: *port,
            to: next_free(config.bind, *port, &taken)?,
        })
    }

    pub(crate) fn apply(&self, config: &mut Config) {
        // Only a URL without a host refuses a port, and the configuration accepts none of those.
        match self.listener {
            Listener::Api => drop(config.api_base_url.set_port(Some(self.to))),
            Listener::Ui => drop(config.frontend_url.set_port(Some(self.to))),
            Listener::Metrics => config.metrics_port = self.to,
        }
    }
}

fn next_free(address: IpAddr, port: u16, others: &[u16]) -> Option<u16> {
    (1..=FARTHEST)
        .filter_map(|step| port.checked_add(step))
        .find(|candidate| {
            !others.contains(candidate) && TcpListener::bind((address, *candidate)).is_ok()
        })
}

#[cfg(test)]
mod tests;
