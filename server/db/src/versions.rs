//! Turns: whoever changes a version that they name is alone with the object, across replicas.

use sqlx::{Postgres, Transaction};

use crate::{Db, Result};

/// Ends with the value.
#[must_use = "the turn is over when it is dropped"]
pub struct Turn(#[expect(dead_code, reason = "it holds the lock")] Transaction<'static, Postgres>);

pub async fn alone(db: &Db, name: &str) -> Result<Turn> {
    let mut transaction = db.pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))")
        .bind(name)
        .execute(&mut *transaction)
        .await?;
    Ok(Turn(transaction))
}
