//! Which replica sees to which server: a lease that its holder renews, and that another one takes when it lapsed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Db, Result};

/// Takes every lease of a local server that is free or lapsed, and renews those held; returns all that `holder` has now.
pub async fn renew_leases(
    db: &Db,
    holder: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let query = sqlx::query_scalar(
        "INSERT INTO mcp_server_leases AS lease SELECT id, $1, $3 FROM mcp_servers WHERE server_type = 'local' ORDER BY id
         ON CONFLICT (server_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
             WHERE lease.holder = $1 OR lease.until < $2
         RETURNING server_id",
    )
    .bind(holder)
    .bind(now)
    .bind(until);
    Ok(query.fetch_all(&db.pool).await?)
}

/// At a graceful stop, so that nobody has to wait for them to lapse.
pub async fn release_leases(db: &Db, holder: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM mcp_server_leases WHERE holder = $1")
        .bind(holder)
        .execute(&db.pool)
        .await?;
    Ok(())
}
