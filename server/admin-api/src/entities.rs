//! What limits and optimization rules are about: the organization, a team or an agent.

use domain::platform::Platform;
use uuid::Uuid;

use crate::ApiError;
use crate::agents::one_of;

const TYPES: [&str; 3] = ["organization", "team", "agent"];

pub(crate) async fn check_exists(
    platform: &Platform,
    entity_type: &str,
    entity_id: &str,
) -> Result<(), ApiError> {
    one_of("entityType", entity_type, &TYPES)?;
    let id = entity_id.parse::<Uuid>().ok();
    let exists = match (entity_type, id) {
        ("organization", _) => entity_id == platform.settings.organization_id,
        ("team", Some(id)) => db::teams::find(&platform.db, id).await?.is_some(),
        ("agent", Some(id)) => db::agents::find(&platform.db, id).await?.is_some(),
        _ => false,
    };
    if exists {
        return Ok(());
    }
    Err(ApiError::Conflict(format!(
        "There is no {entity_type} with the id \"{entity_id}\" (entityId)."
    )))
}
