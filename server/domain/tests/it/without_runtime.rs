//! A machine on which nothing can run a server.

use domain::servers::ServerError;
use serde_json::json;

use crate::world::{World, new};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_runtime_the_status_says_what_is_missing_and_nothing_stops() {
    let world = World::start(Vec::new()).await;
    let item = world
        .local(
            "time",
            json!({"command": "uvx", "arguments": ["mcp-server-time"]}),
        )
        .await;
    let mut statuses = world.servers().statuses();
    let server = world.install(&item).await;
    let row = world.until(server.id, "error").await;
    assert!(
        row.error.as_deref().unwrap().contains("Docker"),
        "{:?}",
        row.error
    );
    let told = loop {
        let status = statuses.recv().await.unwrap();
        if status.status == "error" {
            break status;
        }
    };
    assert_eq!((told.id, &told.error), (server.id, &row.error));
    let refused = world.servers().connection(server.id).await;
    assert!(matches!(
        refused,
        Err(ServerError::NotReady {
            detail: Some(_),
            ..
        })
    ));
    let second = world.servers().install(new(&item)).await;
    assert!(matches!(second, Err(ServerError::Conflict(_))));
    assert!(world.servers().delete(server.id).await.unwrap());
    world.test.stop().await;
}
