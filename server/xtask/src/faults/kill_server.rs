//! kill -9 of the server under load, again and again: what was committed stays, what is lost is fresh, nothing is left
//! running, the next start is clean.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::books::{Books, sums_agree};
use super::load::{Call, Load, MIXED, quantile};
use super::provider::Provider;
use super::site::{Server, Stage, wait_until};
use super::{Dice, Verdict, signals};

/// The flush interval of 0.2 s, and what writing a batch may take on a busy machine.
const LOSS_BOUND: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Tally {
    calls: usize,
    lost: usize,
    /// In each round, how long before the kill the oldest lost call had ended.
    losses: Vec<Duration>,
    slowest_start: Duration,
    slowest_end: Duration,
}

pub(crate) fn run(stage: &Stage, rounds: usize) -> Result<()> {
    let provider = Provider::chat()?;
    let mut server = stage.start("kill-server", provider.port)?;
    let mut verdict = Verdict::default();
    let mut dice = Dice(1);
    let mut tally = Tally::default();
    for round in 1..=rounds {
        let name = format!("killed{round}");
        play(&mut server, &name, &mut dice, &mut tally, &mut verdict)?;
    }
    println!(
        "   {rounds} × kill -9: {} calls completed, {} of them lost, the oldest of a round {:?} (median) and {:?} (worst) before \
         the kill; PostgreSQL gone within {:?}; ready again within {:?}",
        tally.calls,
        tally.lost,
        quantile(&mut tally.losses, 500),
        quantile(&mut tally.losses, 1_000),
        tally.slowest_end,
        tally.slowest_start
    );
    let rows = sums_agree(&server)?;
    println!("   {rows} rows; the roll-up by hours agrees");
    verdict.expect(!server.said().contains("panicked"), || {
        "a panic in the log".into()
    });
    verdict.into_result()
}

fn play(
    server: &mut Server,
    name: &str,
    dice: &mut Dice,
    tally: &mut Tally,
    verdict: &mut Verdict,
) -> Result<()> {
    let load = Load::start(server.port, name, MIXED);
    std::thread::sleep(Duration::from_millis(400 + dice.below(600)));
    let committed = Books::read(server, Some(name))?;
    std::thread::sleep(Duration::from_millis(50 + dice.below(400)));
    let killed = Instant::now();
    server.kill()?;
    let calls = load.finish();

    let cluster = server.cluster();
    let gone = wait_until(
        "no process of PostgreSQL is left",
        Duration::from_secs(10),
        || signals::working_in(&cluster).is_empty(),
    );
    match gone {
        Ok(took) => tally.slowest_end = tally.slowest_end.max(took),
        Err(error) => verdict.expect(false, || format!("{name}: {error}")),
    }
    server.spawn()?;
    tally.slowest_start = tally.slowest_start.max(server.wait_until_ready()?);

    let books = Books::read(server, Some(name))?;
    let vanished = committed.times.keys().filter(|id| !books.has(id)).count();
    verdict.expect(vanished == 0, || {
        format!("{name}: {vanished} committed rows are gone")
    });
    verdict.expect(books.doubled() == 0, || {
        format!("{name}: {} rows are there twice", books.doubled())
    });
    let finished: Vec<Call> = calls
        .into_iter()
        .filter(|call| call.is_whole() && call.ended <= killed)
        .collect();
    let lost = books.missing(&finished);
    let oldest = lost
        .iter()
        .map(|call| killed.saturating_duration_since(call.ended))
        .max();
    let oldest = oldest.unwrap_or_default();
    verdict.expect(oldest <= LOSS_BOUND, || {
        format!("{name}: a call that ended {oldest:?} before the kill is lost")
    });
    tally.calls += finished.len();
    tally.lost += lost.len();
    tally.losses.push(oldest);
    Ok(())
}
