//! A disk without room, made of a small tmpfs: at the start, and under load. Needs root, and says so.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::Verdict;
use super::books::{Books, settle, sums_agree};
use super::load::{Call, Load, MIXED, failures};
use super::prober::Prober;
use super::provider::Provider;
use super::site::{Server, Stage, wait_until};

/// Unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: PathBuf, size: &str) -> Result<Self> {
        fs::create_dir(&at)?;
        let options = format!("size={size},mode=755");
        mount(&["-t", "tmpfs", "-o", &options, "none"], &at)
            .context("a small disk can only be made by root")?;
        Ok(Self(at))
    }

    fn grow(&self, size: &str) -> Result<()> {
        mount(&["-o", &format!("remount,size={size}")], &self.0)
    }

    /// Takes all the room there is, and returns the file that takes it.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.0.join("ballast");
        let mut file = File::create(&path)?;
        while file.write_all(&[0; 1 << 12]).is_ok() {}
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

fn mount(arguments: &[&str], at: &Path) -> Result<()> {
    let status = Command::new("mount").args(arguments).arg(at).status()?;
    ensure!(status.success(), "mount failed");
    Ok(())
}

pub(crate) fn run(stage: &Stage, rounds: usize) -> Result<()> {
    let provider = Provider::chat()?;
    let mut verdict = Verdict::default();
    at_the_start(stage, provider.port, &mut verdict)?;

    let disk = SmallDisk::mount(stage.directory("disk-full"), "220m")?;
    let mut server = stage.start_with(&disk.0.join("data"), provider.port, &[])?;
    for round in 1..=rounds {
        under_load(&server, &disk, round, &mut verdict)?;
    }
    let (status, took) = server.stop()?;
    verdict.expect(status.success(), || format!("it stopped with {status}"));
    let ballast = disk.fill()?;
    let (status, said) = server.start_in_vain()?;
    println!(
        "   a start on the full disk ends with {status}: {}",
        last_line(&said)
    );
    verdict.expect(!status.success() && said.contains("No space left"), || {
        format!("a start on a full disk says: {said}")
    });
    fs::remove_file(ballast)?;
    server.spawn()?;
    server.wait_until_ready()?;
    let rows = sums_agree(&server)?;
    println!("   stopped in {took:?}, started again with {rows} rows; the roll-up agrees");
    verdict.expect(!server.said().contains("panicked"), || {
        "a panic in the log".into()
    });
    server.kill()?;
    verdict.into_result()
}

fn at_the_start(stage: &Stage, provider: u16, verdict: &mut Verdict) -> Result<()> {
    let disk = SmallDisk::mount(stage.directory("disk-too-small"), "20m")?;
    let mut server = stage.server(&disk.0.join("data"), provider, &[])?;
    let (status, said) = server.start_in_vain()?;
    println!(
        "   a first start on 20 MB ends with {status}: {}",
        last_line(&said)
    );
    verdict.expect(!status.success() && said.contains("No space left"), || {
        format!("a first start without room says: {said}")
    });
    disk.grow("300m")?;
    server.spawn()?;
    server.wait_until_ready()?;
    server.kill()
}

fn under_load(
    server: &Server,
    disk: &SmallDisk,
    round: usize,
    verdict: &mut Verdict,
) -> Result<()> {
    let name = format!("full{round}");
    let before = Load::start(server.port, &format!("{name}-before"), MIXED);
    std::thread::sleep(Duration::from_secs(2));
    let before = before.finish();
    settle(
        server,
        &format!("{name}-before"),
        &before,
        Duration::from_secs(10),
    )?;

    let said = server.said().len();
    let load = Load::start(server.port, &name, MIXED);
    let prober = Prober::start(server);
    std::thread::sleep(Duration::from_secs(1));
    let mut ballast = vec![disk.fill()?];
    // The write-ahead log has room of its own for a while.
    let noticed = wait_until(
        "the log tells of the full disk",
        Duration::from_mins(1),
        || {
            ballast.extend(refill(disk, ballast.len()));
            let said = server.said().split_off(said);
            said.contains("calls are kept on disk") || said.contains("No space left")
        },
    );
    std::thread::sleep(Duration::from_secs(8));
    attention_is_called(server, verdict);
    for file in &ballast {
        fs::remove_file(file)?;
    }
    let ready = wait_until("it is ready again", Duration::from_mins(1), || {
        server.is_ready()
    })?;
    println!("   told in the log after {noticed:?}, ready again {ready:?} after there was room");
    std::thread::sleep(Duration::from_secs(3));
    let calls = load.finish();
    prober.finish().judge(verdict);
    if let Some(failures) = failures(&calls) {
        verdict.expect(false, || failures);
    }
    tell(server, &name, &calls, said, verdict)?;
    let old = Books::read(server, Some(&format!("{name}-before")))?
        .missing(&before)
        .len();
    verdict.expect(old == 0, || format!("{old} rows from before are gone"));
    Ok(())
}

/// The first page says that calls wait, unless the database is down, too; then it says that instead.
fn attention_is_called(server: &Server, verdict: &mut Verdict) {
    let Ok(home) = server.get("/api/home?timeframe=24h") else {
        return verdict.expect(false, || "the API does not answer".into());
    };
    let text = home.text();
    let is_told = match home.status {
        200 => text.contains("spooled-calls") || text.contains("lost-calls"),
        status => status == 503,
    };
    println!(
        "   meanwhile the first page ({}) tells: {is_told}",
        home.status
    );
    verdict.expect(is_told, || {
        format!("nobody is told of the full disk: {text}")
    });
}

/// What is lost is told, and where.
fn tell(
    server: &Server,
    name: &str,
    calls: &[Call],
    said: usize,
    verdict: &mut Verdict,
) -> Result<()> {
    wait_until("the spool is empty", Duration::from_secs(30), || {
        server.spool().0 == 0
    })?;
    std::thread::sleep(Duration::from_secs(1));
    let missing = Books::read(server, Some(name))?.missing(calls).len();
    let home = server.get_json("/api/home?timeframe=24h")?;
    let attention = home["attention"].to_string();
    println!(
        "   full under load: {} calls, {missing} not \
         recorded",
        calls.len()
    );
    let log = server.said().split_off(said);
    let telling = |line: &&str| {
        line.contains("neither in the database nor on disk") || line.contains("No space left")
    };
    match log.lines().find(telling) {
        Some(line) => println!("   log: {line}"),
        None => bail!("no line of the log tells of the full disk:\n{log}"),
    }
    verdict.expect(missing == 0 || attention.contains("lost-calls"), || {
        format!("{missing} calls are lost and nobody is told: {attention}")
    });
    Ok(())
}

/// Takes what has become free meanwhile.
fn refill(disk: &SmallDisk, number: usize) -> Option<PathBuf> {
    let path = disk.0.join(format!("ballast-{number}"));
    let mut file = File::create(&path).ok()?;
    while file.write_all(&[0; 1 << 12]).is_ok() {}
    Some(path)
}

fn last_line(said: &str) -> &str {
    said.lines().next_back().unwrap_or_default()
}
