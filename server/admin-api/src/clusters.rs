//! Kubernetes clusters: the one of the configuration, and those that people added with a kubeconfig. An uploaded file is
//! taken for hostile: it is read by `runtimes`, and only the chosen context of it is kept, in the secret store.

mod body;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State as Extract;
use db::clusters::Cluster as Row;
use db::mcp_servers::ServerFilter;
use domain::platform::Platform;
use runtimes::kubernetes::kubeconfig::{Allowances, Kubeconfig, Rejection};
use runtimes::runtime::Runtime;
use runtimes::status::Health;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::Fields;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::agents::check_text;
use crate::auth::{SUCCESS, Success};
use crate::error::ErrorBody;
use crate::extract::{self, Id};
use crate::{ApiError, State};
use body::{Cluster, ClusterCheck, KubeconfigReview};

const NOT_FOUND: ApiError = ApiError::NotFound("Cluster");
/// What an id is for the cluster of the configuration, which has no row.
const CONFIGURED: Uuid = Uuid::nil();
/// As `domain::servers` looks for it.
const KUBECONFIG: &str = "kubeconfig";
const CHECK_WITHIN: Duration = Duration::from_secs(20);

/// Whether a cluster id means the one of the configuration.
pub(crate) fn is_configured(id: Uuid) -> bool {
    id == CONFIGURED
}

/// List the clusters. None of them is contacted.
#[utoipa::path(get, path = "/api/clusters", tag = "runtimes", responses((status = 200, body = Vec<Cluster>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<Cluster>>, ApiError> {
    let every = ServerFilter::default();
    let (rows, servers) = tokio::try_join!(
        db::clusters::list(&platform.db),
        db::mcp_servers::list(&platform.db, &every),
    )?;
    let count = |id: Option<Uuid>| {
        let here = servers.iter().filter(|server| server.cluster_id == id);
        here.filter(|server| server.runtime.as_deref() == Some("kubernetes"))
            .count()
    };
    let configured = platform.runtimes.get("kubernetes");
    let configured = configured.map(|_| Cluster::configured(CONFIGURED, count(None)));
    let added = rows.into_iter().map(|row| {
        let servers = count(Some(row.id));
        Cluster::new(row, servers)
    });
    Ok(Json(configured.into_iter().chain(added).collect()))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct PreviewInput {
    #[schema(value_type = String)]
    kubeconfig: SecretString,
}

/// The contexts of a kubeconfig, and why some of them can't be used. Nothing is contacted or kept.
#[utoipa::path(post, path = "/api/clusters/preview", tag = "runtimes", request_body = PreviewInput,
    responses((status = 200, body = KubeconfigReview), (status = 400, body = ErrorBody)))]
pub(crate) async fn preview(
    extract::Json(input): extract::Json<PreviewInput>,
) -> Result<Json<KubeconfigReview>, ApiError> {
    let file = parse(&input.kubeconfig)?;
    Ok(Json(KubeconfigReview::new(file.contexts())))
}

fn parse(text: &SecretString) -> Result<Kubeconfig, ApiError> {
    Kubeconfig::parse(text.expose_secret(), Allowances::default()).map_err(|error| refused(&error))
}

