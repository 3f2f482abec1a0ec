//! MCP servers in a real cluster, the whole way: installed through the API, called through the gateway, gone without a
//! trace. The cluster is that of `ARCHESTRA_TEST_KUBECONFIG`; without it each test says that it was skipped.
//!
//! `ARCHESTRA_TEST_KUBERNETES_IMAGE` and `ARCHESTRA_TEST_APISERVER_PID` are as for the runtimes' own tests.

#![expect(clippy::print_stderr, reason = "skipped tests and figures are told")]

mod cable;
mod cluster;
mod world;

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use runtimes::kubernetes::settings::{ServiceAccount, Source};
use rustix::process::Signal;
use serde_json::json;

use crate::harness::browser;
use crate::program::signal;
use cable::Cable;
use cluster::{Turn, setting, skip, until};
use world::{CANARY, World, text};

const BOTH: [&str; 2] = ["streams", "web"];

#[tokio::test(flavor = "multi_thread")]
async fn servers_in_an_added_cluster_answer_through_the_gateway_and_leave_nothing() {
    let Some(world) = World::open(Turn::Together).await else {
        return;
    };
    let app = &world.app;
    let cluster = format!("/api/clusters/{}", text(&world.cluster_id));
    let checked = app.post(&format!("{cluster}/check"), json!({})).await;
    assert_eq!(checked["reachable"], true, "{checked}");
    let permissions = checked["permissions"].as_array().unwrap();
    assert!(permissions.iter().all(|one| one["allowed"] == true));

    let begun = Instant::now();
    let [streams, web] = world.install_both().await;
    let gateway = world.gateway().await;
    gateway.all_answer(&BOTH).await;
    eprintln!(
        "from installing both to their answers: {:?}",
        begun.elapsed()
    );
    let environment = gateway.call("streams__get-env", json!({})).await;
    assert!(environment.to_string().contains(CANARY), "{environment}");
    let log = app.get(&format!("/api/mcp_server/{streams}/logs")).await;
    assert!(text(&log["logs"]).contains("STDIO"), "{log}");
    assert!(!log.to_string().contains(CANARY), "{log}");
    answers_at_its_service(&world, &web).await;

    for server in [&streams, &web] {
        let before = world.cluster.pod(server);
        let path = format!("/api/mcp_server/{server}/restart");
        app.post(&path, json!({})).await;
        until("another pod", async || {
            let pods = world.cluster.pods(server);
            (pods.len() == 1 && pods[0].name != before.name).then_some(())
        })
        .await;
        world.until_ready(server).await;
    }
    gateway.all_answer(&BOTH).await;

    assert!(app.send(Method::DELETE, &cluster, None).await.0 == StatusCode::CONFLICT);
    world.delete([&streams, &web]).await;
    assert_eq!(
        app.send(Method::DELETE, &cluster, None).await.0,
        StatusCode::OK
    );
}

