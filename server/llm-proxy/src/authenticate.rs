//! Who calls, and with whose key the provider is paid.
//!
//! A client's own provider key passes through. A key of ours says who the caller is and never leaves this program: the
//! provider's configured key goes up in its place.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::access::grants::Grants;
use domain::access::{Action, InProcess, Resource};
use domain::api_keys::is_ours;
use domain::snapshot::Snapshot;
use http::header::{AUTHORIZATION, HeaderName};
use http::request::Parts;
use url::form_urlencoded;

use crate::error::Failure;
use crate::routing::Route;

/// Where clients put their keys, whichever provider they mean.
pub(crate) const CARRIERS: [HeaderName; 3] = [
    AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-goog-api-key"),
];

/// Whose call it is.
#[derive(Debug)]
pub(crate) enum Caller {
    /// Somebody with the provider's own key, which is still in the request.
    Provider,
    /// A user of ours, who also brought the provider's own key.
    UserWithProviderKey { user_id: String },
    /// A user of ours, for whom this server's key is to be sent.
    User { user_id: String },
}

impl Caller {
    pub(crate) fn user_id(&self) -> Option<&str> {
        match self {
            Self::Provider => None,
            Self::UserWithProviderKey { user_id } | Self::User { user_id } => Some(user_id),
        }
    }
}

/// Every key of ours is taken out of the headers; the query is cleaned by [`without_our_key`]. Where the server pays for
/// every call, only users of ours may make one.
pub(crate) fn caller(
    snapshot: &Snapshot,
    now: DateTime<Utc>,
    route: &Route<'_>,
    server_pays: bool,
    head: &mut Parts,
) -> Result<Caller, Failure> {
    if let Some(InProcess { user_id }) = head.extensions.get() {
        let user_id = user_id.clone();
        may_use(snapshot, route, &user_id, None)?;
        return Ok(Caller::User { user_id });
    }
    let mut seen = Seen::default();
    for carrier in &CARRIERS {
        let mut ours = false;
        for value in head.headers.get_all(carrier) {
            ours |= seen.look_at(credential(value.to_str().unwrap_or("?")), snapshot, now)?;
        }
        if ours {
            head.headers.remove(carrier);
        }
    }
    for key in head
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(key_in)
    {
        seen.look_at(&key, snapshot, now)?;
    }
    if let Some(user_id) = &seen.user_id {
        may_use(snapshot, route, user_id, seen.limit)?;
    }
    match seen {
        Seen { user_id: None, .. } if server_pays => Err(Failure::VertexNeedsOurKey),
        Seen {
            user_id: Some(user_id),
            foreign: false,
            ..
        } => Ok(Caller::User { user_id }),
        Seen {
            user_id: Some(user_id),
            foreign: true,
            ..
        } => Ok(Caller::UserWithProviderKey { user_id }),
        Seen {
            user_id: None,
            foreign: true,
            ..
        } => Ok(Caller::Provider),
        Seen {
            user_id: None,
            foreign: false,
            ..
        } => Err(Failure::NoCredential {
            provider: route.provider.name,
        }),
    }
}

/// Agents are for those who see them. A client that shows no key of ours is not known, and pays itself.
fn may_use(
    snapshot: &Snapshot,
    route: &Route<'_>,
    user_id: &str,
    limit: Option<Grants>,
) -> Result<(), Failure> {
    let mut viewer = snapshot.viewer(user_id).ok_or(Failure::InvalidKey)?;
    viewer.grants = limit.map_or(viewer.grants, |limit| limit.and(&viewer.grants));
    let sees = |agent| viewer.sees_agent(snapshot, agent);
    if viewer.grants.allows(Resource::Profile, Action::Read) && route.agent.is_none_or(sees) {
        return Ok(());
    }
    Err(Failure::NotAllowed)
}

/// What the credentials of one request said.
#[derive(Default)]
struct Seen {
    user_id: Option<String>,
    /// What the key is limited to.
    limit: Option<Grants>,
    foreign: bool,
}

impl Seen {
    /// Whether it is one of ours.
    fn look_at(
        &mut self,
        credential: &str,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        if !is_ours(credential) {
            self.foreign |= !credential.is_empty();
            return Ok(false);
        }
        let owner = snapshot
            .api_key(credential, now)
            .ok_or(Failure::InvalidKey)?;
        self.limit = owner.permission;
        self.user_id = Some(owner.user_id.clone());
        Ok(true)
    }
}

/// `Bearer x` and plain `x` mean the same.
pub(crate) fn credential(value: &str) -> &str {
    match value.split_once(' ') {
        Some((scheme, credential)) if scheme.eq_ignore_ascii_case("bearer") => credential.trim(),
        _ => value.trim(),
    }
}

/// The value of a pair of a query, if it is a key.
pub(crate) fn key_in(pair: &str) -> Option<Cow<'_, str>> {
    let (name, value) = form_urlencoded::parse(pair.as_bytes()).next()?;
    (name == "key").then_some(value)
}

/// The query byte for byte, but for a key of ours.
pub(crate) fn without_our_key(query: &str) -> Cow<'_, str> {
    let ours = |pair: &&str| key_in(pair).is_some_and(|key| is_ours(&key));
    if !query.split('&').any(|pair| ours(&pair)) {
        return Cow::Borrowed(query);
    }
    Cow::Owned(
        query
            .split('&')
            .filter(|pair| !ours(pair))
            .collect::<Vec<_>>()
            .join("&"),
    )
}
