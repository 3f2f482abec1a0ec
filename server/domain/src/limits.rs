//! Which limits hold for an agent, and whether they are used up.
//!
//! Costs are known only when a call has ended: the recorder counts them in the transaction that writes the call, the
//! database announces it, and a call is let through by what memory has heard. Calls of tools are counted by the very
//! statement that lets them through, so not one goes beyond a limit, however many replicas there are. Without a limit
//! neither costs a query.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use db::Db;
use db::limits::{Taken, Usage};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::clock::Clock;
use crate::entities::OfEntities;
use crate::pricing::usd;
use crate::snapshot::{Server, Snapshot};

/// Where people look after limits, below the UI's address.
pub const PAGE: &str = "/limits";

/// What is known of all limits; clones see the same.
#[derive(Debug, Clone)]
pub struct Limits {
    known: Arc<ArcSwap<Known>>,
    clock: Arc<dyn Clock>,
    /// One reads at a time, or what was read earlier could replace what was read later.
    reading: Arc<Mutex<()>>,
}

#[derive(Debug, Default)]
struct Known {
    costs: OfEntities<Usage>,
    calls: OfEntities<Usage>,
}

/// A limit that lets nothing more through: which, how much of it is used, and when it starts anew.
#[derive(Debug, Clone)]
pub struct UsedUp {
    usage: Box<Usage>,
    now: DateTime<Utc>,
}

/// Why a call of a tool may not be made.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("{0}")]
    UsedUp(UsedUp),
    /// Nobody knows whether it would go beyond the limit.
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// A call to a server, as limits know it.
#[derive(Debug, Clone, Copy)]
pub struct ServerCall<'a> {
    pub agent: Uuid,
    pub server: &'a Server,
    /// The tool's full name and the server's own one; none where it is no tool that is called.
    pub tool: Option<(&'a str, &'a str)>,
}

impl Limits {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            known: Arc::default(),
            clock,
            reading: Arc::default(),
        }
    }

    /// Reads the database again.
    pub async fn refresh(&self, db: &Db) -> db::Result<()> {
        let _turn = self.reading.lock().await;
        let (usage, _) = db::limits::usage(db, self.clock.now()).await?;
        let mut known = Known::default();
        for usage in usage {
            let limit = &usage.limit;
            let kind = match limit.limit_type.as_str() {
                "token_cost" => &mut known.costs,
                _ => &mut known.calls,
            };
            let (entity_type, entity_id) = (limit.entity_type.clone(), limit.entity_id.clone());
            kind.add(&entity_type, &entity_id, usage);
        }
        self.known.store(Arc::new(known));
        Ok(())
    }

    /// Whether a model may be called. `names` are all names of the model, asked for only if that matters.
    pub fn check_cost(
        &self,
        snapshot: &Snapshot,
        agent: Option<Uuid>,
        names: impl FnOnce() -> Vec<String>,
    ) -> Result<(), UsedUp> {
        let known = self.known.load();
        let mut exceeded = known.costs.of(snapshot, agent).peekable();
        if exceeded.peek().is_none() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut exceeded = exceeded.filter(|usage| !usage.is_over(now) && usage.is_exceeded());
        let Some(first) = exceeded.next() else {
            return Ok(());
        };
        let mut names_read = None;
        let mut names = Some(names);
        let reached = std::iter::once(first).chain(exceeded).find(|usage| {
            let models = usage.limit.models.as_deref().unwrap_or_default();
            models.is_empty() || {
                let names = names_read
                    .get_or_insert_with(|| names.take().map(|read| read()).unwrap_or_default());
                models.iter().any(|model| names.contains(model))
            }
        });
        match reached {
            None => Ok(()),
            Some(usage) => Err(UsedUp {
                usage: Box::new(usage.clone()),
                now,
            }),
        }
    }

    /// Takes one of every limit that a call to a server counts against, or says which has none left.
    pub async fn take_call(
        &self,
        db: &Db,
        snapshot: &Snapshot,
        call: ServerCall<'_>,
    ) -> Result<(), Refusal> {
        let known = Arc::clone(&self.known.load());
        let limits = known.calls.of(snapshot, Some(call.agent));
        let counting: Vec<&Usage> = limits.filter(|usage| usage.counts(&call)).collect();
        if counting.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let ids: Vec<Uuid> = counting.iter().map(|usage| usage.limit.id).collect();
        let Taken::UsedUp(id) = db::limits::take(db, &ids, now).await? else {
            return Ok(());
        };
        let mut usage = counting
            .into_iter()
            .find(|usage| usage.limit.id == id)
            .cloned();
        if usage.as_ref().is_none_or(|usage| usage.is_over(now)) {
            // A window has begun since it was read.
            let (all, _) = db::limits::usage(db, now).await?;
            usage = all.into_iter().find(|usage| usage.limit.id == id);
        }
        // Deleted meanwhile, it limits nothing.
        match usage.map(Box::new) {
            Some(usage) => Err(Refusal::UsedUp(UsedUp { usage, now })),
            None => Ok(()),
        }
    }
}

