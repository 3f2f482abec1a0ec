//! Who changed what: reading, searching, taking away and checking the log. The database writes it; here is also what it
//! is told of a request.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use db::audit_log::{Actor, AuditFilter, Entry as Row, Origin, Source};
use domain::access::Permission;
use domain::platform::Platform;
use futures_util::stream;
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::extract::{ClientAddress, Query, user_agent};
use crate::pagination::{self, Pagination};
use crate::request_ids::RequestId;
use crate::{ApiError, State};

const PAGE: i64 = 1_000;

/// Whom the changes of a request are put down to.
pub(crate) fn origin(
    platform: &Arc<Platform>,
    request: &Request,
    permission: Permission,
) -> Origin {
    let route = request.extensions().get::<MatchedPath>();
    let id = request.extensions().get::<RequestId>();
    let actor = request.extensions().get::<Caller>().map(|caller| Actor {
        kind: if caller.session.is_some() {
            "user"
        } else {
            "apiKey"
        },
        id: Some(caller.user.id.clone()),
        name: Some(caller.user.name.clone()),
        email: Some(caller.user.email.clone()),
        role: Some(caller.user.role.clone()),
        credential_id: caller.session_id().or(caller.key_id),
    });
    let address = ClientAddress::of(platform, request.headers(), request.extensions());
    Origin {
        request_id: id.map_or_else(Uuid::new_v4, |id| id.0),
        actor: actor.unwrap_or_else(|| Actor {
            kind: "anonymous",
            ..Actor::default()
        }),
        from: Source {
            address: address.text(),
            user_agent: user_agent(request.headers()),
        },
        request: db::audit_log::Request {
            method: request.method().to_string(),
            route: route.map_or_else(String::new, |route| route.as_str().to_owned()),
            permission: permission.name(),
        },
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(crate) struct AuditQuery {
    /// A part of an entry, wherever it stands.
    search: Option<String>,
    actor_id: Option<String>,
    resource: Option<String>,
    resource_id: Option<String>,
    /// `create`, `update` or `delete`
    action: Option<String>,
    request_id: Option<String>,
    start_date: Option<DateTime<Utc>>,
    end_date: Option<DateTime<Utc>>,
    limit: Option<i64>,
    offset: Option<i64>,
}

impl AuditQuery {
    fn filter(&self) -> AuditFilter {
        let text = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        let moment = |value: Option<DateTime<Utc>>| {
            value.map(|value| value.to_rfc3339_opts(SecondsFormat::Micros, true))
        };
        AuditFilter {
            search: text(&self.search),
            actor_id: text(&self.actor_id),
            resource: text(&self.resource),
            resource_id: text(&self.resource_id),
            action: text(&self.action),
            request_id: text(&self.request_id),
            start: moment(self.start_date),
            end: moment(self.end_date),
        }
    }
}

/// One changed row. What belongs to one request shares `requestId`.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    id: i64,
    /// SHA-256 over the hash of the entry before it and over this one.
    hash: String,
    #[serde(flatten)]
    said: Said,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Said {
    at: DateTime<Utc>,
    request_id: Uuid,
    actor: AuditActor,
    from: AuditFrom,
    request: AuditRequest,
    /// `create`, `update` or `delete`
    action: String,
    /// The table.
    resource: String,
    resource_id: Option<String>,
    resource_name: Option<String>,
    /// Of an update only the fields that changed; without secret values.
    before: Option<Map<String, Value>>,
    after: Option<Map<String, Value>>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AuditActor {
    /// `user`, `apiKey`, `shell` or `anonymous`
    kind: String,
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    /// The session or the API key.
    credential_id: Option<Uuid>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AuditFrom {
    address: Option<String>,
    user_agent: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct AuditRequest {
    method: String,
    route: String,
    permission: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage {
    data: Vec<AuditEntry>,
    pagination: Pagination,
}

/// The log, newest first.
#[utoipa::path(get, path = "/api/audit-log", tag = "audit-log", params(AuditQuery), responses((status = 200, body = AuditPage)))]
pub(crate) async fn list(
    Extract(platform): State,
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditPage>, ApiError> {
    let filter = query.filter();
    let (limit, offset) = (
        pagination::limit(query.limit),
        query.offset.unwrap_or(0).max(0),
    );
    let rows = db::audit_log::list(&platform.db, &filter, limit, offset).await?;
    let total = db::audit_log::count(&platform.db, &filter).await?;
    let data: Result<Vec<_>, _> = rows.iter().map(entry).collect();
    Ok(Json(AuditPage {
        data: data?,
        pagination: Pagination::new(total, limit, offset),
    }))
}

fn entry(row: &Row) -> Result<AuditEntry, ApiError> {
    Ok(AuditEntry {
        id: row.id,
        hash: db::audit_log::hex(&row.hash),
        said: serde_json::from_str(&row.entry).map_err(ApiError::internal)?,
    })
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditFacets {
    resources: Vec<String>,
    actors: Vec<AuditFacetActor>,
}

#[derive(Serialize, ToSchema)]
struct AuditFacetActor {
    id: String,
    name: Option<String>,
}

/// What can be filtered by.
#[utoipa::path(get, path = "/api/audit-log/facets", tag = "audit-log", responses((status = 200, body = AuditFacets)))]
pub(crate) async fn facets(Extract(platform): State) -> Result<Json<AuditFacets>, ApiError> {
    let actors = db::audit_log::actors(&platform.db).await?;
    Ok(Json(AuditFacets {
        resources: db::audit_log::resources(&platform.db).await?,
        actors: actors
            .into_iter()
            .map(|(id, name)| AuditFacetActor { id, name })
            .collect(),
    }))
}

#[derive(Serialize)]
struct Line<'a> {
    id: i64,
    hash: String,
    /// As it was hashed.
    entry: &'a RawValue,
}

/// Download the filtered log, oldest first, one entry a line. Unfiltered, anybody can check it: a hash is the SHA-256 of
/// the hash of the line before (as bytes; 32 zero bytes before the first) and of the bytes of `entry`.
#[utoipa::path(get, path = "/api/audit-log/export", tag = "audit-log", params(AuditQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(crate) async fn export(
    Extract(platform): State,
    Query(query): Query<AuditQuery>,
) -> Result<Response, ApiError> {
    let filter = query.filter();
    let chunks = stream::try_unfold(0, move |after| {
        let (platform, filter) = (platform.clone(), filter.clone());
        async move { next_chunk(&platform, &filter, after).await }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"audit-log.ndjson\"",
        ),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// What follows an entry as text, and its last entry.
async fn next_chunk(
    platform: &Platform,
    filter: &AuditFilter,
    after: i64,
) -> Result<Option<(String, i64)>, ApiError> {
    let rows = db::audit_log::following(&platform.db, filter, after, PAGE).await?;
    let Some(last) = rows.last().map(|row| row.id) else {
        return Ok(None);
    };
    let mut text = String::new();
    for row in rows {
        let line = Line {
            id: row.id,
            hash: db::audit_log::hex(&row.hash),
            entry: serde_json::from_str(&row.entry).map_err(ApiError::internal)?,
        };
        text.push_str(&serde_json::to_string(&line).map_err(ApiError::internal)?);
        text.push('\n');
    }
    Ok(Some((text, last)))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditVerified {
    intact: bool,
    entries: i64,
    /// Noted elsewhere, it shows later that nothing was cut off at the end.
    head: Option<AuditHead>,
    broken: Option<AuditBroken>,
}

#[derive(Serialize, ToSchema)]
struct AuditHead {
    id: i64,
    hash: String,
}

#[derive(Serialize, ToSchema)]
struct AuditBroken {
    /// The first entry that is not as it was written.
    id: i64,
    reason: String,
}

/// Whether every entry is as it was written.
#[utoipa::path(get, path = "/api/audit-log/verify", tag = "audit-log", responses((status = 200, body = AuditVerified)))]
pub(crate) async fn verify(Extract(platform): State) -> Result<Json<AuditVerified>, ApiError> {
    let found = db::audit_log::verify(&platform.db).await?;
    Ok(Json(AuditVerified {
        intact: found.broken.is_none(),
        entries: found.entries,
        head: found.head.map(|(id, hash)| AuditHead { id, hash }),
        broken: found.broken.map(|(id, reason)| AuditBroken {
            id,
            reason: reason.to_owned(),
        }),
    }))
}
