//! Whose installation is whose: everybody sees what they may call, and changes what is theirs.

use db::mcp_servers::McpServer as Row;
use domain::access::scope::Belongs;
use domain::access::{Action, Resource};
use domain::platform::Platform;
use domain::servers::Scope;
use uuid::Uuid;

use super::NOT_FOUND;
use crate::ApiError;
use crate::authenticate::Caller;

/// Administrators of installations see and change all of them.
fn is_admin(caller: &Caller) -> bool {
    caller.may(Resource::McpServer, Action::Admin)
}

fn whose(row: &Row) -> Belongs<'_> {
    Belongs::of(&row.scope, row.team_id.as_slice(), row.owner_id.as_deref())
}

fn is_theirs(platform: &Platform, caller: &Caller, row: &Row) -> bool {
    let snapshot = platform.snapshot.load();
    caller.viewer(&snapshot).is_theirs(whose(row))
}

pub(crate) fn may_see(platform: &Platform, caller: &Caller, row: &Row) -> bool {
    let snapshot = platform.snapshot.load();
    caller
        .viewer(&snapshot)
        .sees(Resource::McpServer, whose(row))
}

/// An installation that the caller may see; any other does not exist for them.
pub(super) async fn seen(platform: &Platform, caller: &Caller, id: Uuid) -> Result<Row, ApiError> {
    let row = db::mcp_servers::find(&platform.db, id).await?;
    row.filter(|row| may_see(platform, caller, row))
        .ok_or(NOT_FOUND)
}

pub(super) async fn changeable(
    platform: &Platform,
    caller: &Caller,
    id: Uuid,
) -> Result<Row, ApiError> {
    let row = seen(platform, caller, id).await?;
    if is_admin(caller) || is_theirs(platform, caller, &row) {
        return Ok(row);
    }
    Err(ApiError::Forbidden(
        "This installation is everybody's; only administrators may change it.".into(),
    ))
}

/// Where in Vault references of the caller may lie: what is there is read with this server's rights and goes where the
/// installation leads. Administrators' may lie anywhere.
pub(super) async fn vault_folders(
    platform: &Platform,
    caller: &Caller,
) -> Result<Option<Vec<String>>, ApiError> {
    if is_admin(caller) {
        return Ok(None);
    }
    crate::team_vault_folders::of_user(platform, &caller.user.id)
        .await
        .map(Some)
}

/// For whom an installation is to be, and whether the caller may make one for them.
pub(super) fn scope(
    platform: &Platform,
    caller: &Caller,
    scope: Option<&str>,
    team: Option<&str>,
) -> Result<Scope, ApiError> {
    let team = team.filter(|team| !team.is_empty());
    let wanted = scope.unwrap_or(if team.is_some() { "team" } else { "personal" });
    match (
        crate::agents::one_of("scope", wanted, &crate::agents::SCOPES)?.as_str(),
        team,
    ) {
        ("team", Some(team)) => {
            let no_such = || ApiError::Conflict("teamId names no team.".into());
            let team: Uuid = team.parse().map_err(|_| no_such())?;
            let snapshot = platform.snapshot.load();
            let is_member = snapshot.teams_of_user(&caller.user.id).contains(&team);
            if is_member || is_admin(caller) {
                return Ok(Scope::Team(team));
            }
            Err(ApiError::Forbidden(
                "You are not a member of this team.".into(),
            ))
        }
        ("team", None) => Err(ApiError::Conflict("Name the team: teamId.".into())),
        ("org", _) if is_admin(caller) => Ok(Scope::Organization),
        ("org", _) => Err(ApiError::Forbidden(
            "Only administrators may install a server for everybody.".into(),
        )),
        _ => Ok(Scope::Personal),
    }
}
