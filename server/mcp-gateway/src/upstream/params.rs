//! A request's parameters on their way to a server: the name it knows, and what its era wants beside.

use std::borrow::Cow;

use domain::traces::Trace;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, HeaderName};
use mcp::era::headers::{ParamHeader, param_value};
use mcp::era::{Era, meta};
use mcp::object::Object;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::dispatch::Exchange;

/// Never taken over from a client, whatever an agent's settings say.
const OWN_HEADERS: [HeaderName; 5] = [AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST];
/// What a server of 2026-07-28 logs for a client of the old era that has set no level.
const DEFAULT_LEVEL: &str = "info";
/// Answers to questions, which servers of the old era put in another way.
const ANSWERS: [&str; 2] = ["inputResponses", "requestState"];

pub(crate) struct Params {
    raw: Box<RawValue>,
    param_headers: Vec<ParamHeader>,
    trace: Trace,
}

impl Params {
    pub(crate) fn new(raw: Box<RawValue>) -> Self {
        Self {
            raw,
            param_headers: Vec::new(),
            trace: Trace::default(),
        }
    }

    /// A member (a name, a uri) by another value, all others as they are.
    pub(crate) fn with(params: &Object<'_>, member: &'static str, value: &str) -> Self {
        let mut params = params.clone();
        params.set_value(member, value);
        Self::new(params.to_raw())
    }

    pub(crate) fn param_headers(mut self, headers: &[ParamHeader]) -> Self {
        self.param_headers = headers.to_vec();
        self
    }

    /// The server is told which trace the call is a part of.
    pub(crate) fn traced(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    pub(super) fn for_backend(&self, exchange: &Exchange, backend: Era) -> Box<RawValue> {
        let client = exchange.client.era;
        let trace = self.trace.pairs();
        if client == Era::Legacy && backend == Era::Legacy && trace.is_empty() {
            return self.raw.clone();
        }
        let Some(mut params) = Object::parse(&self.raw) else {
            return self.raw.clone();
        };
        if backend == Era::Legacy {
            for name in ANSWERS {
                params.remove(name);
            }
        }
        let given = self.raw.clone();
        let given = Object::parse(&given).unwrap_or_default();
        let mut said = Object::new();
        let given = given.object("_meta").unwrap_or_default();
        for (name, value) in given.members() {
            let is_logged = name == meta::LOG_LEVEL && backend == Era::Stateless;
            if is_logged || !name.starts_with("io.modelcontextprotocol/") {
                said.set(name.to_owned(), Cow::Owned(value.to_owned()));
            }
        }
        if client == Era::Legacy && exchange.client.accepts_events {
            let level = exchange
                .client
                .log_level
                .as_deref()
                .unwrap_or(DEFAULT_LEVEL);
            said.set_value(meta::LOG_LEVEL, level);
        }
        for (name, value) in &trace {
            said.set_value(name.clone(), value);
        }
        if said.is_empty() {
            params.remove("_meta");
        } else {
            params.set("_meta", Cow::Owned(said.to_raw()));
        }
        params.to_raw()
    }

    /// Headers that the agent lets through, and arguments that the tool wants in headers, too.
    pub(super) fn headers(&self, exchange: &Exchange) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for name in &exchange.passed_headers() {
            let is_ours = OWN_HEADERS.contains(name) || name.as_str().starts_with("mcp-");
            if let Some(value) = exchange.headers.get(name).filter(|_| !is_ours) {
                headers.insert(name.clone(), value.clone());
            }
        }
        if !self.param_headers.is_empty() {
            let params: Value = serde_json::from_str(self.raw.get()).unwrap_or_default();
            for wanted in &self.param_headers {
                if let Some(value) = param_value(&params["arguments"], wanted) {
                    headers.insert(wanted.name.clone(), value);
                }
            }
        }
        self.trace.inject(&mut headers);
        headers
    }
}
