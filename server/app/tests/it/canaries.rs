//! Secrets go in wherever they may, in calls that succeed and calls that fail, and are searched for wherever they must
//! not be: the log at its most talkative, every answer, every row, the metrics, the traces, the processes and the other
//! containers.

#![expect(clippy::print_stderr, reason = "figures and skipped parts are told")]

mod containers;
mod flows;
mod search;
mod servers;
mod world;

use containers::Containers;
use search::{Place, Searched};
use world::World;

const FEWEST_CANARIES: usize = 30;
const FEWEST_FLOWS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_anywhere_but_where_it_was_given() {
    let mut world = World::start().await;
    flows::sign_in(&mut world).await;
    flows::tokens(&mut world).await;
    flows::provider_keys(&mut world).await;
    flows::model_calls(&mut world).await;
    flows::chat(&mut world).await;
    servers::catalog(&mut world).await;
    servers::remote(&mut world).await;
    servers::clusters(&mut world).await;
    servers::gateway(&mut world).await;
    let containers = Containers::start(&mut world).await;
    flows::secrets(&mut world).await;
    flows::failed_sign_ins(&mut world).await;
    flows::everything_readable(&mut world).await;
    assert!(world.mistaken.is_empty(), "{:#?}", world.mistaken);

    let canaries = world.canaries();
    let unsent: Vec<&String> = canaries
        .iter()
        .filter(|canary| !world.was_given(canary))
        .collect();
    assert!(unsent.is_empty(), "{unsent:?}");
    let mut searched = Searched::for_each(&canaries);
    searched.look(Place::Log, &world.program.said());
    searched.look(Place::Answers, &world.answers.join("\n"));
    searched.look(Place::Database, &search::dump(&world.database).await);
    searched.look(Place::Metrics, &world.metrics().await);
    searched.look(Place::Traces, &world.traces());
    searched.look(Place::Processes, &search::processes());
    if let Some(containers) = &containers {
        searched.look(Place::Containers, &containers.of_others());
    }
    eprintln!(
        "{} canaries through {} flows, of which {} failed; {searched}",
        canaries.len(),
        world.flows,
        world.failed,
    );
    assert!(searched.found.is_empty(), "{:#?}", searched.found);
    assert!(canaries.len() >= FEWEST_CANARIES && world.flows >= FEWEST_FLOWS);
}
