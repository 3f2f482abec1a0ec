//! A database that is away for as many seconds as there are rounds: frozen, killed and kept from starting, and a foreign
//! one that is frozen. The proxy goes on as ever; afterwards every call is there once.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::books::{settle, sums_agree};
use super::load::{Call, Load, MIXED, failures, quantile};
use super::prober::Prober;
use super::provider::Provider;
use super::site::{Server, Stage, wait_until};
use super::{Verdict, signals};

const BEFORE: Duration = Duration::from_secs(6);
/// More than the calls of half a minute need on disk and in buffers.
const MEMORY_GROWTH: u64 = 150;
/// The second server reads what the first one's database keeps.
const SECRET: (&str, &str) = (
    "ARCHESTRA_AUTH_SECRET",
    "one-secret-for-both-servers-of-this-fault",
);

pub(crate) fn run(stage: &Stage, seconds: usize) -> Result<()> {
    let away = Duration::from_secs(u64::try_from(seconds)?);
    let provider = Provider::chat()?;
    let mut verdict = Verdict::default();
    let home = stage.directory("database-away");
    let server = stage.start_with(&home, provider.port, &[SECRET])?;
    let cluster = server.cluster();

    println!("   -- its own PostgreSQL frozen for {away:?}");
    let frozen = |work: &dyn Fn()| {
        let processes = signals::freeze(&cluster);
        work();
        signals::send("CONT", &processes);
        Ok(())
    };
    play(&server, "frozen", away, &frozen, &mut verdict)?;

    println!("   -- its own PostgreSQL killed and kept away for {away:?}");
    let kept_away = |work: &dyn Fn()| without_program(stage, &server, work);
    play(&server, "kept-away", away, &kept_away, &mut verdict)?;
    sums_agree(&server)?;

    println!("   -- a PostgreSQL by URL, frozen for {away:?}");
    let url = server.database_url()?;
    let guest_dir = stage.directory("database-away-guest");
    let guest = stage.start_with(
        &guest_dir,
        provider.port,
        &[("ARCHESTRA_DATABASE_URL", &url), SECRET],
    )?;
    play(&guest, "foreign-frozen", away, &frozen, &mut verdict)?;

    println!("   -- a PostgreSQL by URL, killed and kept away for {away:?}");
    play(&guest, "foreign-kept-away", away, &kept_away, &mut verdict)?;
    let rows = sums_agree(&guest)?;
    println!("   {rows} rows; the roll-up by hours agrees");
    for server in [&server, &guest] {
        verdict.expect(!server.said().contains("panicked"), || {
            "a panic in the log".into()
        });
    }
    verdict.into_result()
}

type Fault<'a> = &'a dyn Fn(&dyn Fn()) -> Result<()>;

/// `fault` takes the database away, does what it is given, and brings the database back.
fn play(
    server: &Server,
    name: &str,
    away: Duration,
    fault: Fault<'_>,
    verdict: &mut Verdict,
) -> Result<()> {
    let load = Load::start(server.port, name, MIXED);
    let prober = Prober::start(server);
    std::thread::sleep(BEFORE);
    let memory = signals::memory(server.process());
    let gone = Instant::now();
    let most = std::cell::Cell::new((0, 0, 0));
    fault(&|| {
        while gone.elapsed() < away {
            std::thread::sleep(Duration::from_millis(200));
            let (files, bytes) = server.spool();
            let (most_memory, most_files, most_bytes) = most.get();
            let memory = signals::memory(server.process());
            most.set((
                most_memory.max(memory),
                most_files.max(files),
                most_bytes.max(bytes),
            ));
        }
    })?;
    let back = Instant::now();
    wait_until("the server is ready again", Duration::from_secs(30), || {
        server.is_ready()
    })?;
    let ready = back.elapsed();
    std::thread::sleep(Duration::from_secs(2));
    let calls = load.finish();
    prober.finish().judge(verdict);
    if let Some(failures) = failures(&calls) {
        verdict.expect(false, || format!("{name}: {failures}"));
    }
    compare(&calls, gone, back, verdict);
    let (most_memory, files, bytes) = most.get();
    println!(
        "   memory {memory} MB before, {most_memory} MB at most; spool {files} files, {bytes} bytes at most"
    );
    verdict.expect(most_memory < memory + MEMORY_GROWTH, || {
        format!("{name}: memory grew to {most_memory} MB")
    });
    verdict.expect(files > 0, || format!("{name}: nothing was spooled"));
    let (books, took) = settle(server, name, &calls, Duration::from_mins(1))?;
    println!(
        "   ready {ready:?} after it was back; {} calls, all recorded {took:?} after the last; {} twice",
        calls.len(),
        books.doubled()
    );
    verdict.expect(books.doubled() == 0, || {
        format!("{name}: calls are recorded twice")
    });
    wait_until("the spool is empty", Duration::from_secs(30), || {
        server.spool().0 == 0
    })?;
    Ok(())
}

/// Whole answers only: the time of a stream is the provider's.
fn compare(calls: &[Call], gone: Instant, back: Instant, verdict: &mut Verdict) {
    let times = |during: bool| -> Vec<Duration> {
        let of_phase =
            |call: &&Call| !call.streamed && (call.begun >= gone && call.begun < back) == during;
        calls.iter().filter(of_phase).map(Call::took).collect()
    };
    let (mut before, mut during) = (times(false), times(true));
    let medians = (quantile(&mut before, 500), quantile(&mut during, 500));
    let tails = (quantile(&mut before, 990), quantile(&mut during, 990));
    println!(
        "   {} calls meanwhile; p50 {:?} → {:?}, p99 {:?} → {:?}",
        during.len(),
        medians.0,
        medians.1,
        tails.0,
        tails.1
    );
    verdict.expect(medians.1 < medians.0 * 2, || {
        "calls are twice as slow without the database".into()
    });
}

fn without_program(stage: &Stage, server: &Server, work: &dyn Fn()) -> Result<()> {
    let program = stage.installation.join("bin/postgres");
    let hidden = program.with_file_name("postgres.hidden");
    fs::rename(&program, &hidden)?;
    let killed = server.postmaster().context("no PostgreSQL runs");
    killed.map(|process| signals::send("KILL", &[process]))?;
    work();
    fs::rename(&hidden, &program)?;
    Ok(())
}
