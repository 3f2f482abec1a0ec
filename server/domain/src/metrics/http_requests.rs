//! What requests to this server took.

use std::time::Duration;

use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::labels::{Bounded, OTHER, labels, status_code};

const SECONDS: [f64; 11] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
/// A client may send any word as a method.
const METHODS: [&str; 8] = [
    "CONNECT", "DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

#[derive(Debug)]
pub(super) struct HttpFamilies {
    duration: Bounded<Histogram>,
}

impl HttpFamilies {
    pub(super) fn register(registry: &mut Registry) -> Self {
        Self {
            duration: Bounded::register(
                registry,
                "http_request_duration_seconds",
                "How long requests took to answer",
                || Histogram::new(SECONDS),
            ),
        }
    }

    pub(super) fn observe(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = if METHODS.contains(&method) {
            method
        } else {
            OTHER
        };
        let labels = labels([
            ("method", method),
            ("route", route),
            ("status_code", &status_code(status)),
        ]);
        self.duration
            .with(&labels, |histogram| histogram.observe(took.as_secs_f64()));
    }
}
