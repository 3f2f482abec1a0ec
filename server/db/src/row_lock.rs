//! Editing one row under its lock: concurrent edits queue, none is lost.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{FromRow, Postgres};
use uuid::Uuid;

use crate::{Db, Error};

/// A statement with its values.
pub(crate) type Write = Query<'static, Postgres, PgArguments>;

/// Reads what `select` finds and locks, lets `change` edit it, and writes it back as `write` says. `None` if there is
/// no such row; `change`'s own error undoes everything.
pub(crate) async fn update<Row, E>(
    db: &Db,
    select: &'static str,
    id: Uuid,
    change: impl FnOnce(&mut Row) -> std::result::Result<(), E>,
    write: impl FnOnce(&Row) -> Write,
) -> std::result::Result<Option<Row>, E>
where
    Row: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    E: From<Error>,
{
    let mut tx = db.pool.begin().await.map_err(Error::from)?;
    let found = sqlx::query_as(select).bind(id).fetch_optional(&mut *tx);
    let Some(mut row) = found.await.map_err(Error::from)? else {
        return Ok(None);
    };
    change(&mut row)?;
    let written = write(&row).execute(&mut *tx).await;
    written.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Some(row))
}
