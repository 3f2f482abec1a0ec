//! Where new items come from: the built-in catalogue, the official registry, and what people paste.

use std::collections::HashMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use chrono::{DateTime, Utc};
use domain::mcp_catalog_builtin;
use domain::mcp_import::{self, Imported, server_json};
use domain::platform::Platform;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::body::CatalogInput;
use crate::error::ErrorBody;
use crate::extract::{self, Query};
use crate::{ApiError, State};

const REGISTRY_WITHIN: Duration = Duration::from_secs(15);
/// A page of 30 entries is some 100 kB.
const LONGEST_PAGE: usize = 4 << 20;
const PAGE: &str = "30";

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BuiltinCatalog {
    /// The day the list was last gone through.
    as_of: String,
    items: Vec<OfferedServer>,
}

/// A server that can be added: a catalog item that is not one yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfferedServer {
    slug: String,
    title: String,
    category: Option<String>,
    /// The day our own test last started it; null if it never did.
    tested_at: Option<String>,
    tested_version: Option<String>,
    tool_count: Option<u64>,
    /// `network`, `files`, `secrets`
    needs: Vec<String>,
    /// The item of this name in the registry here.
    catalog_id: Option<Uuid>,
    /// What to mind.
    warnings: Vec<String>,
    /// What `POST /api/internal_mcp_catalog` takes.
    #[serde(flatten)]
    #[schema(value_type = CatalogInput)]
    item: Map<String, Value>,
}

/// Servers that are offered without a network, with the day each was last started.
#[utoipa::path(get, path = "/api/mcp_catalog/builtin", tag = "mcp-catalog", responses((status = 200, body = BuiltinCatalog)))]
pub(crate) async fn builtin(Extract(platform): State) -> Result<Json<BuiltinCatalog>, ApiError> {
    let known = known(&platform).await?;
    let items = mcp_catalog_builtin::items();
    Ok(Json(BuiltinCatalog {
        as_of: mcp_catalog_builtin::as_of().to_owned(),
        items: items.iter().map(|item| offered(item, &known)).collect(),
    }))
}

async fn known(platform: &Platform) -> Result<HashMap<String, Uuid>, ApiError> {
    let names = db::mcp_catalog::names(&platform.db).await?;
    Ok(names.into_iter().map(|(id, name)| (name, id)).collect())
}

fn offered(described: &Map<String, Value>, known: &HashMap<String, Uuid>) -> OfferedServer {
    let mut item = described.clone();
    let mut take = |key: &str| item.remove(key).unwrap_or_default();
    let text = |value: Value| value.as_str().map(str::to_owned);
    let needs = take("needs");
    let needs = needs.as_array().into_iter().flatten();
    let slug = text(take("slug")).unwrap_or_default();
    let name = described
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or(&slug);
    OfferedServer {
        title: text(take("title")).unwrap_or_else(|| name.to_owned()),
        category: text(take("category")),
        tested_at: text(take("testedAt")),
        tested_version: text(take("testedVersion")),
        tool_count: take("toolCount").as_u64(),
        needs: needs.filter_map(Value::as_str).map(str::to_owned).collect(),
        catalog_id: known.get(name).copied(),
        warnings: Vec::new(),
        slug,
        item,
    }
}

#[derive(Deserialize, IntoParams)]
pub(crate) struct RegistryQuery {
    /// A part of the server's name.
    #[serde(default, alias = "query")]
    search: String,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegistryPage {
    items: Vec<OfferedServer>,
    next_cursor: Option<String>,
    source: String,
    fetched_at: DateTime<Utc>,
}

/// Search the official registry of MCP servers. Needs the network.
#[utoipa::path(get, path = "/api/mcp_catalog/registry", tag = "mcp-catalog", params(RegistryQuery),
    responses((status = 200, body = RegistryPage), (status = 503, body = ErrorBody)))]
pub(crate) async fn registry(
    Extract(platform): State,
    Query(query): Query<RegistryQuery>,
) -> Result<Json<RegistryPage>, ApiError> {
    let url = registry_url(&platform.settings.mcp_registry, &query)?;
    let fetched = tokio::time::timeout(REGISTRY_WITHIN, fetch(&platform, url)).await;
    let page = fetched.unwrap_or_else(|_| Err(offline("it did not answer in time")))?;
    let known = known(&platform).await?;
    let entries = page["servers"].as_array().into_iter().flatten();
    let items = entries
        .filter_map(|entry| from_registry(entry, &known))
        .collect();
    let metadata = &page["metadata"];
    let cursor = [&metadata["nextCursor"], &metadata["next_cursor"]];
    Ok(Json(RegistryPage {
        items,
        next_cursor: cursor
            .iter()
            .find_map(|cursor| cursor.as_str())
            .map(str::to_owned),
        source: platform.settings.mcp_registry.clone(),
        fetched_at: platform.clock.now(),
    }))
}

