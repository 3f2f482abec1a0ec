//! Somebody who uses the admin API all the while, and what they get.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Verdict;
use super::client::{Client, header};
use super::site::Server;

const PATIENCE: Duration = Duration::from_secs(15);
/// Longer than this is hanging.
const LONGEST: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Seen {
    /// How often each status came.
    statuses: BTreeMap<u16, usize>,
    /// Slower than that without an answer from the database.
    hanging: usize,
    /// Slower than that, but with what was asked for: the machine is busy.
    slow: usize,
    slowest: Duration,
    /// 503 without saying when to come back.
    silent: usize,
    broken: Vec<String>,
    /// A body of an answer that should not be.
    example: Option<String>,
}

pub(crate) struct Prober {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Seen>>,
}

impl Prober {
    pub(crate) fn start(server: &Server) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let paths = [
            "/api/agents",
            "/api/interactions?limit=5",
            "/api/home",
            "/api/token-prices",
        ];
        let threads = paths.map(|path| {
            let (stop, port, key) = (stop.clone(), server.port, server.key().to_owned());
            std::thread::spawn(move || probe(port, &key, path, &stop))
        });
        Self {
            stop,
            threads: threads.into(),
        }
    }

    pub(crate) fn finish(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for seen in self
            .threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
        {
            for (status, times) in seen.statuses {
                *all.statuses.entry(status).or_default() += times;
            }
            all.hanging += seen.hanging;
            all.slow += seen.slow;
            all.slowest = all.slowest.max(seen.slowest);
            all.silent += seen.silent;
            all.broken.extend(seen.broken);
            all.example = all.example.or(seen.example);
        }
        all
    }
}

fn probe(port: u16, key: &str, path: &str, stop: &AtomicBool) -> Seen {
    let mut client = Client::new(port, PATIENCE);
    let mut seen = Seen::default();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer = client.send("GET", path, &[("authorization", key)], &[]);
        let took = begun.elapsed();
        seen.slowest = seen.slowest.max(took);
        let has_data = answer.as_ref().is_ok_and(|answer| answer.status == 200);
        seen.slow += usize::from(took > LONGEST && has_data);
        seen.hanging += usize::from(took > LONGEST && !has_data);
        match answer {
            Ok(answer) => {
                *seen.statuses.entry(answer.status).or_default() += 1;
                seen.silent += usize::from(
                    answer.status == 503 && header(&answer.head, "retry-after").is_none(),
                );
                if !matches!(answer.status, 200 | 503) {
                    seen.example = Some(answer.text());
                }
            }
            Err(broken) => seen.broken.push(broken.to_string()),
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    seen
}

impl Seen {
    /// 200 or 503 with Retry-After, within a second.
    pub(crate) fn judge(&self, verdict: &mut Verdict) {
        println!(
            "   API: {:?} by status, slowest {:?}; slower than {LONGEST:?}: {} without data, {} with",
            self.statuses, self.slowest, self.hanging, self.slow
        );
        verdict.expect(self.hanging == 0, || {
            format!(
                "{} API requests hung for longer than {LONGEST:?}",
                self.hanging
            )
        });
        verdict.expect(self.silent == 0, || {
            format!("{} answers 503 without Retry-After", self.silent)
        });
        verdict.expect(self.broken.is_empty(), || {
            format!("API requests broke: {:?}", self.broken)
        });
        let others: usize = self
            .statuses
            .iter()
            .filter(|(status, _)| !matches!(status, 200 | 503))
            .map(|(_, times)| times)
            .sum();
        verdict.expect(others == 0, || {
            format!(
                "{others} API answers other than 200 and 503: {:?}",
                self.example
            )
        });
    }
}
