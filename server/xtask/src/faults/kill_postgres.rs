//! kill -9 of PostgreSQL under load: the proxy does not notice, the API says 503 for a moment, every call is recorded.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::books::{settle, sums_agree};
use super::load::{Load, MIXED, failures};
use super::prober::Prober;
use super::provider::Provider;
use super::site::{Server, Stage, wait_until};
use super::{Dice, Verdict, signals};

pub(crate) fn run(stage: &Stage, rounds: usize) -> Result<()> {
    let provider = Provider::chat()?;
    let server = stage.start("kill-postgres", provider.port)?;
    let mut verdict = Verdict::default();
    let mut dice = Dice(2);
    let load = Load::start(server.port, "postgres", MIXED);
    let prober = Prober::start(&server);
    let mut recoveries = Vec::new();
    for _ in 0..rounds {
        std::thread::sleep(Duration::from_millis(500 + dice.below(1_000)));
        recoveries.push(play(&server)?);
    }
    let calls = load.finish();
    let seen = prober.finish();
    recoveries.sort_unstable();
    println!(
        "   {rounds} × kill -9 of PostgreSQL: ready again after {:?} (median), {:?} (worst)",
        recoveries.get(rounds / 2).copied().unwrap_or_default(),
        recoveries.last().copied().unwrap_or_default()
    );
    seen.judge(&mut verdict);
    if let Some(failures) = failures(&calls) {
        verdict.expect(false, || failures);
    }
    let (books, took) = settle(&server, "postgres", &calls, Duration::from_secs(30))?;
    println!(
        "   {} calls, all recorded {took:?} after the last; {} twice",
        calls.len(),
        books.doubled()
    );
    verdict.expect(books.doubled() == 0, || "calls are recorded twice".into());
    let rows = sums_agree(&server)?;
    println!("   {rows} rows; the roll-up by hours agrees");
    verdict.expect(!server.said().contains("panicked"), || {
        "a panic in the log".into()
    });
    verdict.into_result()
}

/// How long until another PostgreSQL was ready.
fn play(server: &Server) -> Result<Duration> {
    let killed = server.postmaster().context("no PostgreSQL runs")?;
    let begun = Instant::now();
    signals::send("KILL", &[killed]);
    wait_until("PostgreSQL is back", Duration::from_mins(1), || {
        server.postmaster().is_some_and(|now| now != killed) && server.is_ready()
    })?;
    Ok(begun.elapsed())
}
