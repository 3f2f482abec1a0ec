//! SIGTERM under load: what was begun is finished, the program ends in order and in time, and nothing is lost.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::books::{Books, settle, sums_agree};
use super::client::Client;
use super::load::{self, Call, End, Load, MIXED, Manner};
use super::provider::Provider;
use super::site::{Server, Stage};
use super::{Dice, Verdict, signals};

const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) fn run(stage: &Stage, rounds: usize) -> Result<()> {
    let provider = Provider::chat()?;
    let mut server = stage.start("stop", provider.port)?;
    let mut verdict = Verdict::default();
    let mut dice = Dice(3);
    let (mut calls, mut slowest, mut unlucky) = (0, Duration::ZERO, 0);
    for round in 1..=rounds {
        let name = format!("stopped{round}");
        let outcome = play(&mut server, &provider, &name, &mut dice, &mut verdict)?;
        calls += outcome.calls;
        unlucky += outcome.not_taken;
        slowest = slowest.max(outcome.took);
    }
    println!(
        "   {rounds} × SIGTERM: {calls} calls begun and finished, {unlucky} sent too late to be taken; ended within {slowest:?}"
    );
    let rows = sums_agree(&server)?;
    println!("   {rows} rows; the roll-up by hours agrees");
    verdict.expect(!server.said().contains("panicked"), || {
        "a panic in the log".into()
    });
    verdict.into_result()
}

struct Outcome {
    calls: usize,
    /// Their requests met the closing of the port or of an idle connection.
    not_taken: usize,
    took: Duration,
}

fn play(
    server: &mut Server,
    provider: &Provider,
    name: &str,
    dice: &mut Dice,
    verdict: &mut Verdict,
) -> Result<Outcome> {
    let kept = Load::start(server.port, name, MIXED);
    let fresh = Manner {
        keep_alive: false,
        ..MIXED
    };
    let fresh_name = format!("{name}-fresh");
    let fresh = Load::start(server.port, &fresh_name, fresh);
    let long_name = format!("{name}-long");
    let long = long_streams(server.port, &long_name);
    std::thread::sleep(Duration::from_millis(600 + dice.below(400)));
    let begun = Instant::now();
    let (status, took) = server.stop()?;
    verdict.expect(status.success(), || {
        format!("{name}: it ended with {status}")
    });
    verdict.expect(took < PATIENCE, || format!("{name}: it took {took:?}"));
    let left = signals::working_in(&server.cluster()).len();
    verdict.expect(left == 0, || format!("{name}: {left} processes are left"));

    let groups = [
        (name, kept.finish()),
        (&fresh_name, fresh.finish()),
        (&long_name, long.iter().collect()),
    ];
    server.spawn()?;
    server.wait_until_ready()?;
    let mut outcome = Outcome {
        calls: 0,
        not_taken: 0,
        took,
    };
    for (name, calls) in &groups {
        for call in calls {
            match &call.end {
                End::Whole => outcome.calls += 1,
                End::Failed(why) if provider.has_seen(&call.id) => {
                    let late = call.ended.saturating_duration_since(begun);
                    verdict.expect(false, || {
                        format!(
                            "{}: begun and failed {late:?} after SIGTERM: {why}",
                            call.id
                        )
                    });
                }
                End::Refused | End::Failed(_) => outcome.not_taken += 1,
            }
        }
        let (books, _): (Books, _) = settle(server, name, calls, Duration::from_secs(5))?;
        verdict.expect(books.doubled() == 0, || {
            format!("{name}: calls are recorded twice")
        });
    }
    Ok(outcome)
}

/// Two streams of two seconds that the stop comes in the middle of.
fn long_streams(port: u16, name: &str) -> mpsc::Receiver<Call> {
    let (sender, receiver) = mpsc::channel();
    for number in 0..2 {
        let (sender, name) = (sender.clone(), name.to_owned());
        std::thread::spawn(move || {
            let id = format!("{name}-{number}");
            let body = format!(
                "{{\"model\":\"gpt-5.5\",\"stream\":true,\"user\":\"{id}\",\"messages\":[],\"metadata\":\"slow\"}}"
            );
            let mut client = Client::new(port, Duration::from_secs(20));
            let _ = sender.send(load::send(&mut client, &name, id, true, &body));
        });
    }
    receiver
}
