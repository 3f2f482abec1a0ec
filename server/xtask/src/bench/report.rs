//! The figures: medians over the rounds, ratios, and whether each bar is met.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::process::Measured;
use super::{STREAMS, WAYS, Way};

/// One way at one concurrency, once.
#[derive(Clone, Copy, Default)]
pub(super) struct Round {
    per_second: f64,
    p50_us: f64,
    p99_us: f64,
    first_byte_us: f64,
    cpu_us: f64,
    children_cpu_us: f64,
    failures: u64,
}

impl Round {
    #[expect(clippy::cast_precision_loss, reason = "counts of some seconds")]
    pub(super) fn of(measured: &Measured) -> Self {
        let outcome = &measured.outcome;
        let requests = outcome.requests.max(1) as f64;
        Self {
            per_second: outcome.requests as f64 / outcome.seconds,
            p50_us: outcome.p50_us,
            p99_us: outcome.p99_us,
            first_byte_us: outcome.first_byte_us,
            cpu_us: measured.cpu.as_secs_f64() * 1e6 / requests,
            children_cpu_us: measured.children_cpu.as_secs_f64() * 1e6 / requests,
            failures: outcome.failures,
        }
    }
}

/// All rounds at one concurrency.
pub(super) struct Rounds {
    concurrency: u32,
    rounds: Vec<(Way, Round)>,
}

impl Rounds {
    pub(super) fn new(concurrency: u32) -> Self {
        Self {
            concurrency,
            rounds: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, way: Way, round: Round) {
        self.rounds.push((way, round));
    }

    /// The last round's throughput, for whoever watches.
    pub(super) fn last(&self) -> String {
        let last = &self.rounds[self.rounds.len().saturating_sub(WAYS.len())..];
        let said = last
            .iter()
            .map(|(way, round)| format!("{way:?} {:.0}/s", round.per_second));
        said.collect::<Vec<_>>().join(", ")
    }

    fn median(&self, way: Way, field: impl Fn(&Round) -> f64) -> f64 {
        let rounds = self.rounds.iter().filter(|(of, _)| *of == way);
        let mut values: Vec<f64> = rounds.map(|(_, round)| field(round)).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    }

    fn failures(&self) -> u64 {
        self.rounds.iter().map(|(_, round)| round.failures).sum()
    }

    fn added(&self, field: impl Fn(&Round) -> f64 + Copy) -> f64 {
        self.median(Way::Proxied, field) - self.median(Way::Direct, field)
    }

    fn ratio(&self, to: Way) -> f64 {
        self.median(Way::Proxied, |round| round.per_second)
            / self.median(to, |round| round.per_second)
    }

    fn json(&self) -> Value {
        let of = |way: Way| {
            json!({
                "perSecond": self.median(way, |round| round.per_second),
                "p50Us": self.median(way, |round| round.p50_us),
                "p99Us": self.median(way, |round| round.p99_us),
                "firstByteUs": self.median(way, |round| round.first_byte_us),
                "cpuUsPerRequest": self.median(way, |round| round.cpu_us),
                "postgresCpuUsPerRequest": self.median(way, |round| round.children_cpu_us),
            })
        };
        json!({
            "concurrency": self.concurrency,
            "direct": of(Way::Direct), "nginx": of(Way::Nginx), "proxied": of(Way::Proxied),
            "failures": self.failures(),
        })
    }
}

/// A figure and what it must not pass.
struct Bar {
    name: &'static str,
    figure: f64,
    limit: f64,
    is_floor: bool,
}

impl Bar {
    fn at_most(name: &'static str, figure: f64, limit: f64) -> Self {
        Self {
            name,
            figure,
            limit,
            is_floor: false,
        }
    }

    fn at_least(name: &'static str, figure: f64, limit: f64) -> Self {
        Self {
            name,
            figure,
            limit,
            is_floor: true,
        }
    }

    fn is_met(&self) -> bool {
        if self.is_floor {
            self.figure >= self.limit
        } else {
            self.figure <= self.limit
        }
    }

    fn limit(&self) -> String {
        format!(
            "{} {:.3}",
            if self.is_floor { '≥' } else { '≤' },
            self.limit
        )
    }
}

pub(super) struct Report {
    pub(super) calls: Vec<Rounds>,
    pub(super) streams: Vec<Rounds>,
    pub(super) first_start: Duration,
    pub(super) warm_start: Duration,
    pub(super) idle_rss: u64,
    pub(super) loaded_rss: u64,
    pub(super) lost: u64,
}

impl Report {
    fn failures(&self) -> u64 {
        self.calls
            .iter()
            .chain(&self.streams)
            .map(Rounds::failures)
            .sum::<u64>()
            + self.lost
    }

    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    fn megabytes(bytes: u64) -> f64 {
        bytes as f64 / 1e6
    }

