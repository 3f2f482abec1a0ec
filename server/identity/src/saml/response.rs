//! A response, from its bytes to a person: structure, signature, conditions, attributes, in this order.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra_xml::uppsala::{Document, NodeId};
use serde_json::{Map, Value};

use super::document::{
    ASSERTION, PROTOCOL, all, attribute, child, children, is, needed, parse, refuse_comments, text,
};
use super::{Asserted, Saml, Setting, conditions, signature};
use crate::flow::FlowSecrets;
use crate::oidc::{describe, names};
use crate::{Error, Identity, Log, Result};

/// A response with hundreds of groups has some 100 KiB.
const LIMIT: usize = 1024 * 1024;

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const EMAIL_ADDRESS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// Names that directories give to what has a short name here.
const ALIASES: &[(&str, &[&str])] = &[
    (
        "email",
        &[
            "mail",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            "urn:oid:0.9.2342.19200300.100.1.3",
        ],
    ),
    (
        "name",
        &[
            "displayName",
            "http://schemas.microsoft.com/identity/claims/displayname",
            "urn:oid:2.16.840.1.113730.3.1.241",
        ],
    ),
    (
        "given_name",
        &[
            "firstName",
            "givenName",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
            "urn:oid:2.5.4.42",
        ],
    ),
    (
        "family_name",
        &[
            "lastName",
            "sn",
            "surname",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
            "urn:oid:2.5.4.4",
        ],
    ),
    (
        "groups",
        &["http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"],
    ),
];

pub(super) fn read(
    saml: &Saml,
    encoded: &str,
    flow: &FlowSecrets,
    setting: Setting<'_>,
    log: &mut Log,
) -> Result<Asserted> {
    let xml = log.step("answer", decode(encoded), |xml| {
        format!(
            "The browser came back with a response of {} bytes.",
            xml.len()
        )
    })?;
    let document = log.step("structure", parse(&xml), |_| {
        "It is well-formed XML.".into()
    })?;
    let parts = log.step("structure", Parts::find(&document), |_| {
        "It is a response with one assertion.".into()
    })?;
    log.step("status", parts.check_status(&document), |()| {
        "The provider says that the sign-in succeeded.".into()
    })?;
    let signed = parts.check_signature(saml, &document, &xml);
    log.step("signature", signed, |part| {
        format!("The {part} is signed with the key of the certificate.")
    })?;
    let checked = conditions::check(saml, &document, &parts, flow, setting);
    let (assertion_id, valid_until) = log.step("conditions", checked, |(_, until)| {
        format!(
            "Issuer, audience, recipient, request and time are right; it is valid until {until}."
        )
    })?;
    let identity = saml.identity(&document, &parts);
    let identity = log.step("person", identity, |identity| {
        format!(
            "{} Attributes: {}",
            describe(identity),
            names(&identity.claims)
        )
    })?;
    Ok(Asserted {
        identity,
        assertion_id,
        valid_until,
    })
}

fn decode(encoded: &str) -> Result<String> {
    let compact: String = encoded.split_whitespace().collect();
    if compact.len() > LIMIT * 4 / 3 {
        return Err(Error::untrusted("it is longer than 1 MiB"));
    }
    let bytes = STANDARD.decode(compact).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| Error::untrusted("it is not base64 of text"))
}

/// What a response is made of.
pub(super) struct Parts {
    pub(super) response: NodeId,
    pub(super) assertion: NodeId,
}

impl Parts {
    /// There is one assertion, it is where it belongs, and nothing else could be taken for one.
    fn find(document: &Document<'_>) -> Result<Self> {
        refuse_comments(document)?;
        let response = document
            .document_element()
            .filter(|root| is(document, *root, PROTOCOL, "Response"))
            .ok_or_else(|| Error::untrusted("it is not a SAML 2.0 response"))?;
        if all(document, PROTOCOL, "Response").len() != 1 {
            return Err(Error::untrusted(
                "it has a response inside of a response (signature wrapping)",
            ));
        }
        if !all(document, ASSERTION, "EncryptedAssertion").is_empty() {
            return Err(Error::settings(
                "the provider encrypts assertions, which are not read. Switch the encryption off there; they come over \
                 HTTPS and are signed",
            ));
        }
        match all(document, ASSERTION, "Assertion").as_slice() {
            [assertion] if document.parent(*assertion) == Some(response) => Ok(Self {
                response,
                assertion: *assertion,
            }),
            // A refusal has none; its status says why.
            [] => Ok(Self {
                response,
                assertion: response,
            }),
            _ => Err(Error::untrusted(
                "it has several assertions, or one in the wrong place (signature wrapping)",
            )),
        }
    }

    fn check_status(&self, document: &Document<'_>) -> Result<()> {
        const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
        let status = needed(document, self.response, PROTOCOL, "Status")?;
        let code = needed(document, status, PROTOCOL, "StatusCode")?;
        let value = attribute(document, code, "Value").unwrap_or_default();
        if value == SUCCESS {
            return if self.assertion == self.response {
                Err(Error::untrusted("it has no assertion"))
            } else {
                Ok(())
            };
        }
        let message = child(document, status, PROTOCOL, "StatusMessage")?;
        let message = message.map_or_else(String::new, |id| format!(" ({})", text(document, id)));
        let short = value.rsplit(':').next().unwrap_or(value);
        Err(Error::Denied(format!("{short}{message}")))
    }

    fn check_signature(
        &self,
        saml: &Saml,
        document: &Document<'_>,
        xml: &str,
    ) -> Result<&'static str> {
        let places = [self.response, self.assertion];
        let signed = signature::signed(document, xml, &saml.certificates, &places)?;
        if signed.contains(&self.assertion) {
            return Ok("assertion");
        }
        if saml.wants_signed_assertions() {
            return Err(Error::untrusted(
                "the response is signed and its assertion is not. Have the provider sign assertions, or switch \
                 wantAssertionsSigned off",
            ));
        }
        Ok("response")
    }
}

impl Saml {
    fn identity(&self, document: &Document<'_>, parts: &Parts) -> Result<Identity> {
        let mut claims = attributes(document, parts.assertion);
        let subject = needed(document, parts.assertion, ASSERTION, "Subject")?;
        if let Some(name) = child(document, subject, ASSERTION, "NameID")? {
            let format = attribute(document, name, "Format").unwrap_or_default();
            let name = text(document, name);
            if format == EMAIL_ADDRESS {
                claims.entry("email").or_insert(name.clone().into());
            }
            // A name that is another one each time identifies nobody.
            if format != TRANSIENT {
                claims.insert("nameID".into(), name.into());
            }
        }
        for (ours, theirs) in ALIASES {
            let found = theirs.iter().find_map(|name| claims.get(*name).cloned());
            if let Some(value) = found {
                claims.entry(*ours).or_insert(value);
            }
        }
        self.config.mapping.identity("nameID", claims)
    }
}

fn attributes(document: &Document<'_>, assertion: NodeId) -> Map<String, Value> {
    let mut claims = Map::new();
    for statement in children(document, assertion, ASSERTION, "AttributeStatement") {
        for id in children(document, statement, ASSERTION, "Attribute") {
            let values = children(document, id, ASSERTION, "AttributeValue").into_iter();
            let mut values: Vec<Value> = values.map(|id| text(document, id).into()).collect();
            let value = if values.len() == 1 {
                values.remove(0)
            } else {
                Value::Array(values)
            };
            for name in ["Name", "FriendlyName"] {
                if let Some(name) = attribute(document, id, name) {
                    claims.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
    }
    claims
}
