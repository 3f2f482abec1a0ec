//! The tools of an agent as its clients see them: merged, named, in an order that only changes when they do.
//!
//! A catalog is made once a snapshot and agent; the pages of `tools/list` are kept ready in both eras' form. It comes from
//! the snapshot alone, so a server that is down neither delays it nor falls out of it.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use domain::snapshot::{Agent, AgentTool, Snapshot};
use mcp::era::headers::{ParamHeader, param_headers};
use mcp::object::Object;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::answer::{CacheScope, with_cache};
use crate::builtin;
use crate::error::Failure;

/// Between a server's name and a tool's.
pub(crate) const SEPARATOR: &str = "__";
/// Many clients read the first page only, so it is a long one.
pub(crate) const PAGE: usize = 1_000;
/// How many bytes of JSON make a token, about: what the usual tokenizers need for schemas and English descriptions.
const BYTES_PER_TOKEN: usize = 4;

/// How an agent wants its tools shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exposure {
    /// `server__tool` instead of `tool`.
    pub(crate) prefixed: bool,
    /// Two tools that find and run all others, instead of all of them.
    pub(crate) progressive: bool,
    pub(crate) builtin: bool,
}

impl Exposure {
    pub(crate) fn of(agent: &Agent) -> Self {
        let switch = |name: &str| agent.settings.get(name).and_then(Value::as_bool);
        Self {
            prefixed: switch("toolPrefix").unwrap_or(true),
            progressive: agent
                .settings
                .get("toolExposureMode")
                .and_then(Value::as_str)
                == Some("search_and_run_only"),
            builtin: switch("builtinTools").unwrap_or(true),
        }
    }
}

/// One tool of a server, under the name that clients call it by.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) assigned: AgentTool,
    /// The backend's whole tool object under that name.
    pub(crate) definition: Box<RawValue>,
    pub(crate) param_headers: Vec<ParamHeader>,
}

/// A server as far as its prompts and resources go: reached the way its first tool is.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) catalog_id: Uuid,
    /// `server__`, in front of its prompts' names.
    pub(crate) prefix: String,
    pub(crate) assigned: AgentTool,
}

#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) exposure: Exposure,
    entries: Vec<Entry>,
    by_name: HashMap<String, usize>,
    sources: Vec<Source>,
    pages: Vec<Page>,
    pub(crate) gauge: Gauge,
}

#[derive(Debug)]
struct Page {
    legacy: Box<RawValue>,
    stateless: Box<RawValue>,
}

/// What the tools cost a model that has them all in its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gauge {
    pub(crate) tools: usize,
    /// What is listed now.
    pub(crate) tokens: usize,
    /// What listing every tool would take.
    pub(crate) all_tokens: usize,
}

impl Catalog {
    pub(crate) fn build(agent: &Agent, tools: &[AgentTool]) -> Self {
        let exposure = Exposure::of(agent);
        let entries: Vec<Entry> = named(tools, exposure.prefixed);
        let listed = listed(&entries, exposure);
        let tokens = |definitions: &[Box<RawValue>]| {
            let bytes: usize = definitions
                .iter()
                .map(|definition| definition.get().len())
                .sum();
            bytes.div_ceil(BYTES_PER_TOKEN)
        };
        let everything = Exposure {
            progressive: false,
            ..exposure
        };
        let gauge = Gauge {
            tools: entries.len(),
            tokens: tokens(&listed),
            all_tokens: tokens(&self::listed(&entries, everything)),
        };
        Self {
            exposure,
            by_name: entries
                .iter()
                .enumerate()
                .map(|(index, entry)| (entry.name.clone(), index))
                .collect(),
            sources: sources(tools),
            pages: pages(&listed),
            entries,
            gauge,
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).map(|index| &self.entries[*index])
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A page of `tools/list`, by the cursor that the page before it named.
    pub(crate) fn page(&self, cursor: Option<&str>, stateless: bool) -> Result<&RawValue, Failure> {
        let page = match cursor {
            None => self.pages.first(),
            Some(cursor) => cursor
                .parse()
                .ok()
                .and_then(|index: usize| self.pages.get(index)),
        };
        let page = page.ok_or_else(|| {
            Failure::InvalidParams("The cursor is not one of this list's.".to_owned())
        })?;
        Ok(if stateless {
            &page.stateless
        } else {
            &page.legacy
        })
    }

    /// Whether a client that knows one has to be told of the other.
    pub(crate) fn lists_the_same(&self, other: &Self) -> bool {
        let texts = |catalog: &Self| -> Vec<String> {
            let pages = catalog.pages.iter();
            pages.map(|page| page.legacy.get().to_owned()).collect()
        };
        std::ptr::eq(self, other) || texts(self) == texts(other)
    }
}

/// What can be called: neither what the server no longer has nor what waits for somebody to approve it.
fn named(tools: &[AgentTool], prefixed: bool) -> Vec<Entry> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for assigned in tools {
        *counts.entry(&assigned.tool.raw_name).or_default() += 1;
    }
    let entry = |assigned: &AgentTool| {
        let tool = &assigned.tool;
        // With a separator in it a plain name could be taken for another server's full one.
        let is_plain = !prefixed
            && counts.get(tool.raw_name.as_str()) == Some(&1)
            && !tool.raw_name.contains(SEPARATOR);
        let name = if is_plain { &tool.raw_name } else { &tool.name };
        let mut definition = Object::parse(&tool.definition)?;
        definition.set_value("name", name);
        Some(Entry {
            name: name.clone(),
            definition: definition.to_raw(),
            param_headers: params_in_headers(&tool.definition),
            assigned: assigned.clone(),
        })
    };
    // The server's own tools are offered by the agent's setting.
    let of_servers = tools.iter().filter(|has| has.tool.catalog_id.is_some());
    of_servers.filter_map(entry).collect()
}

