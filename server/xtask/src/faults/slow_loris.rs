//! 2,000 clients that send a byte a second, half of them in their headers and half in their bodies: what others notice of
//! it, and whether everything is released afterwards.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::load::{Call, Load, Manner, failures, quantile};
use super::provider::Provider;
use super::site::{Server, Stage, wait_until};
use super::{Verdict, signals};

const LORISES: usize = 2_000;
const PHASE: Duration = Duration::from_secs(4);
const ORDINARY: Manner = Manner {
    callers: 4,
    stream_every: 0,
    pause: Duration::from_millis(4),
    keep_alive: true,
    ends_when_refused: false,
};
/// Others may be this much slower, in percent.
const MARGIN: u128 = 20;

pub(crate) fn run(stage: &Stage, rounds: usize) -> Result<()> {
    let provider = Provider::chat()?;
    let server = stage.start("slow-loris", provider.port)?;
    let mut verdict = Verdict::default();
    measure(&server, "warm")?;
    let files = signals::open_files(server.process());
    let memory = signals::memory(server.process());
    let (mut quiet, mut flooded) = (Vec::new(), Vec::new());
    let mut most_files = 0;
    for round in 0..rounds {
        let alone = measure(&server, &format!("quiet{round}"))?;
        let flood = Flood::start(server.port)?;
        most_files = most_files.max(signals::open_files(server.process()));
        let among = measure(&server, &format!("flooded{round}"))?;
        let reopened = flood.end();
        println!(
            "   round {round}: p50, p95, p99 {alone:?} alone, {among:?} among {LORISES} ({reopened} cut off and reopened)"
        );
        quiet.push(alone);
        flooded.push(among);
    }
    // Of all rounds the middle one: whatever else the machine does at times should not decide.
    let middle = |rounds: &[[Duration; 3]]| {
        [0, 1, 2].map(|part| {
            quantile(
                &mut rounds.iter().map(|round| round[part]).collect::<Vec<_>>(),
                500,
            )
        })
    };
    let (alone, among) = (middle(&quiet), middle(&flooded));
    println!("   in the middle {alone:?} alone, {among:?} among {LORISES} slow clients");
    let ratio = among[2].as_micros() * 100 / alone[2].as_micros().max(1);
    println!("   p99 is {ratio} % of what it is alone");
    verdict.expect(ratio <= 100 + MARGIN, || format!("p99 rose to {ratio} %"));
    let released = wait_until("files are released", Duration::from_secs(20), || {
        signals::open_files(server.process()) <= files + 20
    });
    println!(
        "   open files: {files} before, {most_files} at most, {} after {released:?}; memory {memory} MB before, {} MB after",
        signals::open_files(server.process()),
        signals::memory(server.process())
    );
    verdict.expect(released.is_ok(), || "files stay open".into());
    silent_clients_are_sent_away(&server, &mut verdict)?;
    verdict.expect(!server.said().contains("panicked"), || {
        "a panic in the log".into()
    });
    verdict.into_result()
}

/// p50, p95 and p99.
fn measure(server: &Server, name: &str) -> Result<[Duration; 3]> {
    let load = Load::start(server.port, name, ORDINARY);
    std::thread::sleep(PHASE);
    let calls = load.finish();
    if let Some(failures) = failures(&calls) {
        bail!(failures);
    }
    let mut times: Vec<Duration> = calls.iter().map(Call::took).collect();
    Ok([500, 950, 990].map(|part| quantile(&mut times, part)))
}

struct Flood {
    stop: Arc<AtomicBool>,
    reopened: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Flood {
    /// Returns when all are connected.
    fn start(port: u16) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let reopened = Arc::new(AtomicUsize::new(0));
        let lorises: Vec<_> = (0..LORISES)
            .map(|number| connect(port, number))
            .collect::<Result<_>>()?;
        let (stopped, counted) = (stop.clone(), reopened.clone());
        let thread = std::thread::spawn(move || drip(port, lorises, &stopped, &counted));
        Ok(Self {
            stop,
            reopened,
            thread,
        })
    }

    fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        self.reopened.load(Ordering::Relaxed)
    }
}

/// Even ones are slow from the first header on, odd ones from the first byte of the body.
fn connect(port: u16, number: usize) -> Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.write_all(b"POST /v1/openai/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n")?;
    if number.is_multiple_of(2) {
        stream.write_all(b"x-long: ")?;
    } else {
        stream.write_all(
            b"authorization: Bearer sk-x\r\ncontent-length: 100000\r\n\r\n{\"model\":\"",
        )?;
    }
    Ok(stream)
}

/// A byte a second for each, spread over the second.
fn drip(port: u16, mut lorises: Vec<TcpStream>, stop: &AtomicBool, reopened: &AtomicUsize) {
    let begun = Instant::now();
    for turn in 0_u32.. {
        for (number, loris) in lorises.iter_mut().enumerate() {
            // Not in bursts, which no crowd of slow clients would make.
            if number % 4 == 0 {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let share = Duration::from_secs(1) * u32::try_from(number).unwrap_or(0) / 2_000;
                let due = Duration::from_secs(1) * turn + share;
                std::thread::sleep(due.saturating_sub(begun.elapsed()));
            }
            if loris.write_all(b"a").is_err()
                && let Ok(fresh) = connect(port, number)
            {
                *loris = fresh;
                reopened.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Connections on which nothing comes, or one byte that could begin anything, must not be kept for ever either.
fn silent_clients_are_sent_away(server: &Server, verdict: &mut Verdict) -> Result<()> {
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    for first in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port))?;
        stream.write_all(first)?;
        stream.set_read_timeout(Some(Duration::from_secs(25)))?;
        let sent_away = loop {
            match stream.read(&mut [0; 512]) {
                Ok(0) => break true,
                Ok(_) => {}
                Err(error) => break error.kind() == std::io::ErrorKind::ConnectionReset,
            }
        };
        verdict.expect(sent_away, || {
            format!(
                "a client that sends {:?} and then nothing is kept for 25 s",
                String::from_utf8_lossy(first)
            )
        });
        longest = longest.max(begun.elapsed());
    }
    println!("   silent connections are closed (the last of three in a row after {longest:?})");
    Ok(())
}
