//! Two servers on one database behind a load balancer, restarted one after the other under load: no request fails, a
//! limit lets exactly its number through, and what is taken away is gone on both within a second.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use super::balancer::Balancer;
use super::books::settle;
use super::provider::Provider;
use super::site::{Server, Stage, wait_until};
use super::steady::{Outcome, Steady, Target};
use super::{Verdict, exact, stale};
use crate::bench::gateway::Backend;
use crate::bench::gateway::site::Site;

const VARIABLES: [(&str, &str); 4] = [
    (
        "ARCHESTRA_AUTH_SECRET",
        "one-secret-for-all-the-servers-of-this-fault",
    ),
    ("ARCHESTRA_MCP_ALLOWED_NETWORKS", "127.0.0.0/8,localhost"),
    ("ARCHESTRA_DRAIN_SECONDS", "2"),
    // Three programs share what the lent PostgreSQL allows one.
    ("ARCHESTRA_DATABASE_POOL_MAX", "10"),
];
const RATE: f64 = 195.0;
/// What the balancer needs to see that a server is ready again.
const SEEN_READY: Duration = Duration::from_millis(400);

pub(crate) fn run(stage: &Stage, rounds: usize) -> Result<()> {
    let fixture = stage.program.with_file_name("mcp-fixture");
    ensure!(
        fixture.exists(),
        "build it first: `cargo build --release -p testkit --bin mcp-fixture`"
    );
    let provider = Provider::chat()?;
    let backend = Backend::start(&fixture)?;
    // It only lends its PostgreSQL.
    let owner = stage.start_with(&stage.directory("rolling"), provider.port, &VARIABLES)?;
    let url = owner.database_url()?;
    let mut servers = [
        replica(stage, &owner, 1, &provider, &url)?,
        replica(stage, &owner, 2, &provider, &url)?,
    ];
    let site = Site::prepare(owner.port, backend.port, 1)?;
    let balancer = Balancer::start(
        &stage.directory("haproxy"),
        [servers[0].port, servers[1].port],
    )?;
    let mut verdict = Verdict::default();

    let target = Arc::new(Target {
        port: balancer.port,
        key: owner.key().to_owned(),
        gateway: site.path.clone(),
        token: site.token.clone(),
        tool: site.tool.clone(),
        teams: [team(&owner, "first")?, team(&owner, "second")?],
    });
    let load = Steady::start(&target, "rolling");
    stale::judge(&owner, [&servers[0], &servers[1]], &site, &mut verdict)?;
    let counting = exact::Counting::start(&owner, &target)?;
    restart(&mut servers, &mut verdict)?;
    counting.judge(&owner, &mut verdict)?;
    for _ in 1..rounds {
        restart(&mut servers, &mut verdict)?;
    }
    let (outcome, took) = load.finish();

    println!("   {rounds} × both servers restarted");
    judge(&outcome, took, &owner, &mut verdict)?;
    for server in &servers {
        verdict.expect(!server.said().contains("panicked"), || {
            "a panic in the log".into()
        });
    }
    verdict.into_result()
}

fn judge(outcome: &Outcome, took: Duration, owner: &Server, verdict: &mut Verdict) -> Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "a count of thousands")]
    let rate = outcome.requests as f64 / took.as_secs_f64();
    println!(
        "   {} requests in {took:.0?} ({rate:.0} a second), {} failed, slowest {:?}",
        outcome.requests,
        outcome.failures.len(),
        outcome.slowest
    );
    verdict.expect(outcome.failures.is_empty(), || {
        let first: Vec<&str> = outcome
            .failures
            .iter()
            .take(3)
            .map(String::as_str)
            .collect();
        format!("requests failed: {}", first.join(" · "))
    });
    verdict.expect(rate >= RATE, || format!("only {rate:.0} requests a second"));
    let (books, took) = settle(
        owner,
        "rolling",
        &outcome.model_calls,
        Duration::from_secs(10),
    )?;
    println!(
        "   {} model calls, all recorded {took:?} after the last",
        outcome.model_calls.len()
    );
    verdict.expect(books.doubled() == 0, || "calls are recorded twice".into());
    Ok(())
}

fn replica(
    stage: &Stage,
    owner: &Server,
    number: usize,
    provider: &Provider,
    url: &str,
) -> Result<Server> {
    let mut variables = VARIABLES.to_vec();
    variables.push(("ARCHESTRA_DATABASE_URL", url));
    let directory = stage.directory(&format!("rolling-{number}"));
    let mut server = stage.server(&directory, provider.port, &variables)?;
    server.take_key_of(owner);
    server.spawn()?;
    server.wait_until_ready()?;
    Ok(server)
}

fn team(server: &Server, name: &str) -> Result<String> {
    let team = server.call("POST", "/api/teams", &json!({ "name": name }))?;
    Ok(team["id"].as_str().unwrap_or_default().to_owned())
}

/// One after the other, each only when the other is known to be ready.
fn restart(servers: &mut [Server; 2], verdict: &mut Verdict) -> Result<()> {
    for server in servers {
        let (status, took) = server.stop()?;
        verdict.expect(status.success(), || {
            format!("a server ended with {status} after {took:?}")
        });
        server.spawn()?;
        wait_until("the server is ready again", Duration::from_secs(30), || {
            server.is_ready()
        })?;
        std::thread::sleep(SEEN_READY);
    }
    Ok(())
}