/// Few tools have any, and looking for the mark is cheaper than reading a schema.
fn params_in_headers(definition: &RawValue) -> Vec<ParamHeader> {
    if !definition.get().contains("x-mcp-header") {
        return Vec::new();
    }
    let definition: Value = serde_json::from_str(definition.get()).unwrap_or_default();
    param_headers(&definition["inputSchema"]).unwrap_or_default()
}

impl Entry {
    pub(crate) fn is_listed(&self) -> bool {
        !self.assigned.tool.paused && self.assigned.tool.available
    }
}

fn listed(entries: &[Entry], exposure: Exposure) -> Vec<Box<RawValue>> {
    let mut listed = Vec::with_capacity(entries.len() + 16);
    if exposure.progressive {
        listed.extend(builtin::definitions(true));
        return listed;
    }
    if exposure.builtin {
        listed.extend(builtin::definitions(false));
    }
    let shown = entries.iter().filter(|entry| entry.is_listed());
    listed.extend(shown.map(|entry| entry.definition.clone()));
    listed
}

fn pages(listed: &[Box<RawValue>]) -> Vec<Page> {
    let mut chunks: Vec<&[Box<RawValue>]> = listed.chunks(PAGE).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let last = chunks.len() - 1;
    let page = |(index, chunk): (usize, &[Box<RawValue>])| {
        let mut result = Object::new();
        result.set_value("tools", chunk);
        if index < last {
            result.set_value("nextCursor", &(index + 1).to_string());
        }
        let legacy = result.to_raw();
        Page {
            stateless: with_cache(legacy.clone(), CacheScope::Private),
            legacy,
        }
    };
    chunks.into_iter().enumerate().map(page).collect()
}

/// Each server once, in the order of the tools.
fn sources(tools: &[AgentTool]) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for assigned in tools {
        let Some(catalog_id) = assigned.tool.catalog_id else {
            continue;
        };
        if sources.iter().any(|source| source.catalog_id == catalog_id) {
            continue;
        }
        let tool = &assigned.tool;
        let prefix = tool
            .name
            .strip_suffix(tool.raw_name.as_str())
            .unwrap_or_default();
        sources.push(Source {
            catalog_id,
            prefix: prefix.to_owned(),
            assigned: assigned.clone(),
        });
    }
    sources
}

/// The catalogs that have been asked for, each as long as its snapshot is the current one.
#[derive(Default)]
pub(crate) struct Catalogs(Mutex<HashMap<Uuid, Made>>);

/// A catalog with what it was made of.
type Made = (Weak<Snapshot>, Arc<Catalog>);

impl Catalogs {
    pub(crate) fn of(&self, snapshot: &Arc<Snapshot>, agent: &Agent) -> Arc<Catalog> {
        let mut catalogs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((made_of, catalog)) = catalogs.get(&agent.id)
            && std::ptr::eq(made_of.as_ptr(), Arc::as_ptr(snapshot))
        {
            return Arc::clone(catalog);
        }
        let catalog = Arc::new(Catalog::build(agent, snapshot.tools_of(agent.id)));
        catalogs.insert(agent.id, (Arc::downgrade(snapshot), Arc::clone(&catalog)));
        catalog
    }
}
