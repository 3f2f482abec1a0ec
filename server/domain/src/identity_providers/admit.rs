//! From somebody whom a provider knows to an account here: found, linked or made, with the role and the teams that the rules
//! give.

use db::identity_providers::{Account, IdentityProvider};
use db::users::User;
use identity::Identity;
use identity::mapping::Role;
use identity::oidc::preset_of;
use uuid::Uuid;

use super::protocol::{role_mapping, team_sync};
use super::{IdentityError, Result};
use crate::platform::Platform;

/// Whose account somebody would get.
#[derive(Debug)]
pub(super) enum Whose {
    /// Signed in with this provider before.
    Known(User),
    /// Has an account here, which the provider may be linked to.
    Linked(User),
    New {
        email: String,
    },
}

/// Whether accounts that are here already may be taken over on the word of this provider.
pub fn is_trusted(platform: &Platform, row: &IdentityProvider) -> bool {
    let named = &platform.settings.trusted_sso_provider_ids;
    preset_of(&row.provider_id).is_some() || named.contains(&row.provider_id)
}

/// The provider says so, or the administrator does for the whole domain.
fn is_verified(row: &IdentityProvider, identity: &Identity, email: &str) -> bool {
    let own_domain = row.domain_verified == Some(true)
        && email.rsplit_once('@').is_some_and(|(_, domain)| {
            let ours = row.domain.split(',').map(str::trim);
            ours.into_iter()
                .any(|ours| !ours.is_empty() && ours.eq_ignore_ascii_case(domain))
        });
    match identity.email_verified {
        Some(verified) => verified,
        None => own_domain,
    }
}

pub(super) async fn whose(
    platform: &Platform,
    row: &IdentityProvider,
    identity: &Identity,
) -> Result<Whose> {
    let db = &platform.db;
    let account = db::identity_providers::find_account(db, row.id, &identity.subject).await?;
    if let Some(account) = account {
        let user = db::users::find(db, &account.user_id).await?;
        return user.map(Whose::Known).ok_or(IdentityError::NotFound);
    }
    let email = identity.email.clone().ok_or_else(|| {
        IdentityError::NotAllowed(
            "the provider did not say your email address, without which there can be no account. Ask for the scope or \
             the attribute `email`, or name its claim in the mapping"
                .to_owned(),
        )
    })?;
    if identity.email_verified == Some(false) {
        return Err(IdentityError::NotAllowed(format!(
            "the provider says that {email} is not verified. Verify it there first"
        )));
    }
    let Some(user) = db::users::find_by_email(db, &email).await? else {
        return Ok(Whose::New { email });
    };
    let may_be_linked = is_trusted(platform, row)
        && is_verified(row, identity, &email)
        && db::identity_providers::is_person(db, &user.id).await?;
    if may_be_linked {
        return Ok(Whose::Linked(user));
    }
    Err(IdentityError::AccountExists(email))
}

/// The role that the rules give; none where people decide about it.
pub(super) fn role(
    platform: &Platform,
    row: &IdentityProvider,
    identity: &Identity,
    whose: &Whose,
) -> Result<Option<(String, String)>> {
    let mapping = role_mapping(row)?;
    if row.role_mapping.is_none() && !matches!(whose, Whose::New { .. }) {
        return Ok(None);
    }
    let (role, why) = match mapping.role(&identity.claims) {
        Role::Rule(number, role) => (role, format!("rule {number}")),
        Role::Default(role) => (role, "no rule matches".to_owned()),
        Role::None => {
            return Err(IdentityError::NotAllowed(
                "no rule of this provider gives you a role, and in strict mode nobody gets in without one".to_owned(),
            ));
        }
    };
    if platform.snapshot.load().role(role).is_none() {
        return Err(IdentityError::NotAllowed(format!(
            "the provider's rules give the role {role}, which does not exist. An administrator can create it or change \
             the rule"
        )));
    }
    // Strict mode holds at every sign-in, whoever decides about roles.
    let given = !mapping.skip_role_sync || !matches!(whose, Whose::Known(_));
    Ok(given.then(|| (role.to_owned(), why)))
}

pub(super) fn groups(
    row: &IdentityProvider,
    identity: &Identity,
) -> identity::Result<Option<Vec<String>>> {
    let sync = team_sync(row)?;
    sync.map(|sync| sync.groups(&identity.claims)).transpose()
}

pub(super) async fn admit(
    platform: &Platform,
    row: &IdentityProvider,
    identity: &Identity,
) -> Result<User> {
    let whose = whose(platform, row, identity).await?;
    let role = role(platform, row, identity, &whose)?;
    let groups = groups(row, identity)?;
    let user = account(platform, row, identity, whose, role.as_ref()).await?;
    if let Some(groups) = groups {
        let now = platform.clock.now();
        db::identity_providers::sync_teams(&platform.db, &user.id, &groups, now).await?;
    }
    platform.snapshot.refresh(&platform.db).await?;
    Ok(user)
}

async fn account(
    platform: &Platform,
    row: &IdentityProvider,
    identity: &Identity,
    whose: Whose,
    role: Option<&(String, String)>,
) -> Result<User> {
    let (db, now) = (&platform.db, platform.clock.now());
    let known = |user_id: &str| Account {
        provider_id: row.id,
        subject: identity.subject.clone(),
        user_id: user_id.to_owned(),
        created_at: now,
        last_used_at: now,
    };
    let mut user = match whose {
        Whose::Known(mut user) => {
            db::identity_providers::touch_account(db, row.id, &identity.subject, now).await?;
            if let Some(name) = identity.name.as_ref().filter(|_| overrides(row)) {
                db::users::rename(db, &user.id, name).await?;
                user.name.clone_from(name);
            }
            user
        }
        Whose::Linked(user) => {
            db::identity_providers::link(db, &known(&user.id), None).await?;
            user
        }
        Whose::New { email } => {
            let name = identity.name.clone().unwrap_or_else(|| email.clone());
            let user = User {
                id: Uuid::now_v7().to_string(),
                name: name.chars().take(200).collect(),
                email,
                role: role.map_or("member", |(role, _)| role).to_owned(),
                password_hash: None,
                password_is_default: false,
                created_at: now,
            };
            db::identity_providers::link(db, &known(&user.id), Some(&user)).await?;
            return Ok(user);
        }
    };
    if let Some((role, _)) = role.filter(|(role, _)| *role != user.role) {
        if db::identity_providers::set_role(db, &user.id, role).await? {
            user.role.clone_from(role);
        } else {
            tracing::warn!(
                user_id = user.id,
                role,
                "the last administrator keeps their role although a provider's rules give another"
            );
        }
    }
    Ok(user)
}

/// Whether the provider's name for somebody replaces the one that they gave themselves.
fn overrides(row: &IdentityProvider) -> bool {
    let oidc = row.oidc_config.as_ref();
    oidc.is_some_and(|config| config["overrideUserInfo"] == true)
}
