//! `archestra doctor` on machines that are ill: each fault is there in earnest, and the doctor has to name it, say what to
//! do, and be done within five seconds. Also `healthy` and the support bundle.

#![expect(
    clippy::print_stderr,
    reason = "the table of faults, and skipped ones, are told"
)]

mod bundle;
mod elsewhere;
mod here;
mod visit;

use std::time::Duration;

use testkit::database::TestDatabase;
use testkit::provider::{FakeProvider, Reply};

use crate::program::Program;
use visit::{Seeded, Visit};

const WITHIN: Duration = Duration::from_secs(5);
const FEWEST_NAMED: usize = 18;

async fn provider() -> FakeProvider {
    let provider = FakeProvider::start().await.unwrap();
    provider.always_reply(Reply::json(401, "{}"));
    provider
}

#[tokio::test(flavor = "multi_thread")]
async fn every_seeded_fault_is_named_with_what_mends_it_within_five_seconds() {
    let provider = provider().await;
    let program = Program::start(&provider).await;
    let database = TestDatabase::create().await.unwrap();
    let mut table: Vec<Seeded> = Vec::new();
    table.extend(here::ports(&provider));
    table.extend(here::network(&provider));
    table.extend(here::disks(&provider));
    table.extend(here::data(&provider));
    table.extend(here::configuration(&provider));
    table.extend(here::certificates(&provider));
    table.extend(here::system(&provider));
    table.extend(here::postgres(&provider));
    table.extend(elsewhere::second_server(&provider, &program));
    table.extend(elsewhere::databases(&provider, &program, &database));
    table.extend(elsewhere::rights(&provider, &database).await);
    table.extend(elsewhere::vault(&provider).await);
    table.extend(elsewhere::keyring(&provider));
    table.extend(elsewhere::engines(&provider));
    table.extend(elsewhere::clusters(&provider).await);
    table.extend(elsewhere::upstreams(&provider).await);

    let skipped: Vec<&Seeded> = table
        .iter()
        .filter(|seeded| seeded.skipped.is_some())
        .collect();
    let named = table.iter().filter(|seeded| seeded.is_named()).count();
    for seeded in &table {
        eprintln!("{seeded}");
    }
    eprintln!(
        "{named} of {} seeded faults named, {} skipped",
        table.len() - skipped.len(),
        skipped.len()
    );
    let missed: Vec<String> = table
        .iter()
        .filter(|one| one.skipped.is_none() && !one.is_named())
        .map(Seeded::report)
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(named >= FEWEST_NAMED, "{named}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_well_has_no_fault_before_and_beside_a_running_server() {
    let provider = provider().await;
    let before = Visit::new(&provider).examine();
    assert!(
        before.faults().is_empty() && before.succeeded,
        "{:#?}",
        before.faults()
    );
    let program = Program::start(&provider).await;
    let beside = Visit::beside(&program).examine();
    assert!(
        beside.faults().is_empty() && beside.succeeded,
        "{:#?}",
        beside.faults()
    );
    let said = beside.of("API port").to_string();
    assert!(said.contains("the server that runs here has it"), "{said}");
    assert!(beside.of("database").to_string().contains("answers"));
}

#[tokio::test(flavor = "multi_thread")]
async fn healthy_follows_the_server() {
    let provider = provider().await;
    let mut program = Program::start(&provider).await;
    assert_eq!(program.run("healthy").trim(), "healthy");
    program.terminate();
    assert!(program.wait_for_end().await.success());
    let output = program.command().arg("healthy").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && said.contains("nothing answers"),
        "{said}"
    );
}

fn told(text: &str) {
    eprintln!("{text}");
}
