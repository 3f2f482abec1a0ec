//! Histograms whose buckets name a trace, so that a slow call leads to what it did.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use prometheus_client::metrics::exemplar::HistogramWithExemplars;

use super::labels::Labels;

pub(super) type TracedHistogram = HistogramWithExemplars<Labels>;

/// The trace of what is measured, and when that ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) ended_at: DateTime<Utc>,
}

impl Trace<'_> {
    pub(super) fn observe(&self, histogram: &TracedHistogram, took: Duration) {
        let exemplar = self
            .id
            .map(|id| vec![(Cow::Borrowed("trace_id"), id.into())]);
        // Without a time of its own, every scrape would store the exemplar once more.
        let at = exemplar.is_some().then(|| SystemTime::from(self.ended_at));
        histogram.observe(took.as_secs_f64(), exemplar, at);
    }
}
