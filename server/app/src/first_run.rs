//! What must exist before anyone can do anything: the organization, an administrator, an agent.

use chrono::{DateTime, Utc};
use db::Db;
use db::organization::Organization;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::StartError;
use crate::config::Config;

/// Idempotent, and safe against another replica doing the same.
pub(crate) async fn ensure(
    db: &Db,
    config: &Config,
    now: DateTime<Utc>,
) -> Result<Organization, StartError> {
    let failed = |cause| StartError::Database {
        place: "the first start",
        cause,
    };
    let organization =
        db::organization::ensure(db, &Uuid::now_v7().to_string(), "Default Organization")
            .await
            .map_err(failed)?;
    if db::users::first_admin(db).await.map_err(failed)?.is_none() {
        create_admin(db, config, now).await?;
    }
    domain::agents::ensure_default(db, &organization.id, now)
        .await
        .map_err(failed)?;
    Ok(organization)
}

async fn create_admin(db: &Db, config: &Config, now: DateTime<Utc>) -> Result<(), StartError> {
    let password = config.admin_password.expose_secret();
    let hash = admin_api::passwords::hash(password.to_owned())
        .await
        .map_err(|error| {
            StartError::Admin(format!(
                "the administrator's password can't be hashed: {error}"
            ))
        })?;
    let user = db::users::User {
        id: Uuid::now_v7().to_string(),
        name: "Admin".to_owned(),
        email: config.admin_email.clone(),
        role: "admin".to_owned(),
        password_hash: Some(hash),
        password_is_default: password == admin_api::passwords::DEFAULT,
        created_at: now,
    };
    match db::users::insert(db, &user).await {
        // Another replica was faster.
        Ok(()) | Err(db::Error::Conflict(_)) => Ok(()),
        Err(cause) => Err(StartError::Database {
            place: "the first start",
            cause,
        }),
    }
}
