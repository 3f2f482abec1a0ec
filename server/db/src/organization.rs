//! The one organization row.

use chrono::{DateTime, Utc};

use crate::{Db, Result};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Organization {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub theme: String,
    pub custom_font: String,
    pub logo: Option<String>,
    pub analytics_consent: bool,
    pub onboarding_complete: bool,
    pub created_at: DateTime<Utc>,
}

/// What a person may change; `None` leaves a field alone.
#[derive(Debug, Default)]
pub struct OrganizationChange {
    pub name: Option<String>,
    pub theme: Option<String>,
    pub custom_font: Option<String>,
    pub logo: Option<Option<String>>,
    pub analytics_consent: Option<bool>,
    pub onboarding_complete: Option<bool>,
}

/// Creates the organization unless one is there; returns it either way.
pub async fn ensure(db: &Db, id: &str, name: &str) -> Result<Organization> {
    sqlx::query("INSERT INTO organization (id, name, slug) VALUES ($1, $2, 'default') ON CONFLICT (singleton) DO NOTHING")
        .bind(id)
        .bind(name)
        .execute(&db.pool)
        .await?;
    get(db).await
}

pub async fn get(db: &Db) -> Result<Organization> {
    Ok(sqlx::query_as("SELECT * FROM organization")
        .fetch_one(&db.pool)
        .await?)
}

pub async fn update(db: &Db, change: &OrganizationChange) -> Result<Organization> {
    let query = sqlx::query_as(
        "UPDATE organization SET
             name = COALESCE($1, name), theme = COALESCE($2, theme), custom_font = COALESCE($3, custom_font),
             logo = CASE WHEN $4 THEN $5 ELSE logo END,
             analytics_consent = COALESCE($6, analytics_consent),
             onboarding_complete = COALESCE($7, onboarding_complete), updated_at = now()
         RETURNING *",
    )
    .bind(&change.name)
    .bind(&change.theme)
    .bind(&change.custom_font)
    .bind(change.logo.is_some())
    .bind(change.logo.clone().flatten())
    .bind(change.analytics_consent)
    .bind(change.onboarding_complete);
    Ok(query.fetch_one(&db.pool).await?)
}
