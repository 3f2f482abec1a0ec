//! Which agent and which operation a path means.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use domain::snapshot::Snapshot;
use http::Method;
use llm::dialect::Dialect;
use llm::operation::Operation;
use llm::providers::Provider;
use serde_json::json;
use uuid::Uuid;

use crate::error::Failure;
use crate::routes::PREFIX;

/// `/v1/{provider}[/{agent}]/{rest}`, read.
pub(crate) struct Route<'a> {
    pub(crate) provider: &'static Provider,
    /// The agent named, else the default one; none only where there is no default.
    pub(crate) agent: Option<Uuid>,
    unknown_agent: Option<&'a str>,
    /// What the provider is asked for, without a leading slash.
    pub(crate) rest: Cow<'a, str>,
    /// None: passed through without being understood.
    pub(crate) operation: Option<Operation>,
}

pub(crate) fn route<'a>(
    snapshot: &Snapshot,
    provider: &'static Provider,
    method: &Method,
    path: &'a str,
) -> Route<'a> {
    let below = path
        .strip_prefix(PREFIX)
        .and_then(|path| path.strip_prefix(provider.id))
        .unwrap_or_default();
    let below = below.strip_prefix('/').unwrap_or(below);
    let (first, after) = below.split_once('/').unwrap_or((below, ""));
    let named = snapshot.agent(first).map(|agent| agent.id);
    let unknown_agent = (named.is_none() && looks_like_an_id(first)).then_some(first);
    let rest = if named.is_some() || unknown_agent.is_some() {
        after
    } else {
        below
    };
    Route {
        provider,
        agent: named.or_else(|| snapshot.default_agent().map(|agent| agent.id)),
        unknown_agent,
        rest: rest.into(),
        operation: provider.operation(method, rest),
    }
}

/// Clients that look whether a base URL answers ask for it bare; Claude Code asks for `api/hello` below it.
const GREETINGS: [&str; 2] = ["", "api/hello"];

impl Route<'_> {
    /// The wire format in which this call expects its errors.
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.operation
            .as_ref()
            .map_or_else(|| self.provider.dialect(), |operation| operation.dialect)
    }

    /// The model that is asked for, read out of the body unless the path names it.
    pub(crate) fn model(&self, body: &[u8]) -> Option<String> {
        let operation = self.operation.as_ref()?;
        let in_path = operation.model_in_path.clone();
        in_path.or_else(|| operation.dialect.read_request(body).model)
    }

    /// The answer to a client that only looks whether somebody is there.
    pub(crate) fn greeting(&self, method: &Method) -> Option<Response> {
        let greets =
            matches!(*method, Method::GET | Method::HEAD) && GREETINGS.contains(&&*self.rest);
        greets.then(|| match self.check() {
            Ok(()) => {
                Json(json!({ "name": "Archestra", "provider": self.provider.id })).into_response()
            }
            Err(failure) => failure.answer(self.dialect()),
        })
    }

    pub(crate) fn check(&self) -> Result<(), Failure> {
        if let Some(unknown) = self.unknown_agent {
            return Err(Failure::UnknownAgent(unknown.to_owned()));
        }
        if climbs(&self.rest) {
            return Err(Failure::PathClimbs);
        }
        Ok(())
    }
}

/// Slugs that are not known are left alone, since anything may be a provider's path; an id is always meant as one.
fn looks_like_an_id(segment: &str) -> bool {
    segment.len() == 36 && Uuid::try_parse(segment).is_ok()
}

/// Whether a segment is `.` or `..`, also escaped: it would leave the upstream's base path.
fn climbs(path: &str) -> bool {
    if !path.contains('.') && !path.contains('%') {
        return false;
    }
    path.split('/').any(|segment| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        plain == "." || plain == ".."
    })
}
