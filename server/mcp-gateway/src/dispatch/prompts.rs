//! `prompts/list` and `prompts/get`: the prompts of all servers of the agent, named like its tools.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use domain::snapshot::Server;
use futures_util::future::join_all;
use mcp::era::method;
use mcp::object::Object;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::Exchange;
use crate::answer::{CacheScope, Outcome, Running, with_cache};
use crate::catalog::Source;
use crate::error::Failure;
use crate::recording::Recording;
use crate::upstream::{Params, forward, items};
use crate::{credentials, limits};

/// A prompt as clients see it.
struct Prompt {
    name: String,
    raw_name: String,
    server: Arc<Server>,
    definition: Box<RawValue>,
}

pub(super) async fn list(exchange: &Exchange) -> Outcome {
    let prompts: Vec<Box<RawValue>> = merged(exchange)
        .await
        .into_iter()
        .map(|prompt| prompt.definition)
        .collect();
    let mut result = Object::new();
    result.set_value("prompts", &prompts);
    Ok(in_era(exchange, result.to_raw()))
}

pub(super) async fn get(
    exchange: &Arc<Exchange>,
    params: &Object<'_>,
    recording: &mut Recording,
    cancel: CancellationToken,
) -> Result<Running, Failure> {
    let name = params.text("name");
    let name = name.ok_or_else(|| Failure::InvalidParams("`name` is missing.".to_owned()))?;
    recording.tool(&name, params.get("arguments"));
    let (server, raw_name) = find(exchange, &name).await?;
    recording.server(&server);
    let upstream = Params::with(params, "name", &raw_name);
    let running = forward(
        exchange,
        Arc::clone(&server),
        method::PROMPTS_GET,
        upstream,
        cancel,
    );
    Ok(limits::counted(exchange, &server, None, running))
}

/// The server of a prompt and the name that it knows.
pub(super) async fn find(
    exchange: &Exchange,
    name: &str,
) -> Result<(Arc<Server>, String), Failure> {
    let found = merged(exchange)
        .await
        .into_iter()
        .find(|prompt| prompt.name == name);
    found
        .map(|prompt| (prompt.server, prompt.raw_name))
        .ok_or_else(|| Failure::UnknownPrompt(name.to_owned()))
}

pub(super) fn in_era(exchange: &Exchange, result: Box<RawValue>) -> Box<RawValue> {
    if exchange.is_stateless() {
        with_cache(result, CacheScope::Private)
    } else {
        result
    }
}

/// The agent's servers that this caller can reach, in the order of their names.
pub(super) fn servers(exchange: &Exchange) -> Vec<(Source, Arc<Server>)> {
    let catalog = exchange.catalog();
    let reached = catalog.sources().iter().filter_map(|source| {
        let server = credentials::server(exchange, &source.assigned).ok()?;
        Some((source.clone(), Arc::clone(server)))
    });
    reached.collect()
}

async fn merged(exchange: &Exchange) -> Vec<Prompt> {
    let servers = servers(exchange);
    let lists = servers
        .iter()
        .map(|(_, server)| items(exchange, server, method::PROMPTS_LIST));
    let lists = join_all(lists).await;
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for ((source, server), items) in servers.iter().zip(&lists) {
        for item in items.iter() {
            let Some(definition) = Object::parse(item) else {
                continue;
            };
            let Some(raw_name) = definition.text("name") else {
                continue;
            };
            *counts.entry(raw_name.clone()).or_default() += 1;
            found.push((source, server, raw_name, definition));
        }
    }
    let prefixed = exchange.catalog().exposure.prefixed;
    let named = found
        .into_iter()
        .map(|(source, server, raw_name, mut definition)| {
            let is_plain = !prefixed && counts.get(&raw_name) == Some(&1);
            let name = if is_plain {
                raw_name.clone()
            } else {
                format!("{}{raw_name}", source.prefix)
            };
            definition.set("name", Cow::Owned(mcp::object::raw(&name)));
            Prompt {
                definition: definition.to_raw(),
                name,
                raw_name,
                server: Arc::clone(server),
            }
        });
    named.collect()
}
