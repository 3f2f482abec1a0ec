//! What the logs of both planes have in common: which calls, in what order, how many, and until when they are kept.
//!
//! A log is a table of calls, one of their bodies, and an hourly roll-up that answers what it can without a scan.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{Db, Result};

/// Where a page begins.
#[derive(Debug, Default, Clone, Copy)]
pub enum Cursor {
    #[default]
    Start,
    /// Only what is older than this call.
    Before(Uuid),
    /// Only what is newer than this call.
    After(Uuid),
    Offset(i64),
}

/// One value of a filter and how many calls have it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Facet {
    pub field: String,
    pub value: String,
    pub requests: i64,
}

/// The smallest id a call of that moment can have, since ids begin with their milliseconds (version 7).
pub fn boundary_id(moment: DateTime<Utc>) -> Uuid {
    let millis = u128::try_from(moment.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

/// The names of a log's tables and columns.
pub(crate) struct Tables {
    pub(crate) calls: &'static str,
    pub(crate) bodies: &'static str,
    /// Of which call a body is.
    pub(crate) bodies_of: &'static str,
    pub(crate) hours: &'static str,
    /// The column that counts the calls of an hour.
    pub(crate) counted: &'static str,
    /// The columns that a search looks into.
    pub(crate) searched: &'static [&'static str],
}

/// What can be asked of any log.
pub(crate) struct Slice<'a> {
    /// A part of one of the searched columns; or a whole id.
    pub(crate) search: Option<&'a str>,
    pub(crate) start: Option<DateTime<Utc>>,
    pub(crate) end: Option<DateTime<Utc>>,
    pub(crate) cursor: Cursor,
    /// None for the time.
    pub(crate) order_by: Option<&'static str>,
    pub(crate) ascending: bool,
}

/// The filter of one log.
pub(crate) trait CallFilter {
    const TABLES: Tables;

    fn slice(&self) -> Slice<'_>;

    /// Conditions over columns that the roll-up has, too.
    fn push_summed(&self, query: &mut QueryBuilder<Postgres>);

    /// What the columns must be that the roll-up has not.
    fn unsummed(&self) -> [(&'static str, Option<&String>); 3];
}

/// A page, newest first unless the filter sorts otherwise.
pub(crate) async fn list<Filter, Call>(db: &Db, filter: &Filter, limit: i64) -> Result<Vec<Call>>
where
    Filter: CallFilter,
    Call: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut query = all_of(Filter::TABLES.calls, "*");
    push_calls(&mut query, filter);
    push_order(&mut query, &filter.slice());
    query.push(" LIMIT ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

/// How many calls match. Read from the roll-up where it can answer, so that a million rows cost no scan.
pub(crate) async fn count<Filter: CallFilter>(db: &Db, filter: &Filter) -> Result<i64> {
    let Tables {
        calls,
        hours,
        counted,
        ..
    } = Filter::TABLES;
    let mut query = if fits_rollup(filter) {
        let mut query = all_of(hours, &format!("COALESCE(sum({counted}), 0)::bigint"));
        push_hours(&mut query, filter);
        query
    } else {
        let mut query = all_of(calls, "count(*)");
        push_calls(&mut query, filter);
        query
    };
    Ok(query.build_query_scalar().fetch_one(&db.pool).await?)
}

/// Deletes at most `limit` calls older than `before`, bodies first; returns how many calls went.
pub(crate) async fn purge(db: &Db, log: &Tables, before: DateTime<Utc>, limit: i64) -> Result<u64> {
    let calls = log.calls;
    let mut tx = db.pool.begin().await?;
    let mut gone = 0;
    for (table, id) in [(log.bodies, log.bodies_of), (calls, "id")] {
        let sql = format!(
            "DELETE FROM {table} WHERE {id} IN (SELECT id FROM {calls} WHERE id < $1 ORDER BY id LIMIT $2)"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(boundary_id(before))
            .bind(limit);
        gone = query.execute(&mut *tx).await?.rows_affected();
    }
    tx.commit().await?;
    Ok(gone)
}

/// Conditions over the roll-up: whole hours, whatever it does not know.
pub(crate) fn push_hours(query: &mut QueryBuilder<Postgres>, filter: &impl CallFilter) {
    filter.push_summed(query);
    let Slice { start, end, .. } = filter.slice();
    if let Some(start) = start {
        query
            .push(" AND hour >= date_trunc('hour', ")
            .push_bind(start)
            .push(")");
    }
    if let Some(end) = end {
        query.push(" AND hour < ").push_bind(end);
    }
}

/// `column` is one of ours, never a caller's text.
pub(crate) fn push_equal(
    query: &mut QueryBuilder<Postgres>,
    column: &'static str,
    value: Option<&String>,
) {
    if let Some(value) = value {
        query
            .push(" AND ")
            .push(column)
            .push(" = ")
            .push_bind(value.clone());
    }
}

/// Only what is of these agents.
pub(crate) fn push_visible(query: &mut QueryBuilder<Postgres>, agents: Option<&Vec<Uuid>>) {
    if let Some(agents) = agents {
        query
            .push(" AND agent_id = ANY(")
            .push_bind(agents.clone())
            .push(")");
    }
}

fn all_of(table: &str, selected: &str) -> QueryBuilder<Postgres> {
    QueryBuilder::new(format!("SELECT {selected} FROM {table} WHERE true"))
}

/// Whether the hourly roll-up knows everything that is asked.
fn fits_rollup(filter: &impl CallFilter) -> bool {
    let slice = filter.slice();
    let whole_hour = |time: Option<DateTime<Utc>>| {
        time.is_none_or(|time| {
            time.duration_trunc(TimeDelta::hours(1))
                .is_ok_and(|hour| hour == time)
        })
    };
    filter.unsummed().iter().all(|(_, value)| value.is_none())
        && slice.search.is_none()
        && whole_hour(slice.start)
        && whole_hour(slice.end)
}

fn push_calls<Filter: CallFilter>(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    filter.push_summed(query);
    let slice = filter.slice();
    if let Some(start) = slice.start {
        query.push(" AND id >= ").push_bind(boundary_id(start));
    }
    if let Some(end) = slice.end {
        query.push(" AND id < ").push_bind(boundary_id(end));
    }
    match slice.cursor {
        Cursor::Before(id) => query.push(" AND id < ").push_bind(id),
        Cursor::After(id) => query.push(" AND id > ").push_bind(id),
        Cursor::Start | Cursor::Offset(_) => query,
    };
    for (column, value) in filter.unsummed() {
        push_equal(query, column, value);
    }
    if let Some(search) = slice.search {
        push_search(query, search, Filter::TABLES.searched);
    }
}

fn push_search(query: &mut QueryBuilder<Postgres>, search: &str, columns: &[&'static str]) {
    if let Ok(id) = search.trim().parse::<Uuid>() {
        query.push(" AND id = ").push_bind(id);
        return;
    }
    query.push(" AND (false");
    for column in columns {
        query
            .push(" OR strpos(lower(")
            .push(column)
            .push("), lower(")
            .push_bind(search.to_owned())
            .push(")) > 0");
    }
    query.push(")");
}

fn push_order(query: &mut QueryBuilder<Postgres>, slice: &Slice<'_>) {
    let direction = if slice.ascending { " ASC" } else { " DESC" };
    query.push(" ORDER BY ");
    if let Some(column) = slice.order_by {
        query.push(column).push(direction).push(" NULLS LAST, ");
    }
    query.push("id").push(direction);
    if let Cursor::Offset(offset) = slice.cursor {
        query.push(" OFFSET ").push_bind(offset);
    }
}
