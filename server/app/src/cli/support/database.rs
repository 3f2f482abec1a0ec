//! What the database holds, by number and size. It is only asked where it runs: making a bundle starts nothing.

use std::time::Duration;

use db::{Db, Endpoint, examination};
use serde_json::{Value, json};

use crate::config::Config;
use crate::{data_dir, secret_stores};

const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn state(config: &Config) -> Value {
    match tokio::time::timeout(PATIENCE, look(config)).await {
        Ok(Ok(state)) => state,
        Ok(Err(cause)) => json!({ "unreachable": cause }),
        Err(_) => json!({ "unreachable": format!("no answer within {PATIENCE:?}") }),
    }
}

async fn look(config: &Config) -> Result<Value, String> {
    let said = |error: db::Error| error.to_string();
    let db = Db::connect_lazily(&endpoint(config).await?, 1, PATIENCE).map_err(said)?;
    db.reach().await.map_err(said)?;
    let found = examination::examine(&db).await.map_err(said)?;
    let migrations = examination::migrations(&db).await.unwrap_or_default();
    let tables = examination::tables(&db).await.unwrap_or_default();
    let servers = examination::servers(&db).await.unwrap_or_default();
    let migrations: Vec<Value> = migrations
        .iter()
        .map(|one| json!({ "version": one.version, "installedOn": one.installed_on, "success": one.success }))
        .collect();
    let tables: Vec<Value> = tables
        .iter()
        .map(|one| json!({ "name": one.name, "bytes": one.bytes, "rows": one.rows }))
        .collect();
    let servers: Vec<Value> = servers
        .iter()
        .map(|one| {
            json!({ "type": one.server_type, "runtime": one.runtime, "desired": one.desired, "status": one.status,
                "servers": one.servers, "restarts": one.restarts })
        })
        .collect();
    Ok(json!({
        "version": found.version,
        "encoding": found.encoding,
        "maxConnections": found.max_connections,
        "connections": found.connections,
        "readOnly": found.read_only,
        "migrations": migrations,
        "tables": tables,
        "mcpServers": servers,
    }))
}

async fn endpoint(config: &Config) -> Result<Endpoint, String> {
    if let Some(url) = secret_stores::database_url(config)
        .await
        .map_err(|error| error.to_string())?
    {
        return Ok(Endpoint::Url(url));
    }
    let directory = data_dir::choose(config).map_err(|error| error.to_string())?;
    let place = data_dir::postgres(config, &directory).map_err(|error| error.to_string())?;
    let running = postgres::server::running_in(&place).map_err(|error| error.to_string())?;
    let connection = running.ok_or("the program's own PostgreSQL does not run")?;
    Ok(crate::database::local(&connection))
}
