//! Which scopes to ask for (specification 2026-07-28, "Scope Selection Strategy").

use super::discovery::Found;
use super::{Challenge, Config, Grant};

pub(super) const OFFLINE: &str = "offline_access";

/// What the challenge wants, else what the administrator wants, else what the server supports; with what was granted
/// before, so that a step up does not take anything away.
pub(super) fn choose(
    challenge: Option<&Challenge>,
    found: &Found,
    config: &Config,
    earlier: Option<&Grant>,
) -> Vec<String> {
    let challenged = challenge.and_then(|challenge| challenge.scope.as_deref());
    let mut scopes: Vec<String> = match challenged {
        Some(scope) => split(scope),
        None if !config.scopes.is_empty() => config.scopes.clone(),
        None => found.scopes_supported.clone().unwrap_or_default(),
    };
    let is_step_up = challenge.is_some_and(Challenge::is_insufficient_scope);
    if let Some(earlier) = earlier.filter(|_| is_step_up) {
        scopes.extend(earlier.scopes.iter().cloned());
    }
    // SEP-2207: a refresh token is wanted, and asked for where the authorization server knows how to.
    let knows_offline = &found.authorization_server.scopes_supported;
    if !scopes.is_empty() && knows_offline.iter().any(|scope| scope == OFFLINE) {
        scopes.push(OFFLINE.to_owned());
    }
    let mut unique: Vec<String> = Vec::new();
    for scope in scopes {
        if !unique.contains(&scope) {
            unique.push(scope);
        }
    }
    unique
}

pub(super) fn split(scope: &str) -> Vec<String> {
    scope.split_ascii_whitespace().map(str::to_owned).collect()
}
