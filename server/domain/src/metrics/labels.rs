//! Label sets, and what bounds their number.
//!
//! A series costs memory here and in Prometheus as long as they run, so nobody may make them at will: names are cut, only
//! so many different ones are told apart, and beyond so many label sets a family counts everything else in one series.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::EncodeMetric;
use prometheus_client::metrics::TypedMetric;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::snapshot::Agent;

/// Agents carry labels of their own, so the set is not known when the program is compiled.
/// Every call looks up a dozen of these sets, most of them made of one another, so a copy has to be cheap.
pub(super) type Labels = Vec<(Cow<'static, str>, Arc<str>)>;

/// What stands for every name beyond those that are told apart.
pub(super) const OTHER: &str = "other";
/// Label sets of one family. The default of OpenTelemetry's SDKs (specification, metrics SDK, cardinality limits).
pub(super) const MOST_SERIES: usize = 2_000;
/// Characters of a label's value.
const LONGEST: usize = 120;
/// Labels of an agent's own that are taken over.
const MOST_OWN: usize = 16;
/// Ours, on some family or other.
const TAKEN: [&str; 8] = [
    "cache_type",
    "external_agent_id",
    "le",
    "overflow",
    "reason",
    "status",
    "status_code",
    "type",
];

pub(super) fn labels<const N: usize>(pairs: [(&'static str, &str); N]) -> Labels {
    pairs
        .map(|(key, value)| (Cow::Borrowed(key), shortened(value).into()))
        .into()
}

/// The same labels and one more.
pub(super) fn with(labels: &Labels, key: &'static str, value: &str) -> Labels {
    let mut all = Vec::with_capacity(labels.len() + 1);
    all.extend_from_slice(labels);
    all.push((Cow::Borrowed(key), shortened(value).into()));
    all
}

/// The agent goes by both of its names, since dashboards exist for either; its own labels come after.
pub(super) fn add_agent(all: &mut Labels, agent: Option<&Agent>) {
    let id = agent.map_or_else(String::new, |agent| agent.id.to_string());
    let name = agent.map_or("", |agent| agent.name.as_str());
    let kind = agent.map_or("", |agent| agent.agent_type.as_str());
    all.extend(labels([
        ("agent_id", id.as_str()),
        ("agent_name", name),
        ("agent_type", kind),
        ("profile_id", id.as_str()),
        ("profile_name", name),
    ]));
    for (key, value) in agent.iter().flat_map(|agent| &agent.labels).take(MOST_OWN) {
        let key: String = shortened(key)
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let taken = TAKEN.contains(&key.as_str()) || all.iter().any(|(taken, _)| *taken == key);
        // Names with two underscores in front are Prometheus's own.
        let begins_well = key
            .starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && !key.starts_with("__");
        if !taken && begins_well {
            all.push((Cow::Owned(key), shortened(value).into()));
        }
    }
}

/// Codes that HTTP has; 0 where no answer came. Anything else is some upstream's invention.
pub(super) fn status_code(status: u16) -> String {
    match status {
        0 | 100..=599 => status.to_string(),
        _ => OTHER.to_owned(),
    }
}

fn shortened(value: &str) -> &str {
    let end = value.char_indices().nth(LONGEST);
    end.map_or(value, |(end, _)| &value[..end])
}

/// Tells the names that come first apart, and no more.
#[derive(Debug)]
pub(super) struct Names {
    most: usize,
    seen: Mutex<HashSet<String>>,
}

impl Names {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            seen: Mutex::default(),
        }
    }

    pub(super) fn known<'a>(&self, name: &'a str) -> &'a str {
        let name = shortened(name);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains(name) {
            return name;
        }
        if seen.len() >= self.most {
            return OTHER;
        }
        seen.insert(name.to_owned());
        name
    }
}

/// A family of at most [`MOST_SERIES`] label sets; what comes beyond them is counted under `overflow="true"`.
#[derive(Debug)]
pub(super) struct Bounded<M> {
    family: Family<Labels, M>,
    size: AtomicUsize,
}

impl<M: EncodeMetric + TypedMetric + Debug + Send + Sync + 'static> Bounded<M> {
    pub(super) fn register(
        registry: &mut Registry,
        name: &'static str,
        help: &'static str,
        new: fn() -> M,
    ) -> Self {
        let family = Family::new_with_constructor(new);
        registry.register(name, help, family.clone());
        Self {
            family,
            size: AtomicUsize::new(0),
        }
    }

    pub(super) fn with(&self, labels: &Labels, change: impl FnOnce(&M)) {
        if let Some(metric) = self.family.get(labels) {
            return change(&metric);
        }
        // Two threads that meet a new set at once both count it: the bound only gets narrower.
        if self.size.fetch_add(1, Ordering::Relaxed) < MOST_SERIES {
            return change(&self.family.get_or_create(labels));
        }
        let rest = vec![(Cow::Borrowed("overflow"), "true".into())];
        change(&self.family.get_or_create(&rest));
    }
}