/// The API is that of <https://github.com/modelcontextprotocol/registry>.
fn registry_url(registry: &str, query: &RegistryQuery) -> Result<Url, ApiError> {
    let mut url = Url::parse(registry).map_err(ApiError::internal)?;
    url.query_pairs_mut()
        .append_pair("version", "latest")
        .append_pair("limit", PAGE)
        .extend_pairs(Some(("search", query.search.trim())).filter(|(_, text)| !text.is_empty()))
        .extend_pairs(query.cursor.as_ref().map(|cursor| ("cursor", cursor)));
    Ok(url)
}

/// The guarded client: a registry that redirects inwards is not followed.
async fn fetch(platform: &Platform, url: Url) -> Result<Value, ApiError> {
    let http = platform.servers.remote_http();
    let answer = http.get(url, HeaderMap::new()).await;
    let mut answer = answer.map_err(|error| offline(&error.to_string()))?;
    if !answer.status().is_success() {
        return Err(offline(&format!(
            "it answered with HTTP {}",
            answer.status()
        )));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|error| offline(&error.to_string()))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_PAGE {
            return Err(offline("its answer is too long"));
        }
    }
    serde_json::from_slice(&body).map_err(|_| offline("its answer is not JSON"))
}

fn offline(cause: &str) -> ApiError {
    ApiError::Upstream(format!(
        "The official MCP registry can't be reached: {cause}. The built-in catalogue and pasting a configuration work without it."
    ))
}

fn from_registry(entry: &Value, known: &HashMap<String, Uuid>) -> Option<OfferedServer> {
    let imported = server_json::first(entry)?;
    let server = if entry["server"].is_object() {
        &entry["server"]
    } else {
        entry
    };
    let Value::Object(mut item) = json!(imported.item) else {
        return None;
    };
    item.insert("slug".into(), server["name"].clone());
    item.insert("title".into(), server["title"].clone());
    let mut offered = offered(&item, known);
    offered.warnings = imported.warnings;
    Some(offered)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ImportInput {
    /// A client's configuration, a command, an address or a server.json.
    text: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ImportReview {
    /// `mcpServers`, `vscode`, `codex`, `claude-mcp-add`, `docker-run`, `command`, `url` or `server.json`
    #[schema(value_type = String)]
    format: mcp_import::Format,
    servers: Vec<ImportedServer>,
}

#[derive(Serialize, ToSchema)]
struct ImportedServer {
    /// What `POST /api/internal_mcp_catalog` takes. Secrets are not in it; their places ask for them at installation.
    #[schema(value_type = CatalogInput)]
    item: Value,
    secrets: Vec<FoundSecret>,
    warnings: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct FoundSecret {
    /// `environment`, `header`, `argument` or `url`
    #[schema(value_type = String)]
    place: mcp_import::Place,
    key: String,
    masked: String,
    reason: String,
}

/// Read a paste into catalog items, to look at before they are added. Nothing is run, fetched or saved.
#[utoipa::path(post, path = "/api/mcp_catalog/import", tag = "mcp-catalog", request_body = ImportInput,
    responses((status = 200, body = ImportReview), (status = 400, body = ErrorBody)))]
pub(crate) async fn import(
    extract::Json(input): extract::Json<ImportInput>,
) -> Result<Json<ImportReview>, ApiError> {
    let review = mcp_import::review(&input.text);
    let review = review.map_err(|error| ApiError::Validation(error.to_string()))?;
    Ok(Json(ImportReview {
        format: review.format,
        servers: review.servers.into_iter().map(imported).collect(),
    }))
}

fn imported(server: Imported) -> ImportedServer {
    let secrets = server.secrets.into_iter().map(|secret| FoundSecret {
        place: secret.place,
        key: secret.key,
        masked: secret.masked,
        reason: secret.reason.to_owned(),
    });
    ImportedServer {
        secrets: secrets.collect(),
        item: json!(server.item),
        warnings: server.warnings,
    }
}
