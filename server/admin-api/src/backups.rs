//! Backups of the whole database: made, kept, compared with what is there, put back.

use axum::Json;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use domain::backups::{self, Backup as File, BackupError, Reason};
use http::header;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{SUCCESS, Success};
use crate::error::sentence;
use crate::extract::Path;
use crate::{ApiError, State};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Backup {
    name: String,
    size: u64,
    created_at: DateTime<Utc>,
    /// `manual`, `before-migration`, `before-restore` or `scheduled`
    reason: &'static str,
}

impl From<File> for Backup {
    fn from(file: File) -> Self {
        Self {
            name: file.name,
            size: file.size,
            created_at: file.created_at,
            reason: file.reason.name(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BackupList {
    /// On the server that answers.
    directory: String,
    backups: Vec<Backup>,
}

impl From<BackupError> for ApiError {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::NotFound(_) => Self::NotFound("Backup"),
            BackupError::NoBackup
            | BackupError::UnknownVersion(_)
            | BackupError::Damaged(_)
            | BackupError::NewerSchema { .. } => Self::Validation(sentence(&error)),
            BackupError::File(_) => Self::Upstream(sentence(&error)),
            BackupError::Db(error) => error.into(),
        }
    }
}

/// All that there are, newest first.
#[utoipa::path(get, path = "/api/backups", tag = "backups", responses((status = 200, body = BackupList)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<BackupList>, ApiError> {
    let folder = &platform.settings.backups;
    let backups = folder.list()?.into_iter().map(Backup::from).collect();
    let directory = folder.path().display().to_string();
    Ok(Json(BackupList { directory, backups }))
}

/// Make one now.
#[utoipa::path(post, path = "/api/backups", tag = "backups", responses((status = 200, body = Backup)))]
pub(crate) async fn create(Extract(platform): State) -> Result<Json<Backup>, ApiError> {
    let folder = &platform.settings.backups;
    let now = platform.clock.now();
    let (path, _) = folder.create(&platform.db, Reason::Manual, now).await?;
    let made = folder.list()?.into_iter();
    let made = made.map(Backup::from).find(|one| path.ends_with(&one.name));
    Ok(Json(made.ok_or(ApiError::NotFound("Backup"))?))
}

/// Download one.
#[utoipa::path(get, path = "/api/backups/{name}", tag = "backups", params(("name" = String, Path)),
    responses((status = 200, content_type = "application/zstd", body = Vec<u8>)))]
pub(crate) async fn download(
    Extract(platform): State,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let path = platform.settings.backups.find(&name)?;
    let file = tokio::fs::File::open(path)
        .await
        .map_err(BackupError::from)?;
    let headers = [
        (header::CONTENT_TYPE, "application/zstd".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    let pieces = tokio_util::io::ReaderStream::new(file);
    Ok((headers, Body::from_stream(pieces)).into_response())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackupPreview {
    name: String,
    created_at: DateTime<Utc>,
    schema: i64,
    /// The version that made it.
    program: String,
    tables: Vec<BackupRows>,
    warnings: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct BackupRows {
    name: String,
    now: i64,
    then: i64,
}

async fn previewed(
    platform: &domain::platform::Platform,
    name: String,
) -> Result<BackupPreview, ApiError> {
    let path = platform.settings.backups.find(&name)?;
    let preview = backups::preview(&platform.db, &path).await?;
    let mut warnings = vec![
        "Secrets open only with the ARCHESTRA_AUTH_SECRET that was in force when the backup was made.".to_owned(),
        "Sessions become those of that moment: whoever signed in since has to sign in again.".to_owned(),
    ];
    if preview.header.schema < db::Db::newest_migration() {
        let made = &preview.header.program;
        warnings.push(format!(
            "It was made by version {made}; its schema is brought up to date."
        ));
    }
    let rows = preview.tables.into_iter();
    Ok(BackupPreview {
        name,
        created_at: preview.header.created_at,
        schema: preview.header.schema,
        program: preview.header.program,
        tables: rows
            .map(|rows| BackupRows {
                name: rows.table,
                now: rows.now,
                then: rows.then,
            })
            .collect(),
        warnings,
    })
}

/// Check one, and say what a restore would do.
#[utoipa::path(post, path = "/api/backups/{name}/preview", tag = "backups", params(("name" = String, Path)),
    responses((status = 200, body = BackupPreview)))]
pub(crate) async fn preview(
    Extract(platform): State,
    Path(name): Path<String>,
) -> Result<Json<BackupPreview>, ApiError> {
    Ok(Json(previewed(&platform, name).await?))
}

/// Put one in the place of everything, after a backup of what is there.
#[utoipa::path(post, path = "/api/backups/{name}/restore", tag = "backups", params(("name" = String, Path)),
    responses((status = 200, body = BackupPreview)))]
pub(crate) async fn restore(
    Extract(platform): State,
    Path(name): Path<String>,
) -> Result<Json<BackupPreview>, ApiError> {
    let preview = previewed(&platform, name).await?;
    let folder = &platform.settings.backups;
    let now = platform.clock.now();
    folder
        .create(&platform.db, Reason::BeforeRestore, now)
        .await?;
    let path = folder.find(&preview.name)?;
    Box::pin(backups::restore(&platform.db, &path)).await?;
    Ok(Json(preview))
}

/// Delete one.
#[utoipa::path(delete, path = "/api/backups/{name}", tag = "backups", params(("name" = String, Path)),
    responses((status = 200, body = Success)))]
pub(crate) async fn delete(
    Extract(platform): State,
    Path(name): Path<String>,
) -> Result<Json<Success>, ApiError> {
    platform.settings.backups.delete(&name)?;
    Ok(SUCCESS)
}
