//! Two programs over one database and one engine.

use std::sync::Arc;

use domain::limits::Limits;
use domain::servers::{Parts, Servers};
use domain::snapshot::SnapshotHandle;
use mcp::guard::Allow;
use runtimes::kubernetes::settings::Settings as ClusterSettings;
use runtimes::registry::Runtimes;
use serde_json::json;
use testkit::docker_images::{self, Image};
use testkit::wait;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::containers::{Engine, docker};
use crate::world::World;

/// Another program over the same database and engine.
struct Replica {
    servers: Arc<Servers>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Replica {
    fn start(world: &World, engine: &Engine) -> Self {
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let snapshot = SnapshotHandle::default();
        let platform = &world.test.platform;
        let servers = Servers::new(Parts {
            db: platform.db.clone(),
            snapshot: snapshot.clone(),
            secrets: platform.secrets.clone(),
            runtimes: Arc::new(Runtimes::of(vec![engine.runtime()])),
            clock: platform.clock.clone(),
            tasks: tasks.clone(),
            stopping: stopping.clone(),
            cluster_settings: ClusterSettings::default(),
            frontend_url: "http://localhost:3000".to_owned(),
            allowed: Allow::nothing(),
        })
        .unwrap();
        let live = domain::live::Live::default();
        tasks.spawn(domain::live::follow(
            platform.db.clone(),
            snapshot,
            Limits::new(platform.clock.clone()),
            live,
            stopping.clone(),
        ));
        tasks.spawn(servers.clone().run());
        Self {
            servers,
            tasks,
            stopping,
        }
    }

    async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_replica_runs_a_server_and_the_next_one_adopts_it_as_it_is() {
    let Some(engine) = Engine::new() else { return };
    let world = World::start(vec![engine.runtime()]).await;
    let second = Replica::start(&world, &engine);
    let image = docker_images::image(Image::Everything);
    let item = world
        .local("everything", json!({"dockerImage": image}))
        .await;
    let server = world.install(&item).await;
    world.until(server.id, "success").await;
    let began = || {
        docker(&[
            "inspect",
            "--format",
            "{{.Id}} {{.State.StartedAt}}",
            &engine.containers()[0],
        ])
    };
    let before = began();
    assert_eq!(engine.containers().len(), 1, "two replicas, one container");
    // Its own replica stops; the container goes on.
    world.test.stop().await;
    assert_eq!(began(), before);
    let client = wait::until("the second one reaches it", async || {
        second.servers.connection(server.id).await.ok()
    })
    .await;
    assert!(!client.is_closed());
    wait::until("the second one sees to it", async || {
        let holders = world
            .test
            .database
            .text("SELECT count(*) FROM mcp_server_leases")
            .await
            .unwrap();
        (holders.as_deref() == Some("1")).then_some(())
    })
    .await;
    let row = world.row(server.id).await.unwrap();
    assert_eq!((row.status.as_str(), row.restarts), ("success", 0));
    assert_eq!(
        (began(), engine.containers().len()),
        (before, 1),
        "adopted, not started again"
    );
    second.stop().await;
}
