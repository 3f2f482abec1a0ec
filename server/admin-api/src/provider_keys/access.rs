//! Whose key is whose: its scope says who sees and changes it. Who uses it is said by assignment.

use db::provider_keys::ProviderKey as Row;
use domain::access::scope::Belongs;
use domain::access::{Action, Resource};
use domain::platform::Platform;
use domain::provider_keys::Value;
use uuid::Uuid;

use super::NOT_FOUND;
use crate::ApiError;
use crate::authenticate::Caller;

pub(super) fn is_admin(caller: &Caller) -> bool {
    caller.may(Resource::ProviderKey, Action::Admin)
}

pub(super) fn may_see(platform: &Platform, caller: &Caller, row: &Row) -> bool {
    let snapshot = platform.snapshot.load();
    let whose = Belongs::of(&row.scope, row.team_id.as_slice(), row.user_id.as_deref());
    caller.viewer(&snapshot).sees(Resource::ProviderKey, whose)
}

/// A key that the caller may see; any other does not exist for them.
pub(super) async fn seen(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Row, ApiError> {
    let row = db::provider_keys::find(&platform.db, id).await?;
    row.filter(|row| may_see(platform, caller, row))
        .ok_or(NOT_FOUND)
}

/// Whoever may change keys at all may change those they see.
pub(super) async fn changeable(
    platform: &Platform,
    caller: &Caller,
    id: Uuid,
) -> Result<Row, ApiError> {
    seen(platform, caller, id).await
}

/// A reference reads from Vault with this server's rights and sends it to an address of the caller's choice: it has to be
/// in a folder of a team of theirs.
pub(super) async fn check_reference(
    platform: &Platform,
    caller: &Caller,
    value: &Value,
) -> Result<(), ApiError> {
    let Value::Vault(reference) = value else {
        return Ok(());
    };
    if is_admin(caller) {
        return Ok(());
    }
    let folders = crate::team_vault_folders::of_user(platform, &caller.user.id).await?;
    if folders.iter().any(|folder| reference.is_in(folder)) {
        return Ok(());
    }
    Err(ApiError::Forbidden(
        "This path is in no Vault folder of a team of yours. Ask an administrator.".into(),
    ))
}
