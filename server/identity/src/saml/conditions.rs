//! Whether an assertion is for this server, for this sign-in, and of this moment.

use bergshamra_xml::uppsala::{Document, NodeId};
use chrono::{DateTime, TimeDelta, Utc};

use super::document::{ASSERTION, attribute, child, children, needed, text};
use super::response::Parts;
use super::{Saml, Setting};
use crate::flow::FlowSecrets;
use crate::{Error, Result};

/// Clocks differ by as much.
const SKEW: TimeDelta = TimeDelta::seconds(60);

/// The assertion's id, and when it can't be used any more.
pub(super) fn check(
    saml: &Saml,
    document: &Document<'_>,
    parts: &Parts,
    flow: &FlowSecrets,
    setting: Setting<'_>,
) -> Result<(String, DateTime<Utc>)> {
    let fault = |text: String| Err(Error::untrusted(text));
    let said = |id, name: &str| attribute(document, id, name);
    if let Some(destination) = said(parts.response, "Destination")
        && destination != setting.acs_url
    {
        return fault(format!(
            "it was sent to {destination}, and this is {}",
            setting.acs_url
        ));
    }
    if said(parts.response, "InResponseTo") != Some(&flow.request_id) {
        return fault(
            "it answers no request of this sign-in. Begin at the sign-in page here; sign-ins that begin at the provider \
             are not taken"
                .into(),
        );
    }
    if let Some(issuer) = child(document, parts.response, ASSERTION, "Issuer")? {
        check_issuer(saml, &text(document, issuer))?;
    }
    let assertion = parts.assertion;
    let issuer = needed(document, assertion, ASSERTION, "Issuer")?;
    check_issuer(saml, &text(document, issuer))?;
    let id = said(assertion, "ID").unwrap_or_default();
    if id.is_empty() || said(assertion, "Version") != Some("2.0") {
        return fault("its assertion is not one of SAML 2.0".into());
    }
    let confirmed = confirmation(document, assertion, flow, setting)?;
    let conditions = conditions(saml, document, assertion, setting)?;
    session(document, assertion, setting)?;
    let until = conditions.map_or(confirmed, |until| until.min(confirmed));
    Ok((id.to_owned(), until + SKEW))
}

fn check_issuer(saml: &Saml, issuer: &str) -> Result<()> {
    if saml.issuers.iter().any(|known| known == issuer) {
        return Ok(());
    }
    Err(Error::untrusted(format!(
        "it is of the issuer {issuer}, and the settings say {}",
        saml.issuers.join(" or ")
    )))
}

/// Profiles, section 4.1.4.3: whoever brings it has to bring it here, in time, for the request that was made.
fn confirmation(
    document: &Document<'_>,
    assertion: NodeId,
    flow: &FlowSecrets,
    setting: Setting<'_>,
) -> Result<DateTime<Utc>> {
    const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    let subject = needed(document, assertion, ASSERTION, "Subject")?;
    let mut why = "it has no confirmation for whoever brings it (bearer)".to_owned();
    for confirmation in children(document, subject, ASSERTION, "SubjectConfirmation") {
        if attribute(document, confirmation, "Method") != Some(BEARER) {
            continue;
        }
        let data = needed(document, confirmation, ASSERTION, "SubjectConfirmationData")?;
        let until = time(document, data, "NotOnOrAfter")?;
        why = match until {
            _ if attribute(document, data, "Recipient") != Some(setting.acs_url) => {
                format!("its recipient is not {}", setting.acs_url)
            }
            _ if attribute(document, data, "InResponseTo") != Some(&flow.request_id) => {
                "its assertion answers no request of this sign-in".to_owned()
            }
            _ if attribute(document, data, "NotBefore").is_some() => {
                "its confirmation says from when it is valid, which SAML forbids".to_owned()
            }
            None => "its confirmation does not say until when it is valid".to_owned(),
            Some(until) if until + SKEW <= setting.now => format!("it has expired at {until}"),
            Some(until) => return Ok(until),
        };
    }
    Err(Error::untrusted(why))
}

fn conditions(
    saml: &Saml,
    document: &Document<'_>,
    assertion: NodeId,
    setting: Setting<'_>,
) -> Result<Option<DateTime<Utc>>> {
    let conditions = needed(document, assertion, ASSERTION, "Conditions")?;
    if let Some(from) = time(document, conditions, "NotBefore")?
        && from - SKEW > setting.now
    {
        return Err(Error::untrusted(format!(
            "it is valid from {from} only; is this server's clock right?"
        )));
    }
    let until = time(document, conditions, "NotOnOrAfter")?;
    if let Some(until) = until.filter(|until| *until + SKEW <= setting.now) {
        return Err(Error::untrusted(format!("it has expired at {until}")));
    }
    let restrictions = children(document, conditions, ASSERTION, "AudienceRestriction");
    let wanted = saml.entity_id(setting);
    // Each restriction has to be met.
    let met = |id: &NodeId| {
        let audiences = children(document, *id, ASSERTION, "Audience").into_iter();
        audiences
            .map(|id| text(document, id))
            .any(|name| name == wanted)
    };
    if restrictions.is_empty() || !restrictions.iter().all(met) {
        return Err(Error::untrusted(format!(
            "it is not for {wanted}, which this server is called there (its audience)"
        )));
    }
    Ok(until)
}

fn session(document: &Document<'_>, assertion: NodeId, setting: Setting<'_>) -> Result<()> {
    let statements = children(document, assertion, ASSERTION, "AuthnStatement");
    if statements.is_empty() {
        return Err(Error::untrusted("it does not say that somebody signed in"));
    }
    for statement in statements {
        let end = time(document, statement, "SessionNotOnOrAfter")?;
        if end.is_some_and(|end| end + SKEW <= setting.now) {
            return Err(Error::untrusted("the session at the provider is over"));
        }
    }
    Ok(())
}

fn time(document: &Document<'_>, id: NodeId, name: &str) -> Result<Option<DateTime<Utc>>> {
    let Some(text) = attribute(document, id, name) else {
        return Ok(None);
    };
    let parsed = DateTime::parse_from_rfc3339(text);
    let parsed = parsed.map_err(|_| Error::untrusted(format!("its {name} is not a time")))?;
    Ok(Some(parsed.to_utc()))
}
