//! How often agents were set to work: answers in the chat, and runs that clients name.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use super::labels::{Bounded, Labels, Names, add_agent, labels};
use crate::snapshot::Agent;

/// Runs that are remembered, so that their next calls don't count again.
const REMEMBERED: usize = 10_000;
/// Programs that are told apart.
const PROGRAMS: usize = 100;

/// A run as its client names it.
#[derive(Debug)]
pub struct Run<'a> {
    pub id: &'a str,
    /// What the client calls itself, or nothing.
    pub external_agent_id: &'a str,
}

#[derive(Debug)]
pub(super) struct AgentRuns {
    runs: Bounded<Counter>,
    programs: Names,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl AgentRuns {
    pub(super) fn register(registry: &mut Registry) -> Self {
        Self {
            runs: Bounded::register(
                registry,
                "agent_runs",
                "Runs of agents: answers in the chat and runs that clients name",
                Counter::default,
            ),
            programs: Names::new(PROGRAMS),
            seen: Mutex::default(),
        }
    }

    /// Counts a run when its first call is seen.
    pub(super) fn called(&self, agent: Option<&Agent>, run: &Run<'_>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.ids.contains(run.id) {
            return;
        }
        if seen.order.len() >= REMEMBERED
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.ids.remove(&oldest);
        }
        seen.order.push_back(run.id.to_owned());
        seen.ids.insert(run.id.to_owned());
        drop(seen);
        self.count(agent, run.external_agent_id);
    }

    pub(super) fn count(&self, agent: Option<&Agent>, external_agent_id: &str) {
        let mut all = Labels::new();
        add_agent(&mut all, agent);
        let program = self.programs.known(external_agent_id);
        all.extend(labels([("external_agent_id", program)]));
        self.runs.with(&all, |runs| {
            runs.inc();
        });
    }
}
