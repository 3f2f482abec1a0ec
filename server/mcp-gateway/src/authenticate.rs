//! Who calls: a platform token, somebody's API key, or a token that a browser sign-in gave; and whether they may use the
//! agent.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::ConnectInfo;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::grants::Grants;
use domain::access::scope::{Belongs, Viewer};
use domain::access::{Action, InProcess, Resource};
use domain::snapshot::{Agent, Snapshot, TokenKind};
use http::header::AUTHORIZATION;
use http::request::Parts;
use uuid::Uuid;

use crate::Gateway;
use crate::error::Failure;

/// Whose call it is.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) kind: TokenKind,
    pub(crate) token_id: Option<Uuid>,
    /// How it was shown who calls, in the words of the log.
    pub(crate) method: &'static str,
    /// What an API key is limited to.
    pub(crate) limit: Option<Grants>,
}

impl Caller {
    pub(crate) fn user_id(&self) -> Option<&str> {
        match &self.kind {
            TokenKind::User(user) => Some(user),
            TokenKind::Team(_) | TokenKind::Organization => None,
        }
    }

    /// The person, with what they may do here; none for a token of others, or of somebody who is gone.
    pub(crate) fn viewer<'a>(&'a self, snapshot: &'a Snapshot) -> Option<Viewer<'a>> {
        let mut viewer = snapshot.viewer(self.user_id()?)?;
        if let Some(limit) = &self.limit {
            viewer.grants = viewer.grants.and(limit);
        }
        Some(viewer)
    }

    pub(crate) fn kind_name(&self) -> &'static str {
        match self.kind {
            TokenKind::User(_) => "user",
            TokenKind::Team(_) => "team",
            TokenKind::Organization => "organization",
        }
    }

    /// Stays the same when a token is rotated or refreshed.
    pub(crate) fn principal(&self) -> String {
        match &self.kind {
            TokenKind::User(user) => format!("user:{user}"),
            TokenKind::Team(team) => format!("team:{team}"),
            TokenKind::Organization => "organization".to_owned(),
        }
    }
}

pub(crate) fn caller(
    gateway: &Gateway,
    snapshot: &Snapshot,
    agent: &Agent,
    head: &Parts,
) -> Result<Caller, Failure> {
    if let Some(InProcess { user_id }) = head.extensions.get() {
        let caller = Caller {
            kind: TokenKind::User(user_id.clone()),
            token_id: None,
            method: "chat",
            limit: None,
        };
        may_use(snapshot, agent, &caller)?;
        return Ok(caller);
    }
    let token = bearer(head).ok_or(Failure::NoToken)?;
    let now = gateway.platform.clock.now();
    let caller = known(snapshot, agent, token, now).ok_or(Failure::InvalidToken)?;
    may_use(snapshot, agent, &caller)?;
    if let Some(token_id) = caller.token_id.filter(|_| caller.method == "token") {
        gateway.tokens.note(gateway, token_id, now);
    }
    Ok(caller)
}

/// The old form, where the agent's id stands in place of a token. An id is no secret, so it counts only on the machine
/// itself.
pub(crate) fn local_caller(head: &Parts) -> Result<Caller, Failure> {
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    let is_forwarded =
        head.headers.contains_key("x-forwarded-for") || head.headers.contains_key("forwarded");
    let is_local =
        peer.is_some_and(|peer| IpAddr::to_canonical(&peer.0.ip()).is_loopback()) && !is_forwarded;
    if !is_local {
        return Err(Failure::InvalidToken);
    }
    Ok(Caller {
        kind: TokenKind::Organization,
        token_id: None,
        method: "agent_id",
        limit: None,
    })
}

/// `Bearer x` and plain `x` mean the same.
pub(crate) fn bearer(head: &Parts) -> Option<&str> {
    let value = head.headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => value,
    };
    (!token.is_empty()).then_some(token)
}

fn known(snapshot: &Snapshot, agent: &Agent, token: &str, now: DateTime<Utc>) -> Option<Caller> {
    if let Some(token) = snapshot.mcp_token(token) {
        return Some(Caller {
            kind: token.kind.clone(),
            token_id: Some(token.id),
            method: "token",
            limit: None,
        });
    }
    if let Some(key) = snapshot.api_key(token, now) {
        return Some(Caller {
            kind: TokenKind::User(key.user_id.clone()),
            token_id: Some(key.key_id),
            method: "api_key",
            limit: key.permission,
        });
    }
    // A token for one agent is no token for another.
    let granted = snapshot
        .oauth_token(token, now)
        .filter(|granted| granted.agent_id.is_none_or(|id| id == agent.id))?;
    Some(Caller {
        kind: TokenKind::User(granted.user_id.clone()),
        token_id: Some(granted.token_id),
        method: "oauth",
        limit: None,
    })
}

/// The organization's token opens every agent; a team's its own and those of no team; a person's those that they see.
pub(crate) fn may_use(snapshot: &Snapshot, agent: &Agent, caller: &Caller) -> Result<(), Failure> {
    let refuse = |reason| {
        Err(Failure::NotAllowed {
            agent: agent.name.clone(),
            reason,
        })
    };
    let whose = snapshot.whose_agent(agent.id);
    match &caller.kind {
        TokenKind::Organization => Ok(()),
        TokenKind::Team(team) => match whose {
            Belongs::Everybody => Ok(()),
            Belongs::Teams(teams) if teams.contains(team) => Ok(()),
            _ => refuse("it belongs to others"),
        },
        TokenKind::User(_) => {
            let Some(viewer) = caller.viewer(snapshot) else {
                return refuse("its user is no longer a member");
            };
            if !viewer.grants.allows(Resource::Profile, Action::Read) {
                return refuse("its user's role, or the API key, does not include profile:read");
            }
            if viewer.sees(Resource::Profile, whose) {
                return Ok(());
            }
            refuse("its user is in none of the agent's teams")
        }
    }
}

/// When tokens were last used: written at most once a minute each, and never waited for.
#[derive(Default)]
pub(crate) struct Touches(Mutex<HashMap<Uuid, DateTime<Utc>>>);

impl Touches {
    fn note(&self, gateway: &Gateway, token: Uuid, now: DateTime<Utc>) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if touched
            .get(&token)
            .is_some_and(|last| now - last < TimeDelta::minutes(1))
        {
            return;
        }
        touched.insert(token, now);
        drop(touched);
        let platform = Arc::clone(&gateway.platform);
        gateway.platform.tasks.spawn(async move {
            if let Err(error) = db::tokens::touch(&platform.db, token, now).await {
                tracing::debug!(%error, "a token's last use was not noted");
            }
        });
    }
}
