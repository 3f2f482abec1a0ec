//! What the server has recorded, read through its API, beside what clients know.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use super::load::Call;
use super::site::Server;

pub(crate) struct Books {
    /// How often each call's id is there.
    pub(crate) times: HashMap<String, usize>,
    pub(crate) rows: Vec<Value>,
}

impl Books {
    /// Of one external agent, or of all.
    pub(crate) fn read(server: &Server, name: Option<&str>) -> Result<Self> {
        let filter = name.map_or_else(String::new, |name| format!("&externalAgentId={name}"));
        let path = format!("/api/interactions/export?format=jsonl{filter}");
        let answer = server.get(&path)?;
        ensure!(answer.status == 200, "export: {}", answer.text());
        let rows: Vec<Value> = answer
            .text()
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?;
        let mut times = HashMap::new();
        for row in &rows {
            let id = row["sessionId"].as_str().unwrap_or_default();
            *times.entry(id.to_owned()).or_default() += 1;
        }
        Ok(Self { times, rows })
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.times.contains_key(id)
    }

    pub(crate) fn doubled(&self) -> usize {
        self.times.values().filter(|times| **times > 1).count()
    }

    /// The completed calls that are not there.
    pub(crate) fn missing<'a>(&self, calls: &'a [Call]) -> Vec<&'a Call> {
        let missing = |call: &&Call| call.is_whole() && !self.has(&call.id);
        calls.iter().filter(missing).collect()
    }
}

/// Waits until every completed call is recorded; says how long that took.
pub(crate) fn settle(
    server: &Server,
    name: &str,
    calls: &[Call],
    patience: Duration,
) -> Result<(Books, Duration)> {
    let begun = Instant::now();
    loop {
        let books = Books::read(server, Some(name));
        if let Ok(books) = books
            && books.missing(calls).is_empty()
        {
            return Ok((books, begun.elapsed()));
        }
        if begun.elapsed() > patience {
            let missing = Books::read(server, Some(name))?.missing(calls).len();
            bail!(
                "{missing} of {} completed calls are not recorded",
                calls.len()
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The roll-up by hours says the same as the rows, also of tokens.
pub(crate) fn sums_agree(server: &Server) -> Result<usize> {
    let books = Books::read(server, None)?;
    let home = server.get_json("/api/home?timeframe=7d")?;
    let sum = |field: &str| -> i64 {
        books
            .rows
            .iter()
            .filter_map(|row| row[field].as_i64())
            .sum()
    };
    let cards = &home["cards"];
    let rows = i64::try_from(books.rows.len())?;
    let pairs = [
        ("requests", rolled(&cards["requests"]["value"]), rows),
        (
            "input tokens",
            rolled(&cards["tokens"]["input"]),
            sum("inputTokens"),
        ),
        (
            "output tokens",
            rolled(&cards["tokens"]["output"]),
            sum("outputTokens"),
        ),
    ];
    for (what, rolled_up, counted) in pairs {
        ensure!(
            rolled_up == counted,
            "{what}: the roll-up says {rolled_up}, the rows {counted}"
        );
    }
    Ok(books.rows.len())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a count that JSON carries as a float"
)]
fn rolled(value: &Value) -> i64 {
    value.as_f64().unwrap_or(-1.0) as i64
}
