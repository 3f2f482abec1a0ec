//! Trying a provider out: what can be asked without a browser, then a sign-in that changes nothing. Every step is written down.

use chrono::TimeDelta;
use db::identity_providers::{Flow, IdentityProvider, Test};
use identity::{Identity, Log};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::admit::{Whose, groups, role, whose};
use super::protocol::{role_mapping, team_sync};
use super::{Protocol, Result, begin, protocol};
use crate::platform::Platform;

const KEPT: TimeDelta = TimeDelta::hours(1);

#[derive(Debug)]
pub struct Trial {
    pub id: Uuid,
    /// `waiting` for the browser, `passed` or `failed`.
    pub state: &'static str,
    pub log: Log,
    /// Where the browser goes for the rest.
    pub url: Option<Url>,
}

/// `browser`: what the cookie of whoever tries says.
pub async fn trial(
    platform: &Platform,
    row: &IdentityProvider,
    browser: &str,
    return_to: &str,
) -> Result<Trial> {
    let mut log = Log::default();
    let id = Uuid::now_v7();
    let ready = check(platform, row, &mut log).await?;
    let state = if ready { "waiting" } else { "failed" };
    let test = Test {
        id,
        provider_id: row.id,
        state: state.to_owned(),
        steps: steps(&log),
        expires_at: platform.clock.now() + KEPT,
    };
    db::identity_providers::insert_test(&platform.db, &test).await?;
    let mut url = None;
    if ready {
        let mut again = Log::default();
        let begun = begin(platform, row, browser, return_to, Some(id), &mut again);
        url = Some(begun.await?.url);
    }
    Ok(Trial {
        id,
        state,
        log,
        url,
    })
}

async fn check(platform: &Platform, row: &IdentityProvider, log: &mut Log) -> Result<bool> {
    let protocol = match protocol(platform, row).await {
        Ok(protocol) => protocol,
        Err(super::IdentityError::Identity(error)) => {
            log.fail("settings", error.to_string());
            return Ok(false);
        }
        Err(other) => return Err(other),
    };
    log.ok("settings", "They can be read.");
    match protocol {
        Protocol::Oidc(config) => {
            let http = platform.servers.remote_http();
            if let Ok(endpoints) = config.endpoints(http, log).await {
                let endpoint = format!("Sign-in: {}", endpoints.authorization);
                log.ok("endpoints", endpoint);
                match endpoints.check_keys(http).await {
                    Ok(count) => log.ok("keys", format!("The provider has {count} usable keys.")),
                    // Plain OAuth has none; whether that is meant, the sign-in shows.
                    Err(error) if endpoints.jwks.is_none() => log.warn("keys", error.to_string()),
                    Err(error) => log.fail("keys", error.to_string()),
                }
            }
        }
        Protocol::Saml(saml) => {
            log.ok("certificate", saml.certificates().join(", "));
        }
    }
    if let Some(unused) = unused(row) {
        log.warn("settings", unused);
    }
    let rules = role_mapping(row).and_then(|mapping| mapping.check().map(|()| mapping.rules.len()));
    let rules = log.step("rules", rules, |count| {
        format!("{count} rules can be read.")
    });
    let sync = team_sync(row).and_then(|sync| sync.map_or(Ok(()), |sync| sync.check()));
    let sync = log.step("teams", sync, |()| {
        "The groups expression can be read.".into()
    });
    Ok(rules.is_ok() && sync.is_ok() && !log.failed())
}

/// What is stored for a later version, and what it does not do yet.
fn unused(row: &IdentityProvider) -> Option<&'static str> {
    let credentials = "/enterpriseManagedCredentials/exchangeStrategy";
    let exchanges = row.oidc_config.as_ref()?.pointer(credentials).is_some();
    exchanges.then_some(
        "enterpriseManagedCredentials are stored. Signing in uses their private key; the exchange of tokens for MCP \
         servers is not done yet.",
    )
}

/// Where a test's log goes on; empty for what is no test.
pub(super) async fn log_of(platform: &Platform, flow: &Flow) -> Result<Log> {
    let Some(id) = flow.test_id else {
        return Ok(Log::default());
    };
    let test = db::identity_providers::find_test(&platform.db, id, flow.provider_id).await?;
    let steps = test.map(|test| test.steps).unwrap_or_default();
    Ok(serde_json::from_value(steps).unwrap_or_default())
}

/// Writes down what would have come of a sign-in.
pub(super) async fn finish(
    platform: &Platform,
    row: &IdentityProvider,
    test: Uuid,
    found: Result<Identity>,
    log: &mut Log,
) -> Result<()> {
    match found {
        Ok(identity) => predict(platform, row, &identity, log).await,
        Err(error) if !log.failed() => log.fail("sign-in", error.to_string()),
        Err(_) => {}
    }
    let passed = !log.failed();
    if passed {
        db::identity_providers::worked(&platform.db, row.id, platform.clock.now()).await?;
    }
    let state = if passed { "passed" } else { "failed" };
    Ok(db::identity_providers::update_test(&platform.db, test, state, &steps(log)).await?)
}

async fn predict(platform: &Platform, row: &IdentityProvider, identity: &Identity, log: &mut Log) {
    for (name, value) in &identity.claims {
        log.ok(&format!("claim {name}"), shown(value));
    }
    let whose = whose(platform, row, identity).await;
    match &whose {
        Ok(Whose::Known(user)) => log.ok(
            "account",
            format!("{} has signed in with it before.", user.email),
        ),
        Ok(Whose::Linked(user)) => log.ok(
            "account",
            format!("It would be linked to the account of {}.", user.email),
        ),
        Ok(Whose::New { email }) => {
            log.ok("account", format!("An account would be made for {email}."));
        }
        Err(error) => log.fail("account", error.for_people()),
    }
    let nobody = Whose::New {
        email: String::new(),
    };
    match role(platform, row, identity, whose.as_ref().unwrap_or(&nobody)) {
        Ok(Some((role, why))) => log.ok("role", format!("{role} ({why}).")),
        Ok(None) => log.ok("role", "It stays as it is."),
        Err(error) => log.fail("role", error.for_people()),
    }
    match groups(row, identity) {
        Ok(Some(groups)) if groups.is_empty() => log.warn("groups", "None were found."),
        Ok(Some(groups)) => log.ok("groups", groups.join(", ")),
        Ok(None) => log.ok("groups", "Teams are not synchronised."),
        Err(error) => log.fail("groups", error.to_string()),
    }
}

fn shown(value: &Value) -> String {
    const ENOUGH: usize = 300;
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(ENOUGH).collect()
}

fn steps(log: &Log) -> Value {
    serde_json::to_value(log).unwrap_or_default()
}