fn refused(error: &Rejection) -> ApiError {
    let said = format!("The kubeconfig can't be used: {error}.");
    match error {
        // The file is one; what was asked of it is not in it.
        Rejection::UnknownContext { .. } | Rejection::NoContextChosen { .. } => {
            ApiError::Conflict(said)
        }
        _ => ApiError::Validation(said),
    }
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ClusterInput {
    name: String,
    #[schema(value_type = String)]
    kubeconfig: SecretString,
    /// Without it the file's current context, or its only one.
    context: Option<String>,
    /// Without it that of the context, or `default`.
    namespace: Option<String>,
}

/// Add a cluster by its kubeconfig. It is not contacted before it is checked or used.
#[utoipa::path(post, path = "/api/clusters", tag = "runtimes", request_body = ClusterInput,
    responses((status = 200, body = Cluster), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn create(
    Extract(platform): State,
    extract::Json(input): extract::Json<ClusterInput>,
) -> Result<Json<Cluster>, ApiError> {
    check_text("name", &input.name, 100)?;
    let file = parse(&input.kubeconfig)?;
    let wanted = input
        .context
        .as_deref()
        .filter(|context| !context.is_empty());
    let context = file.choose(wanted).map_err(|error| refused(&error))?;
    let kept = file.only(context).map_err(|error| refused(&error))?;
    let described = file
        .contexts()
        .into_iter()
        .find(|known| known.name == context);
    let of_context = described.as_ref().and_then(|known| known.namespace.clone());
    let namespace = input
        .namespace
        .filter(|namespace| !namespace.is_empty())
        .or(of_context);
    let now = platform.clock.now();
    let row = Row {
        id: Uuid::now_v7(),
        name: input.name,
        context: Some(context.to_owned()),
        namespace: checked_namespace(namespace.unwrap_or_else(|| "default".to_owned()))?,
        secret_id: Some(Uuid::now_v7()),
        server: described.map(|known| known.server),
        settings: json!({}),
        created_at: now,
        updated_at: now,
    };
    keep(&platform, &row, kept).await?;
    platform.servers.follow_clusters().await?;
    Ok(Json(Cluster::new(row, 0)))
}

/// The secret first: a row without it would be a cluster that nobody can reach.
async fn keep(platform: &Platform, row: &Row, kubeconfig: SecretString) -> Result<(), ApiError> {
    let Some(secret_id) = row.secret_id else {
        return Ok(());
    };
    let fields = Fields::from([(KUBECONFIG.to_owned(), kubeconfig)]);
    platform
        .secrets
        .put(secret_id, &format!("cluster-{}", row.name), &fields)
        .await?;
    if let Err(error) = db::clusters::insert(&platform.db, row).await {
        platform.secrets.delete(secret_id).await?;
        return Err(error.into());
    }
    Ok(())
}

/// As Kubernetes names them (RFC 1123).
fn checked_namespace(name: String) -> Result<String, ApiError> {
    let allowed =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let edges = name.starts_with('-') || name.ends_with('-');
    if name.is_empty() || name.len() > 63 || edges || !name.chars().all(allowed) {
        return Err(ApiError::Validation(
            "namespace has 1 to 63 lower-case letters, digits and hyphens.".into(),
        ));
    }
    Ok(name)
}

/// Contact a cluster, and list what its account may do there.
#[utoipa::path(post, path = "/api/clusters/{id}/check", tag = "runtimes", params(("id" = Uuid, Path)),
    responses((status = 200, body = ClusterCheck), (status = 404, body = ErrorBody)))]
pub(crate) async fn check(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<ClusterCheck>, ApiError> {
    let runtime = runtime(&platform, id).await?;
    let begun = platform.clock.monotonic();
    let health = runtime.health().await;
    let latency = platform.clock.monotonic() - begun;
    let checked = match health {
        Health::Available { version, .. } => {
            let permissions = tokio::time::timeout(CHECK_WITHIN, runtime.permissions()).await;
            ClusterCheck::reached(version, latency, permissions.ok())
        }
        Health::Unavailable { cause, fix } => ClusterCheck::unreached(cause, fix),
    };
    let remembered = checked.remembered(platform.clock.now());
    // `updated_at` stays: it tells replicas that the way to the cluster has changed.
    db::clusters::update(&platform.db, id, |row| {
        row.settings = remembered;
        Ok::<(), ApiError>(())
    })
    .await?;
    Ok(Json(checked))
}

async fn runtime(platform: &Arc<Platform>, id: Uuid) -> Result<Arc<dyn Runtime>, ApiError> {
    if is_configured(id) {
        return platform.runtimes.get("kubernetes").ok_or(NOT_FOUND);
    }
    platform.servers.follow_clusters().await?;
    platform.runtimes.cluster(id).ok_or(NOT_FOUND)
}

/// Forget a cluster. What runs in it must be deleted first.
#[utoipa::path(delete, path = "/api/clusters/{id}", tag = "runtimes", params(("id" = Uuid, Path)),
    responses((status = 200, body = Success), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Id(id): Id,
) -> Result<Json<Success>, ApiError> {
    if is_configured(id) {
        return Err(ApiError::Conflict(
            "This cluster is named by the configuration (ARCHESTRA_ORCHESTRATOR_…). Change it there.".into(),
        ));
    }
    let row = db::clusters::find(&platform.db, id)
        .await?
        .ok_or(NOT_FOUND)?;
    let servers = db::mcp_servers::list(&platform.db, &ServerFilter::default()).await?;
    let here = servers
        .iter()
        .filter(|server| server.cluster_id == Some(id));
    let names: Vec<&str> = here.map(|server| server.name.as_str()).collect();
    if !names.is_empty() {
        return Err(ApiError::Conflict(format!(
            "These servers run in this cluster: {}. Delete them first.",
            names.join(", ")
        )));
    }
    db::clusters::delete(&platform.db, id).await?;
    if let Some(secret_id) = row.secret_id {
        platform.secrets.delete(secret_id).await?;
    }
    platform.servers.follow_clusters().await?;
    Ok(SUCCESS)
}
