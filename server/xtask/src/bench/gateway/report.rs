//! The figures: medians over the rounds, ratios, and whether each bar is met.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::idle::Idle;
use crate::bench::process::Measured;

/// One way at one concurrency, once.
pub(super) struct Row {
    pub(super) way: String,
    concurrency: u32,
    pub(super) per_second: f64,
    p50_us: f64,
    p99_us: f64,
    cpu_us: f64,
    failures: u64,
}

impl Row {
    #[expect(clippy::cast_precision_loss, reason = "counts of some seconds")]
    pub(super) fn of(way: String, concurrency: u32, measured: &Measured) -> Self {
        let outcome = &measured.outcome;
        let requests = outcome.requests.max(1) as f64;
        Self {
            way,
            concurrency,
            per_second: outcome.requests as f64 / outcome.seconds,
            p50_us: outcome.p50_us,
            p99_us: outcome.p99_us,
            cpu_us: measured.cpu.as_secs_f64() * 1e6 / requests,
            failures: outcome.failures,
        }
    }
}

pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) list: Row,
    pub(super) tools_listed: usize,
    pub(super) idle_rss: u64,
    pub(super) loaded_rss: u64,
    pub(super) streams: Idle,
    pub(super) lost: u64,
}

type Field = fn(&Row) -> f64;

impl Report {
    fn median(&self, way: &str, concurrency: u32, field: Field) -> f64 {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.way == way && row.concurrency == concurrency);
        let mut values: Vec<f64> = rows.map(field).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    }

    /// Name, figure, bar, whether more is better.
    fn bars(&self) -> Vec<(&'static str, f64, f64, bool)> {
        let added = self.median("gateway", 1, |row| row.p50_us)
            - self.median("direct", 1, |row| row.p50_us);
        let ratio = self.median("gateway", 32, |row| row.per_second)
            / self.median("direct", 32, |row| row.per_second);
        vec![
            ("added p50 at c=1, ms", added / 1e3, 0.5, false),
            ("throughput at c=32, of direct", ratio, 0.4, true),
            ("tools/list p50, ms", self.list.p50_us / 1e3, 5.0, false),
            (
                "RSS with idle streams, MB",
                megabytes(self.streams.with),
                600.0,
                false,
            ),
            ("failures and lost records", self.failures(), 0.0, false),
        ]
    }

    #[expect(clippy::cast_precision_loss, reason = "zero, mostly")]
    fn failures(&self) -> f64 {
        // A peer that fails is its own affair.
        let ours = self
            .rows
            .iter()
            .filter(|row| row.way == "gateway" || row.way == "direct");
        let failed: u64 = ours.map(|row| row.failures).sum();
        (failed + self.list.failures + self.lost) as f64
    }

    fn ways(&self) -> Vec<(&str, u32)> {
        let mut ways: Vec<(&str, u32)> = Vec::new();
        for row in &self.rows {
            let way = (row.way.as_str(), row.concurrency);
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        ways
    }

    pub(super) fn table(&self) -> String {
        let mut text = format!(
            "\n{:<18} {:>9} {:>9} {:>9} {:>12} {:>8}\n",
            "", "per s", "p50 ms", "p99 ms", "CPU µs/call", "failed"
        );
        for (way, concurrency) in self.ways() {
            let median = |field: Field| self.median(way, concurrency, field);
            let rows = self
                .rows
                .iter()
                .filter(|row| row.way == way && row.concurrency == concurrency);
            let _ = writeln!(
                text,
                "{:<18} {:>9.0} {:>9.3} {:>9.3} {:>12.1} {:>8}",
                format!("{concurrency} {way}"),
                median(|row| row.per_second),
                median(|row| row.p50_us) / 1e3,
                median(|row| row.p99_us) / 1e3,
                median(|row| row.cpu_us),
                rows.map(|row| row.failures).sum::<u64>(),
            );
        }
        let _ = writeln!(
            text,
            "tools/list of {} tools: p50 {:.3} ms, p99 {:.3} ms; RSS {:.0} MB idle, {:.0} MB after the load, {:.0} MB with {} streams (+{:.1} KB each)",
            self.tools_listed,
            self.list.p50_us / 1e3,
            self.list.p99_us / 1e3,
            megabytes(self.idle_rss),
            megabytes(self.loaded_rss),
            megabytes(self.streams.with),
            self.streams.streams,
            self.per_stream(),
        );
        for (name, figure, bar, is_floor) in self.bars() {
            let met = if is_floor {
                figure >= bar
            } else {
                figure <= bar
            };
            let sign = if is_floor { '≥' } else { '≤' };
            let word = if met { "met" } else { "MISSED" };
            let _ = writeln!(text, "{name:<36} {figure:>9.3}  {sign} {bar:<8} {word}");
        }
        text
    }

    #[expect(clippy::cast_precision_loss, reason = "kilobytes")]
    fn per_stream(&self) -> f64 {
        let grown = self.streams.with.saturating_sub(self.streams.before);
        grown as f64 / 1e3 / self.streams.streams.max(1) as f64
    }

    pub(super) fn json(&self) -> Value {
        let ways: Vec<Value> = self
            .ways()
            .into_iter()
            .map(|(way, concurrency)| {
                let median = |field: Field| self.median(way, concurrency, field);
                json!({
                    "way": way,
                    "concurrency": concurrency,
                    "perSecond": median(|row| row.per_second),
                    "p50Us": median(|row| row.p50_us),
                    "p99Us": median(|row| row.p99_us),
                    "cpuUsPerCall": median(|row| row.cpu_us),
                })
            })
            .collect();
        let bars: Vec<Value> = self
            .bars()
            .into_iter()
            .map(|(name, figure, bar, is_floor)| json!({ "name": name, "figure": figure, "bar": bar, "atLeast": is_floor }))
            .collect();
        json!({
            "calls": ways,
            "toolsListed": self.tools_listed,
            "listP50Us": self.list.p50_us,
            "idleRssBytes": self.idle_rss,
            "loadedRssBytes": self.loaded_rss,
            "streams": self.streams.streams,
            "streamsRssBytes": self.streams.with,
            "lostRecords": self.lost,
            "bars": bars,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
