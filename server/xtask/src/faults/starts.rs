//! Starts that must fail: each names the cause and the way out, ends with a code, and harms nothing.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitStatus;

use anyhow::Result;

use super::Verdict;
use super::provider::Provider;
use super::site::{Server, Stage};

pub(crate) fn run(stage: &Stage, _rounds: usize) -> Result<()> {
    let provider = Provider::chat()?;
    let mut verdict = Verdict::default();
    let mut server = stage.start("starts", provider.port)?;

    let mut second = stage.server(&server.data_dir, provider.port, &[])?;
    let holder = format!("process {}", server.process());
    judge(
        "a second start in its directory",
        &second.start_in_vain()?,
        &["in use by", &holder, "Stop that process"],
        &mut verdict,
    );
    verdict.expect(server.is_ready(), || {
        "the second start harmed the first".into()
    });

    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://localhost:{}", taken.local_addr()?.port());
    let variables = [("ARCHESTRA_API_BASE_URL", url.as_str())];
    let mut elsewhere = stage.server(&stage.directory("starts-port"), provider.port, &variables)?;
    judge(
        "a taken port",
        &elsewhere.start_in_vain()?,
        &["can't be listened on", "ARCHESTRA_API_BASE_URL"],
        &mut verdict,
    );
    drop(taken);

    on_newer_files(&mut server, &mut verdict)?;

    let file = stage.directory("starts-file");
    fs::write(&file, "")?;
    let mut on_file = stage.server(&file, provider.port, &[])?;
    judge(
        "a file in place of the directory",
        &on_file.start_in_vain()?,
        &["starts-file"],
        &mut verdict,
    );

    let nowhere = [(
        "ARCHESTRA_DATABASE_URL",
        "postgresql://nobody:secret-word@127.0.0.1:9/none",
    )];
    let mut foreign = stage.server(&stage.directory("starts-foreign"), provider.port, &nowhere)?;
    let vain = foreign.start_in_vain()?;
    verdict.expect(!vain.1.contains("secret-word"), || {
        "the password is in the message".into()
    });
    judge(
        "a database that is not there",
        &vain,
        &["ARCHESTRA_DATABASE_URL"],
        &mut verdict,
    );
    server.kill()?;
    verdict.into_result()
}

fn on_newer_files(server: &mut Server, verdict: &mut Verdict) -> Result<()> {
    server.stop()?;
    let version = server.cluster().join("PG_VERSION");
    let ours = fs::read_to_string(&version)?;
    fs::write(&version, "19\n")?;
    judge(
        "a newer PostgreSQL's files",
        &server.start_in_vain()?,
        &["made by PostgreSQL 19", "Nothing was changed", "Start with"],
        verdict,
    );
    fs::write(&version, ours)?;
    server.spawn()?;
    server.wait_until_ready()?;
    Ok(())
}

fn judge(what: &str, (status, said): &(ExitStatus, String), words: &[&str], verdict: &mut Verdict) {
    let message = said
        .lines()
        .find(|line| line.starts_with("archestra: "))
        .unwrap_or(said);
    println!("   {what}: {status}\n      {message}");
    verdict.expect(status.code().is_some_and(|code| code != 0), || {
        format!("{what}: it ended with {status}")
    });
    for word in words {
        verdict.expect(message.contains(word), || {
            format!("{what}: nothing of \"{word}\" in: {message}")
        });
    }
}