/// The tests need not be where the cluster's Services can be reached.
async fn answers_at_its_service(world: &World, server: &str) {
    let address = world.cluster.service_address(server);
    let request = browser().get(format!("http://{address}/mcp"));
    match request.timeout(Duration::from_secs(3)).send().await {
        // Something that speaks MCP: it wants to be told which stream.
        Ok(response) => assert_eq!(response.status(), StatusCode::BAD_REQUEST),
        Err(error) if error.is_connect() || error.is_timeout() => {
            skip("Services of this cluster cannot be reached from here");
        }
        Err(error) => panic!("{address}: {error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_in_a_cluster_is_adopted_after_a_restart_of_this_program() {
    let Some(world) = World::open(Turn::Together).await else {
        return;
    };
    let both = world.install_both().await;
    world.gateway().await.all_answer(&BOTH).await;
    let before = both.each_ref().map(|server| world.cluster.pod(server));
    let world = world.start_again(|_| {}).await;
    for server in &both {
        world.until_ready(server).await;
    }
    world.gateway().await.all_answer(&BOTH).await;
    let after = both.each_ref().map(|server| world.cluster.pod(server));
    assert_eq!(
        after, before,
        "the same pods, the same runs of their containers"
    );
    for server in &both {
        assert_eq!(world.server(server).await["restarts"], 0);
    }
    world.delete(&both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_server_does_not_run_in_a_cluster_is_said_and_mended() {
    let Some(world) = World::open(Turn::Together).await else {
        return;
    };
    let script = |code: &str| json!({ "command": "/bin/node", "arguments": ["-e", code] });
    let crash = script("console.error('no licence'); process.exit(7)");
    let crash = world.install("Crash", &crash).await;
    let missing = json!({ "dockerImage": "built-nowhere" });
    let missing = world.install("Missing", &missing).await;

    let server = until("the crash is told", async || {
        let server = world.server(&crash).await;
        (server["localInstallationStatus"] == "error").then_some(server)
    })
    .await;
    let error = text(&server["localInstallationError"]);
    assert!(
        error.contains("exit code 7") && error.contains("no licence"),
        "{error}"
    );
    assert_eq!(server["lastCrash"]["exitCode"], 7, "{server}");
    assert_eq!(server["lastCrash"]["log"][0], "no licence", "{server}");
    let server = until("the missing image is told", async || {
        let server = world.server(&missing).await;
        (server["localInstallationStatus"] == "error").then_some(server)
    })
    .await;
    let error = text(&server["localInstallationError"]);
    assert!(error.contains("built-nowhere"), "{error}");
    eprintln!("said of them: {} / {error}", server["statusDetail"]);
    world.delete([&crash, &missing]).await;
}

/// Its process ends, the cluster starts it again, and whoever calls has an answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_ends_is_started_again_and_answers_as_before() {
    let Some(world) = World::open(Turn::Together).await else {
        return;
    };
    let both = world.install_both().await;
    let gateway = world.gateway().await;
    gateway.all_answer(&BOTH).await;
    for (server, name) in both.iter().zip(BOTH) {
        let before = world.cluster.pod(server);
        let end = "process.kill(1, 'SIGINT')";
        world
            .cluster
            .kubectl(&["exec", &before.name, "--", "/bin/node", "-e", end]);
        until("another run of its container", async || {
            let pods = world.cluster.pods(server);
            pods.iter()
                .any(|pod| pod.restarts > before.restarts)
                .then_some(())
        })
        .await;
        until("it answers again", async || gateway.echoes(name).await.ok()).await;
        let crash = until("its end is on record", async || {
            let crash = world.server(server).await["lastCrash"].take();
            crash.is_object().then_some(crash)
        })
        .await;
        assert!(crash["cause"].is_string() && crash["log"].is_array());
    }
    world.delete(&both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_inside_of_a_cluster_the_gateway_calls_a_server_at_its_service() {
    let Some(world) = World::without_cluster(Turn::Together).await else {
        return;
    };
    let known = ("kubernetes.default.svc.cluster.local", 443);
    if tokio::net::lookup_host(known).await.is_err() {
        return skip("names of the cluster's Services are not known here");
    }
    let account = world.cluster.account().await;
    let (server, namespace) = (world.cluster.server(), world.cluster.namespace.clone());
    let directory = account.path().to_owned();
    let world = world
        .start_again(|config| {
            config.mcp.cluster = Some(Source::InCluster(ServiceAccount { server, directory }));
            config.mcp.namespace.clone_from(&namespace);
        })
        .await;
    let [streams, web] = world.install_both().await;
    world.gateway().await.all_answer(&BOTH).await;
    let runtime = world
        .app
        .running
        .platform
        .runtimes
        .get("kubernetes")
        .unwrap();
    let endpoint = runtime.endpoint(web.parse().unwrap()).await.unwrap();
    let host = endpoint.host_str().unwrap();
    assert!(
        host.ends_with(&format!("-service.{namespace}.svc.cluster.local")),
        "{host}"
    );
    world.delete([&streams, &web]).await;
}

const AWAY: Duration = Duration::from_secs(30);

/// Goes on also when a test fails in between.
struct Frozen(u32);

impl Frozen {
    fn freeze(process: u32) -> Self {
        signal(process, Signal::STOP);
        Self(process)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        signal(self.0, Signal::CONT);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_minute_without_the_api_server_costs_no_server_its_run() {
    let Some(process) = setting("ARCHESTRA_TEST_APISERVER_PID") else {
        return skip("ARCHESTRA_TEST_APISERVER_PID names no process");
    };
    let Some(world) = World::open(Turn::Alone).await else {
        return;
    };
    let both = world.install_both().await;
    let gateway = world.gateway().await;
    gateway.all_answer(&BOTH).await;
    let before = both.each_ref().map(|server| world.cluster.pod(server));

    let frozen = Frozen::freeze(process.parse().unwrap());
    let begun = Instant::now();
    // Asked while it is away, answered when it is back; the API itself goes on.
    let asking = gateway.all_answer(&BOTH);
    let returning = async {
        let checked = format!("/api/clusters/{}/check", text(&world.cluster_id));
        let checked = world.app.post(&checked, json!({})).await;
        assert_eq!(checked["reachable"], false, "{checked}");
        assert_eq!(
            world.server(&both[0]).await["localInstallationStatus"],
            "success"
        );
        tokio::time::sleep_until((begun + AWAY).into()).await;
        drop(frozen);
    };
    tokio::join!(asking, returning);
    gateway.all_answer(&BOTH).await;
    let after = both.each_ref().map(|server| world.cluster.pod(server));
    assert_eq!(after, before);
    for server in &both {
        assert_eq!(
            world.server(server).await["localInstallationStatus"],
            "success"
        );
    }
    world.delete(&both).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_nobody_reaches_for_half_a_minute_is_found_again() {
    let Some(world) = World::without_cluster(Turn::Together).await else {
        return;
    };
    let mut cable = Cable::to(&world.cluster.server()).await;
    let file = world.cluster.kubeconfig_through(cable.address);
    let world = world.with_file(&file).await;
    let both = world.install_both().await;
    let gateway = world.gateway().await;
    gateway.all_answer(&BOTH).await;
    let before = both.each_ref().map(|server| world.cluster.pod(server));

    cable.cut().await;
    let begun = Instant::now();
    for server in BOTH {
        let answer = gateway.echoes(server).await;
        let answer = answer.unwrap_err();
        assert!(begun.elapsed() < AWAY, "{answer}");
        eprintln!("{:?} after the cut: {answer}", begun.elapsed());
    }
    tokio::time::sleep_until((begun + AWAY).into()).await;
    let status = world.server(&both[0]).await;
    assert_eq!(status["localInstallationStatus"], "success", "{status}");

    let mended = Instant::now();
    cable.mend().await;
    for server in BOTH {
        until("it answers again", async || {
            gateway.echoes(server).await.ok()
        })
        .await;
    }
    eprintln!("both answer {:?} after it is back", mended.elapsed());
    let after = both.each_ref().map(|server| world.cluster.pod(server));
    assert_eq!(after, before);
    world.delete(&both).await;
}
