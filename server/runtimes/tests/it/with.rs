//! What the tests share: a runtime on the real engine, servers that are cleaned up, and a look from outside.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::process::Command;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use runtimes::docker::engine::Place;
use runtimes::docker::{Config, Docker};
use runtimes::progress::ProgressSink;
use runtimes::runtime::{LogQuery, Runtime};
use runtimes::spec::{Resources, ServerSpec, Transport};
use runtimes::status::{State, Status};
use testkit::docker_images::{self, Image};
use testkit::wait;
use uuid::Uuid;

/// A runtime of its own instance on the machine's engine. Whatever it has started goes when the test ends.
pub(crate) struct Engine {
    pub(crate) docker: Docker,
    pub(crate) instance: String,
}

/// Nothing, and the reason printed, where there is no engine to test with.
pub(crate) fn engine() -> Option<Engine> {
    if let Err(reason) = docker_images::engine() {
        skip(&reason);
        return None;
    }
    let instance = Uuid::new_v4().to_string();
    Some(Engine {
        docker: docker("unix:///var/run/docker.sock", &instance),
        instance,
    })
}

#[expect(clippy::print_stderr, reason = "who runs the tests should know")]
pub(crate) fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}

pub(crate) fn docker(host: &str, instance: &str) -> Docker {
    Docker::new(Config {
        place: Place {
            host: Some(host.to_owned()),
            ..Place::default()
        },
        base_image: "local/no-such-base:1".to_owned(),
        instance: instance.to_owned(),
    })
}

impl Deref for Engine {
    type Target = Docker;

    fn deref(&self) -> &Docker {
        &self.docker
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let ours = format!("label=mcp-server-instance={}", self.instance);
        for container in cli(&["ps", "--all", "--quiet", "--filter", &ours]).lines() {
            cli(&["rm", "--force", "--volumes", container]);
        }
    }
}

/// The `docker` command: how things look to somebody who is not us.
pub(crate) fn cli(arguments: &[&str]) -> String {
    let output = command("docker").args(arguments).output();
    let output = output.expect("docker is installed");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[expect(clippy::disallowed_methods, reason = "a look from outside")]
pub(crate) fn command(program: &str) -> Command {
    Command::new(program)
}

pub(crate) fn spec(image: Image) -> ServerSpec {
    ServerSpec {
        id: Uuid::new_v4(),
        name: format!("it {image:?}"),
        image: Some(docker_images::image(image).to_owned()),
        command: None,
        args: Vec::new(),
        env: BTreeMap::new(),
        secret_env: BTreeMap::new(),
        secret_files: BTreeMap::new(),
        transport: Transport::Stdio,
        resources: Resources::default(),
        pull_secrets: Vec::new(),
        service_account: None,
    }
}

/// A server that runs a few lines of JavaScript instead of a real one.
pub(crate) fn script(javascript: &str) -> ServerSpec {
    ServerSpec {
        command: Some("/bin/node".to_owned()),
        args: vec!["-e".to_owned(), javascript.to_owned()],
        ..spec(Image::Everything)
    }
}

/// Stays, doing nothing, until its standard input ends.
pub(crate) const IDLE: &str = "process.stdin.resume()";

pub(crate) async fn started(runtime: &impl Runtime, spec: &ServerSpec) {
    let started = runtime.start(spec, &ProgressSink::silent()).await;
    started.expect("it starts");
}

pub(crate) fn container_ids(id: Uuid) -> Vec<String> {
    let label = format!("label=mcp-server-id={id}");
    let listed = cli(&["ps", "--all", "--no-trunc", "--quiet", "--filter", &label]);
    listed.lines().map(str::to_owned).collect()
}

pub(crate) async fn until_state(runtime: &impl Runtime, id: Uuid, state: State) -> Status {
    wait::until(&format!("{state}"), || async {
        let status = runtime.status(id).await.ok()?;
        (status.state == state).then_some(status)
    })
    .await
}

/// What runs on a busy machine may say its first words late.
pub(crate) async fn until_logged(runtime: &impl Runtime, id: Uuid, words: &str) {
    wait::until(words, || async {
        (logs(runtime, id, 50, false).await == words).then_some(())
    })
    .await;
}

pub(crate) async fn logs(runtime: &impl Runtime, id: Uuid, lines: usize, previous: bool) -> String {
    let query = LogQuery {
        lines: Some(lines),
        follow: false,
        previous,
    };
    let chunks = runtime.logs(id, query).await.expect("logs");
    let chunks: Vec<Bytes> = chunks.try_collect().await.expect("logs to their end");
    String::from_utf8_lossy(&chunks.concat()).into_owned()
}

/// The next status of this server that the stream tells of and that is as wanted.
pub(crate) async fn next_status(
    watch: &mut (impl futures_util::Stream<Item = (Uuid, Status)> + Unpin),
    id: Uuid,
    state: State,
) -> Status {
    let looking = async {
        while let Some((whose, status)) = watch.next().await {
            if whose == id && status.state == state {
                return status;
            }
        }
        panic!("the watch ended");
    };
    let found = tokio::time::timeout(std::time::Duration::from_mins(1), looking).await;
    found.unwrap_or_else(|_| panic!("no {state} within a minute"))
}
