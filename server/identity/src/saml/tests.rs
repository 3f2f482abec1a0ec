//! A response that samlify made and signed, as it is and spoilt. Its key is gone, so nothing can be signed anew here; that
//! is done over the whole program in `app/tests/identity`.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::FlowKey;

const RESPONSE: &str = include_str!("tests/response.xml");
const CERTIFICATE: &str = include_str!("tests/certificate.pem");
const METADATA: &str = include_str!("tests/metadata.xml");
const ISSUER: &str = "https://idp.example.com/metadata";

fn saml(more: Value) -> Result<Saml> {
    let mut config = json!({
        "issuer": ISSUER, "entryPoint": "https://idp.example.com/sso", "cert": CERTIFICATE,
        "callbackUrl": "https://archestra.example.com", "spMetadata": {},
    });
    if let (Some(config), Value::Object(more)) = (config.as_object_mut(), more) {
        config.extend(more);
    }
    Saml::new(serde_json::from_value(config).unwrap(), ISSUER)
}

fn at(time: &str) -> Setting<'static> {
    Setting {
        acs_url: "https://archestra.example.com/acs",
        metadata_url: "https://archestra.example.com/metadata",
        now: DateTime::parse_from_rfc3339(time).unwrap().to_utc(),
    }
}

fn read(xml: &str, time: &str, state: &str) -> Result<Asserted> {
    let flow = FlowSecrets::resume(&FlowKey::new(&[7; 32]), state.to_owned());
    let saml = saml(json!({})).unwrap();
    saml.finish(&STANDARD.encode(xml), &flow, at(time), &mut Log::default())
}

fn fault(xml: &str) -> String {
    let read = read(xml, "2026-11-21T12:01:00Z", "the-state");
    read.unwrap_err().to_string()
}

#[test]
fn a_signed_response_says_who_it_is() {
    let asserted = read(RESPONSE, "2026-11-21T12:01:00Z", "the-state").unwrap();
    let identity = asserted.identity;
    assert_eq!(identity.subject, "ann-1");
    assert_eq!(identity.email.as_deref(), Some("ann@example.com"));
    assert_eq!(identity.name.as_deref(), Some("Ann"));
    assert_eq!(identity.claims["groups"], json!(["staff", "chiefs"]));
    assert_eq!(asserted.assertion_id, "_assertion");
    assert_eq!(
        asserted.valid_until.to_rfc3339(),
        "2026-11-21T12:06:00+00:00"
    );
}

#[test]
fn it_is_worth_something_for_its_time_and_its_request_only() {
    for time in ["2026-11-21T11:58:30Z", "2026-11-21T12:05:59Z"] {
        assert!(read(RESPONSE, time, "the-state").is_ok(), "{time}");
    }
    for time in ["2026-11-21T11:57:59Z", "2026-11-21T12:06:00Z"] {
        assert!(read(RESPONSE, time, "the-state").is_err(), "{time}");
    }
    assert!(read(RESPONSE, "2026-11-21T12:01:00Z", "another").is_err());
}

#[test]
fn every_byte_of_the_assertion_counts() {
    let begin = RESPONSE.find("<saml:Assertion").unwrap();
    for (old, new) in [
        ("ann@example.com", "eve@example.com"),
        (">ann-1<", ">eve-1<"),
        ("chiefs", "admins"),
        ("12:05:00Z", "22:05:00Z"),
        ("ID=\"_assertion\"", "ID=\"_other\""),
        ("SignatureValue>", "SignatureValue>AAAA"),
    ] {
        let spoilt = RESPONSE[begin..].replacen(old, new, 1);
        assert_ne!(spoilt, RESPONSE[begin..], "{old}");
        let text = fault(&format!("{}{spoilt}", &RESPONSE[..begin]));
        assert!(text.contains("can't be trusted"), "{old}: {text}");
    }
}

#[test]
fn what_surrounds_the_signed_part_cannot_change_its_meaning() {
    let assertion = &RESPONSE[RESPONSE.find("<saml:Assertion").unwrap()..];
    let assertion = &assertion[..assertion.find("</samlp:Response>").unwrap()];
    for (spoilt, said) in [
        (
            RESPONSE.replace(
                "</samlp:Response>",
                &format!("{assertion}</samlp:Response>"),
            ),
            "several",
        ),
        (
            RESPONSE.replace(
                assertion,
                &format!("<samlp:Extensions>{assertion}</samlp:Extensions>"),
            ),
            "wrong place",
        ),
        (RESPONSE.replace("ann-1", "ann<!-- -->-1"), "comments"),
        (format!("<!DOCTYPE x>{RESPONSE}"), "document type"),
        (
            RESPONSE.replace("status:Success", "status:Responder"),
            "refused",
        ),
        ("<a/>".to_owned(), "not a SAML 2.0 response"),
        (String::new(), "not well-formed"),
    ] {
        let text = fault(&spoilt);
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_with_their_name() {
    for (more, named) in [
        (json!({ "cert": "" }), "no certificate"),
        (json!({ "cert": "bm90IGEgY2VydA==" }), "not X.509"),
        (json!({ "entryPoint": "nowhere" }), "entryPoint"),
        (
            json!({ "idpMetadata": { "metadata": "<a/>" } }),
            "EntityDescriptor",
        ),
        (
            json!({ "idpMetadata": { "isAssertionEncrypted": true } }),
            "encrypted",
        ),
    ] {
        let error = saml(more).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn the_providers_metadata_take_the_place_of_what_is_typed() {
    let described =
        json!({ "cert": "", "entryPoint": "", "idpMetadata": { "metadata": METADATA } });
    let saml = saml(described).unwrap();
    assert_eq!(saml.issuers, [ISSUER]);
    assert_eq!(saml.entry_point.as_str(), "https://idp.example.com/sso");
    assert_eq!(saml.certificates().len(), 1);
}

#[test]
fn a_request_is_signed_with_the_key_of_the_settings() {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey,
    };

    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = pair.as_der().unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        STANDARD.encode(der.as_ref())
    );
    let saml = saml(json!({ "privateKey": pem, "additionalParams": { "realm": "a b" } })).unwrap();
    let flow = FlowSecrets::resume(&FlowKey::new(&[7; 32]), "the-state".to_owned());
    let url = saml.begin(&flow, at("2026-11-21T12:01:00Z")).unwrap();
    let query = url.query().unwrap();
    assert!(query.starts_with("realm=a+b&SAMLRequest="), "{query}");
    let (signed, signature) = query.split_once("&Signature=").unwrap();
    let signed = &signed[signed.find("SAMLRequest=").unwrap()..];
    let signature = url::form_urlencoded::parse(format!("s={signature}").as_bytes())
        .next()
        .unwrap()
        .1
        .into_owned();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key());
    let verified = key.verify(signed.as_bytes(), &STANDARD.decode(signature).unwrap());
    assert!(verified.is_ok());
}