/// What can be asked of a limit and its usage.
pub trait Standing {
    /// Whether nothing more is let through.
    fn is_exceeded(&self) -> bool;
    /// USD, or calls.
    fn used(&self) -> f64;
    /// Of the limit's value.
    fn percent(&self) -> f64;
    /// Whether a new window has begun by now, of which nothing is known yet.
    fn is_over(&self, now: DateTime<Utc>) -> bool;
    /// Whether it counts such a call.
    fn counts(&self, call: &ServerCall<'_>) -> bool;
}

const PICO: i128 = 1_000_000_000_000;

#[expect(
    clippy::cast_precision_loss,
    reason = "a float is only what is shown; what is let through is decided in whole numbers"
)]
impl Standing for Usage {
    fn is_exceeded(&self) -> bool {
        let value = i128::from(self.limit.limit_value);
        if self.limit.limit_type == "token_cost" {
            i128::from(self.cost_pico) >= value * PICO
        } else {
            i128::from(self.calls) >= value
        }
    }

    fn used(&self) -> f64 {
        if self.limit.limit_type == "token_cost" {
            usd(self.cost_pico)
        } else {
            self.calls as f64
        }
    }

    fn percent(&self) -> f64 {
        if self.limit.limit_value == 0 {
            return 100.0;
        }
        self.used() / self.limit.limit_value as f64 * 100.0
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    fn counts(&self, call: &ServerCall<'_>) -> bool {
        let limit = &self.limit;
        let server = limit.mcp_server_name.as_ref();
        let of_server = server
            .is_none_or(|name| *name == call.server.catalog_name || *name == call.server.name);
        let of_tool = match (limit.limit_type.as_str(), call.tool) {
            ("tool_calls", None) => false,
            ("tool_calls", Some((full, raw))) => {
                let tool = limit.tool_name.as_deref();
                tool.is_none_or(|name| name == full || name == raw)
            }
            _ => true,
        };
        of_server && of_tool
    }
}

impl UsedUp {
    /// When a call may go through again; none: not by itself.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.usage.until
    }

    /// From the moment of the refusal on; none: not by itself.
    pub fn seconds(&self) -> Option<i64> {
        let until = self.until()?;
        Some((until - self.now).num_seconds().max(0) + 1)
    }
}

impl fmt::Display for UsedUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = &self.usage.limit;
        let value = limit.limit_value;
        let of = match limit.entity_type.as_str() {
            "organization" => "the organization".to_owned(),
            other => format!("the {other} \u{201c}{}\u{201d}", self.usage.entity_name),
        };
        if limit.limit_type == "token_cost" {
            let models = limit.models.as_deref().unwrap_or_default().join(", ");
            let on = if models.is_empty() { "" } else { " on " };
            let used = self.usage.used();
            write!(
                formatter,
                "The token cost limit of {of} is used up: ${used:.2} of ${value} spent{on}{models}."
            )?;
        } else {
            let any = match limit.limit_type.as_str() {
                "tool_calls" => "any tool",
                _ => "any MCP server",
            };
            let of_server = limit.mcp_server_name.as_deref();
            let what = limit.tool_name.as_deref().or(of_server).unwrap_or(any);
            write!(
                formatter,
                "The limit of {value} calls of {what} for {of} is used up, and nothing was called."
            )?;
        }
        match self.usage.until {
            Some(until) => write!(
                formatter,
                " It starts anew at {}.",
                until.format("%Y-%m-%d %H:%M UTC")
            )?,
            None => formatter.write_str(" It does not start anew by itself.")?,
        }
        formatter.write_str(" An administrator can raise it")
    }
}
