//! The request that the browser takes to the provider (binding HTTP-Redirect).

use std::io::Write as _;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra_xml::uppsala::XmlWriter;
use chrono::SecondsFormat;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use url::form_urlencoded::Serializer;

use super::document::{ASSERTION, PROTOCOL};
use super::{Saml, Setting};
use crate::flow::FlowSecrets;
use crate::{Error, Result};

pub(super) fn url(saml: &Saml, flow: &FlowSecrets, setting: Setting<'_>) -> Result<Url> {
    let packed = pack(&xml(saml, flow, setting));
    let mut query = Serializer::new(String::new());
    query
        .append_pair("SAMLRequest", &packed)
        .append_pair("RelayState", &flow.state);
    if let Some(key) = saml.private_key() {
        // Signed are exactly these three, in this order and this encoding.
        query.append_pair(
            "SigAlg",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        );
        let text = query.finish();
        let signature = STANDARD.encode(sign(key, text.as_bytes())?);
        query = Serializer::new(text);
        query.append_pair("Signature", &signature);
    }
    let mut url = saml.entry_point.clone();
    for (name, value) in &saml.config.additional_params {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        url.query_pairs_mut().append_pair(name, &text);
    }
    let before = url.query().filter(|query| !query.is_empty());
    let whole = match before {
        Some(before) => format!("{before}&{}", query.finish()),
        None => query.finish(),
    };
    url.set_query(Some(&whole));
    Ok(url)
}

fn xml(saml: &Saml, flow: &FlowSecrets, setting: Setting<'_>) -> String {
    let instant = setting.now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut writer = XmlWriter::new();
    writer.start_element(
        "samlp:AuthnRequest",
        &[
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", &flow.request_id),
            ("Version", "2.0"),
            ("IssueInstant", &instant),
            ("Destination", saml.entry_point.as_str()),
            ("AssertionConsumerServiceURL", setting.acs_url),
            (
                "ProtocolBinding",
                "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
            ),
        ],
    );
    writer.start_element("saml:Issuer", &[]);
    writer.text(saml.entity_id(setting));
    writer.end_element("saml:Issuer");
    let mut policy = vec![("AllowCreate", "true")];
    if let Some(format) = &saml.config.identifier_format {
        policy.push(("Format", format));
    }
    writer.empty_element("samlp:NameIDPolicy", &policy);
    writer.end_element("samlp:AuthnRequest");
    writer.into_string()
}

fn pack(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(xml.as_bytes());
    STANDARD.encode(encoder.finish().unwrap_or_default())
}

fn sign(key: &SecretString, text: &[u8]) -> Result<Vec<u8>> {
    let unusable =
        || Error::settings("the private key is not an RSA key in PEM without a passphrase");
    let body: String = key
        .expose_secret()
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = STANDARD.decode(body).map_err(|_| unusable())?;
    let pair = RsaKeyPair::from_pkcs8(&der)
        .or_else(|_| RsaKeyPair::from_der(&der))
        .map_err(|_| unusable())?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text,
        &mut signature,
    )
    .map_err(|_| unusable())?;
    Ok(signature)
}
