//! The engine is absent, goes, and comes back.

use std::time::{Duration, Instant};

use runtimes::docker::engine::Place;
use runtimes::docker::{Config, Docker};
use runtimes::error::Error;
use runtimes::progress::ProgressSink;
use runtimes::runtime::Runtime;
use runtimes::status::{Health, State};
use testkit::docker_images::{self, Image, PrivateEngine};

use super::speaking::Conversation;
use super::with::{IDLE, docker, next_status, script, skip, spec, started};

fn at(place: Place) -> Docker {
    Docker::new(Config {
        place,
        base_image: "none".to_owned(),
        instance: "test".to_owned(),
    })
}

#[tokio::test]
async fn a_machine_without_an_engine_is_told_how_to_get_one_at_once() {
    let nowhere = at(Place {
        host: Some("unix:///nonexistent/docker.sock".to_owned()),
        ..Place::default()
    });
    let began = Instant::now();
    let Health::Unavailable { cause, fix } = nowhere.health().await else {
        panic!("there is none");
    };
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    assert!(cause.contains("/nonexistent/docker.sock"), "{cause}");
    assert!(fix.contains("Install Docker"), "{fix}");
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_given_up_soon() {
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("docker.sock");
    // Accepts and says nothing.
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    let silent = at(Place {
        host: Some(format!("unix://{}", socket.display())),
        ..Place::default()
    });
    let began = Instant::now();
    let Health::Unavailable { cause, fix } = silent.health().await else {
        panic!("it does not answer");
    };
    assert!(
        began.elapsed() < Duration::from_secs(12),
        "{:?}",
        began.elapsed()
    );
    assert!(cause.contains("does not answer"), "{cause}");
    assert!(fix.contains("Start it"), "{fix}");
}

#[tokio::test]
async fn an_address_that_is_none_is_explained() {
    let wrong = at(Place {
        host: Some("ssh://somewhere".to_owned()),
        ..Place::default()
    });
    let Health::Unavailable { fix, .. } = wrong.health().await else {
        panic!("it is none");
    };
    assert!(fix.contains("unix:///path"), "{fix}");
}

#[tokio::test]
async fn a_restarted_engine_is_found_again_and_its_servers_run_again() {
    if let Err(reason) = docker_images::engine() {
        return skip(&reason);
    }
    let engine = match PrivateEngine::start() {
        Ok(engine) => engine,
        Err(reason) => return skip(&format!("{reason:#}")),
    };
    engine.load(Image::Everything);
    let docker = docker(&engine.address(), "restarted");
    let spec = spec(Image::Everything);
    let mut watch = docker.watch();
    started(&docker, &spec).await;
    next_status(&mut watch, spec.id, State::Running).await;
    let mut conversation = Conversation::over(docker.attach(spec.id).await.expect("its streams"));
    conversation.initialize().await;

    engine.stop();
    while conversation.line().await.is_some() {}
    let Health::Unavailable { cause, .. } = docker.health().await else {
        panic!("it is away");
    };
    assert!(!cause.is_empty());
    let other = script(IDLE);
    let refused = docker.start(&other, &ProgressSink::silent()).await;
    assert!(
        matches!(refused, Err(Error::Unavailable { .. })),
        "{refused:?}"
    );

    engine.start_again();
    // The engine has ended its containers; the watch says so by itself, and who watches starts them again.
    let seen = loop {
        let (id, status) = futures_util::StreamExt::next(&mut watch)
            .await
            .expect("it never ends");
        if id == spec.id && status.state != State::Running {
            break status;
        }
    };
    assert!(seen.detail.is_some(), "{seen:?}");
    started(&docker, &spec).await;
    next_status(&mut watch, spec.id, State::Running).await;
    let mut again = Conversation::over(docker.attach(spec.id).await.expect("its streams"));
    assert_eq!(again.initialize().await, "mcp-servers/everything");
    docker.remove(spec.id).await.expect("it goes");
}
