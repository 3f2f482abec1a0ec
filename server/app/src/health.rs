//! `/health`: the program runs. `/ready`: all it needs does.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::platform::Platform;
use http::{HeaderValue, StatusCode, header};
use secrets::stores::Health;
use secrets::{Mode, StoreStatus};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) async fn health(State(platform): State<Arc<Platform>>) -> Response {
    Json(json!({ "name": "Archestra", "status": "ok", "version": platform.settings.version }))
        .into_response()
}

pub(crate) async fn ready(State(platform): State<Arc<Platform>>) -> Response {
    if platform.draining.is_cancelled() {
        return unready(Json(json!({ "status": "stopping", "checks": {} })));
    }
    let database = database(&platform).await;
    let spooled = platform.recorder.status().spooled.load(Ordering::Relaxed);
    let secrets = secrets(&platform);
    let body = Json(json!({
        "status": if database.is_ok() { "ok" } else { "unavailable" },
        "checks": {
            "database": {
                "status": if database.is_ok() { "ok" } else { "unavailable" },
                "detail": database.err(),
            },
            "spool": {
                "status": if spooled == 0 { "ok" } else { "waiting" },
                "detail": format!("{spooled} calls on disk"),
            },
            "secrets": {
                "status": if secrets.is_none() { "ok" } else { "degraded" },
                "detail": secrets,
            },
        },
    }));
    if database.is_ok() {
        return body.into_response();
    }
    unready(body)
}

fn unready(body: Json<Value>) -> Response {
    let retry_after = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::SERVICE_UNAVAILABLE, retry_after, body).into_response()
}

async fn database(platform: &Platform) -> Result<(), &'static str> {
    if !platform.database.is_up() {
        return Err("PostgreSQL is being restarted");
    }
    match tokio::time::timeout(PATIENCE, platform.db.ping()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err("PostgreSQL refuses connections"),
        Err(_) => Err("PostgreSQL does not answer within a second"),
    }
}

/// What is not as configured, or does not answer. Calls are still served, so this does not make the program unready.
fn secrets(platform: &Platform) -> Option<String> {
    let status = platform.secrets.status();
    if let Some(degraded) = status.degraded {
        return Some(degraded.reason);
    }
    let reads_vault = status.mode == Mode::ReadonlyVault;
    let is_in_use = |store: &StoreStatus| store.current || (reads_vault && !store.writable);
    let mut in_use = status.stores.into_iter().filter(is_in_use);
    in_use.find_map(|store| match store.health {
        Health::Ok { .. } => None,
        Health::Unavailable { cause, .. } => Some(format!("{}: {cause}", store.title)),
    })
}