    fn bars(&self) -> Vec<Bar> {
        let mut bars = Vec::new();
        for rounds in &self.calls {
            let cpu = |way| rounds.median(way, |round| round.cpu_us);
            match rounds.concurrency {
                1 => {
                    let added = rounds.added(|round| round.p50_us) / 1e3;
                    bars.push(Bar::at_most("added p50 at c=1, ms", added, 0.15));
                }
                64 => {
                    bars.push(Bar::at_least(
                        "throughput at c=64, of nginx",
                        rounds.ratio(Way::Nginx),
                        1.0 / 3.0,
                    ));
                    let ratio = cpu(Way::Proxied) / cpu(Way::Nginx);
                    bars.push(Bar::at_most(
                        "CPU per request at c=64, of nginx",
                        ratio,
                        4.0,
                    ));
                }
                _ => {}
            }
        }
        for rounds in &self.streams {
            bars.push(if rounds.concurrency == STREAMS {
                Bar::at_least("32 streams, of direct", rounds.ratio(Way::Direct), 0.25)
            } else {
                Bar::at_most(
                    "added first byte, ms",
                    rounds.added(|round| round.first_byte_us) / 1e3,
                    0.2,
                )
            });
        }
        bars.push(Bar::at_most(
            "idle RSS, MB",
            Self::megabytes(self.idle_rss),
            60.0,
        ));
        #[expect(clippy::cast_precision_loss, reason = "zero, mostly")]
        bars.push(Bar::at_most(
            "failures and lost records",
            self.failures() as f64,
            0.0,
        ));
        bars
    }

    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "\n{:<22} {:>9} {:>9} {:>9} {:>10} {:>12} {:>12}",
            "", "per s", "p50 ms", "p99 ms", "1st B ms", "CPU µs/call", "PG µs/call"
        );
        let kinds = self.calls.iter().map(|rounds| ("calls", rounds));
        for (kind, rounds) in kinds.chain(self.streams.iter().map(|rounds| ("streams", rounds))) {
            for way in WAYS {
                let median = |field: fn(&Round) -> f64| rounds.median(way, field);
                let _ = writeln!(
                    text,
                    "{:<22} {:>9.0} {:>9.3} {:>9.3} {:>10.3} {:>12.1} {:>12.1}",
                    format!("{} {kind} {way:?}", rounds.concurrency),
                    median(|round| round.per_second),
                    median(|round| round.p50_us) / 1e3,
                    median(|round| round.p99_us) / 1e3,
                    median(|round| round.first_byte_us) / 1e3,
                    median(|round| round.cpu_us),
                    median(|round| round.children_cpu_us),
                );
            }
            let _ = writeln!(
                text,
                "{:<22} {:>8.2}n {:>+9.3} {:>+9.3} {:>+10.3}   ({:.2} of direct)",
                "  proxied is, adds",
                rounds.ratio(Way::Nginx),
                rounds.added(|round| round.p50_us) / 1e3,
                rounds.added(|round| round.p99_us) / 1e3,
                rounds.added(|round| round.first_byte_us) / 1e3,
                rounds.ratio(Way::Direct),
            );
        }
        let _ = writeln!(
            text,
            "\ncold start {:.2} s the first time, {:.2} s warm; RSS {:.0} MB idle, {:.0} MB after the load",
            self.first_start.as_secs_f64(),
            self.warm_start.as_secs_f64(),
            Self::megabytes(self.idle_rss),
            Self::megabytes(self.loaded_rss),
        );
        let _ = writeln!(
            text,
            "failed: {} calls, {} streams; not recorded: {}",
            self.calls.iter().map(Rounds::failures).sum::<u64>(),
            self.streams.iter().map(Rounds::failures).sum::<u64>(),
            self.lost,
        );
        for bar in self.bars() {
            let word = if bar.is_met() { "met" } else { "MISSED" };
            let _ = writeln!(
                text,
                "{:<36} {:>9.3}  {:<8} {word}",
                bar.name,
                bar.figure,
                bar.limit()
            );
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        let bars: Vec<Value> = self
            .bars()
            .into_iter()
            .map(|bar| json!({ "name": bar.name, "figure": bar.figure, "bar": bar.limit(), "met": bar.is_met() }))
            .collect();
        json!({
            "calls": self.calls.iter().map(Rounds::json).collect::<Vec<_>>(),
            "streams": self.streams.iter().map(Rounds::json).collect::<Vec<_>>(),
            "firstStartSeconds": self.first_start.as_secs_f64(),
            "warmStartSeconds": self.warm_start.as_secs_f64(),
            "idleRssBytes": self.idle_rss,
            "loadedRssBytes": self.loaded_rss,
            "lostRecords": self.lost,
            "failures": self.failures(),
            "bars": bars,
        })
    }
}
