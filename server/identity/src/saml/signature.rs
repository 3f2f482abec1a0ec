//! Which element of a response is really signed. The library does the cryptography; that the signature means what SAML wants
//! it to mean is checked here, before: one reference, to the element that the signature stands in, with nothing cut out of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra_dsig::verify::verify_all_document_with_source;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use bergshamra_keys::loader::load_x509_cert_der;
use bergshamra_xml::uppsala::{Document, NodeId};

use super::document::{SIGNATURE, all, attribute, child, children, needed};
use crate::{Error, Result};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Canonical forms without comments.
const CANONICAL: [&str; 3] = [
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2006/12/xml-c14n11",
];
/// No SHA-1: a second document with the same digest can be made.
const METHODS: [&str; 7] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];
const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// The elements that are signed as a whole. Every signature in the document has to be good, and stand where it belongs.
pub(super) fn signed(
    document: &Document<'_>,
    xml: &str,
    certificates: &[Vec<u8>],
    allowed: &[NodeId],
) -> Result<Vec<NodeId>> {
    let signatures = all(document, SIGNATURE, "Signature");
    if signatures.is_empty() {
        return Err(Error::untrusted("it is not signed"));
    }
    let mut parents = Vec::new();
    for signature in &signatures {
        let parent = document.parent(*signature);
        let parent = parent.filter(|parent| allowed.contains(parent));
        let parent = parent.ok_or_else(|| {
            Error::untrusted("a signature stands where none belongs (signature wrapping)")
        })?;
        if parents.contains(&parent) {
            return Err(Error::untrusted("something is signed twice"));
        }
        check_form(document, *signature, parent)?;
        parents.push(parent);
    }
    let mut keys = KeysManager::new();
    for certificate in certificates {
        let key = load_x509_cert_der(certificate)
            .map_err(|error| Error::settings(format!("the certificate can't be read: {error}")))?;
        keys.add_key(key);
    }
    // Only these keys count, never one that comes with the document.
    let context = DsigContext::new(keys);
    let results = verify_all_document_with_source(&context, document, Some(xml))
        .map_err(|error| Error::untrusted(format!("its signature can't be checked: {error}")))?;
    for (result, parent) in results.iter().zip(&parents) {
        let covers = match result {
            VerifyResult::Valid { references, .. } => {
                references.len() == 1
                    && references[0].digest_verified
                    && references[0].resolved_node == Some(*parent)
            }
            VerifyResult::Invalid { .. } => false,
        };
        if !covers {
            return Err(Error::untrusted(
                "its signature is wrong, or made with another key than that of the certificate in the settings",
            ));
        }
    }
    if results.len() != parents.len() {
        return Err(Error::untrusted("its signatures can't be told apart"));
    }
    Ok(parents)
}

fn check_form(document: &Document<'_>, signature: NodeId, parent: NodeId) -> Result<()> {
    let fault = |text: String| Err(Error::untrusted(text));
    if !children(document, signature, SIGNATURE, "Object").is_empty() {
        return fault("its signature has contents of its own (signature wrapping)".into());
    }
    let info = needed(document, signature, SIGNATURE, "SignedInfo")?;
    let method = |of: NodeId, name: &str| -> Result<&str> {
        let element = needed(document, of, SIGNATURE, name)?;
        Ok(attribute(document, element, "Algorithm").unwrap_or_default())
    };
    let checks = [
        (method(info, "CanonicalizationMethod")?, &CANONICAL[..]),
        (method(info, "SignatureMethod")?, &METHODS[..]),
    ];
    let reference = needed(document, info, SIGNATURE, "Reference")?;
    let digest = (method(reference, "DigestMethod")?, &DIGESTS[..]);
    for (used, known) in checks.into_iter().chain([digest]) {
        if !known.contains(&used) {
            return fault(format!(
                "its signature uses {used}, which is not safe or not known. Choose RSA-SHA256 and SHA256 at the provider"
            ));
        }
    }
    let id = attribute(document, parent, "ID").unwrap_or_default();
    let uri = attribute(document, reference, "URI").unwrap_or_default();
    if id.is_empty() || uri.strip_prefix('#') != Some(id) {
        return fault(
            "a signature is about something else than where it stands (signature wrapping)".into(),
        );
    }
    let Some(transforms) = child(document, reference, SIGNATURE, "Transforms")? else {
        return fault("its signature does not leave itself out".into());
    };
    for transform in children(document, transforms, SIGNATURE, "Transform") {
        let used = attribute(document, transform, "Algorithm").unwrap_or_default();
        if used != ENVELOPED && !CANONICAL.contains(&used) {
            return fault(format!("its signature is made over a part of it ({used})"));
        }
    }
    Ok(())
}

/// Certificates in PEM, or one as bare base64.
pub(super) fn certificates(text: &str) -> Result<Vec<Vec<u8>>> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let bodies: Vec<&str> = if text.contains(BEGIN) {
        let blocks = text.split(BEGIN).skip(1);
        blocks.filter_map(|block| block.split(END).next()).collect()
    } else {
        vec![text]
    };
    let mut found = Vec::new();
    for body in bodies {
        let body: String = body.split_whitespace().collect();
        if body.is_empty() {
            continue;
        }
        let unusable = || {
            Error::settings(
                "the certificate is not X.509 in PEM (-----BEGIN CERTIFICATE-----) or base64",
            )
        };
        let der = STANDARD.decode(body).map_err(|_| unusable())?;
        load_x509_cert_der(&der).map_err(|_| unusable())?;
        found.push(der);
    }
    Ok(found)
}

pub(super) fn describe(der: &[u8]) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    let print: Vec<String> = digest(&SHA256, der)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    format!("SHA-256 {}", print.join(":"))
}
