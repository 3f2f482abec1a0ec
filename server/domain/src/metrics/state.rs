//! How the program is now: read when asked for, so that an idle program does nothing.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;

use super::labels::{Labels, MOST_SERIES, labels};
use crate::platform::Platform;
use crate::servers::ServerStatus;

pub(super) fn encode(text: &mut String, platform: &Platform) -> fmt::Result {
    let mut registry = Registry::default();
    add_build(&mut registry, platform.settings.version);
    add_database(&mut registry, platform);
    add_recorder(&mut registry, platform);
    add_servers(&mut registry, platform);
    add_runtime(&mut registry);
    prometheus_client::encoding::text::encode_registry(text, &registry)
}

fn gauge(
    registry: &mut Registry,
    name: &'static str,
    help: &'static str,
    value: impl TryInto<i64>,
) {
    let value = value.try_into().unwrap_or(i64::MAX);
    registry.register(name, help, ConstGauge::new(value));
}

fn add_build(registry: &mut Registry, version: &str) {
    let build = Family::<Labels, Gauge>::default();
    build.get_or_create(&labels([("version", version)])).set(1);
    let help = "1, with the version that runs";
    registry.register("archestra_build_info", help, build);
}

fn add_database(registry: &mut Registry, platform: &Platform) {
    let up = i64::from(platform.database.is_up());
    gauge(
        registry,
        "archestra_database_up",
        "Whether the database answers",
        up,
    );
    let pool = platform.db.connections();
    let connections = Family::<Labels, Gauge>::default();
    for (state, count) in [("total", pool.open), ("idle", pool.idle)] {
        connections
            .get_or_create(&labels([("state", state)]))
            .set(count.into());
    }
    registry.register(
        "database_pool_connections",
        "Connections to the database, by state",
        connections,
    );
    gauge(
        registry,
        "database_pool_size_limit",
        "How many connections this process may open",
        pool.limit,
    );
}

fn add_recorder(registry: &mut Registry, platform: &Platform) {
    let status = platform.recorder.status();
    gauge(
        registry,
        "archestra_recorder_waiting",
        "Calls waiting to be recorded",
        status.waiting.load(Relaxed),
    );
    gauge(
        registry,
        "archestra_recorder_spooled",
        "Calls on disk until the database is back",
        status.spooled.load(Relaxed),
    );
    registry.register(
        "archestra_recorder_written",
        "Calls recorded in the database",
        ConstCounter::new(status.written.load(Relaxed)),
    );
    registry.register(
        "archestra_recorder_lost",
        "Calls that could be recorded nowhere",
        ConstCounter::new(status.lost.load(Relaxed)),
    );
}

fn add_servers(registry: &mut Registry, platform: &Platform) {
    let states = Family::<Labels, Gauge>::default();
    let restarts = Family::<Labels, Counter>::default();
    for server in platform.servers.current().iter().take(MOST_SERIES) {
        let name = [("server_name", server.name.as_str())];
        let mut with_state = labels(name);
        with_state.push((Cow::Borrowed("state"), state(server).into()));
        states.get_or_create(&with_state).set(1);
        restarts
            .get_or_create(&labels(name))
            .inc_by(server.restarts.unsigned_abs().into());
    }
    registry.register(
        "mcp_server_deployment_status",
        "1 for the state that each installed server is in",
        states,
    );
    registry.register(
        "mcp_server_restarts",
        "How often each installed server ended by itself and was started again",
        restarts,
    );
}

/// What its runtime says; of a server elsewhere, what its installation came to.
fn state(server: &ServerStatus) -> &'static str {
    server.state.unwrap_or(match server.status.as_str() {
        "success" => "running",
        "error" => "failed",
        "idle" => "not_created",
        _ => "pending",
    })
}

/// Nothing outside of a tokio runtime.
fn add_runtime(registry: &mut Registry) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return;
    };
    let metrics = runtime.metrics();
    let workers = metrics.num_workers();
    gauge(registry, "tokio_workers", "Threads that run tasks", workers);
    gauge(
        registry,
        "tokio_alive_tasks",
        "Tasks that have not ended",
        metrics.num_alive_tasks(),
    );
    gauge(
        registry,
        "tokio_global_queue_depth",
        "Tasks that wait for any thread",
        metrics.global_queue_depth(),
    );
    #[cfg(target_has_atomic = "64")]
    registry.register(
        "tokio_worker_busy_seconds",
        "How long threads ran tasks, all of them together",
        ConstCounter::new(
            (0..workers)
                .map(|worker| metrics.worker_total_busy_duration(worker).as_secs_f64())
                .sum::<f64>(),
        ),
    );
}
