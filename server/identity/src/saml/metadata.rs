//! Metadata: what a provider says of itself, and what this server says of itself.

use bergshamra_xml::uppsala::XmlWriter;

use super::document::{METADATA, SIGNATURE, all, attribute, child, children, is, parse, text};
use super::{Saml, Setting};
use crate::{Error, Result};

pub(super) struct Described {
    pub(super) entity_id: String,
    /// The single sign-on address of the binding HTTP-Redirect.
    pub(super) redirect: Option<String>,
    pub(super) certificates: Vec<String>,
}

/// Who signed it does not matter: the administrator pasted it.
pub(super) fn read(xml: &str) -> Result<Described> {
    let fault = |text: &str| Error::settings(format!("idpMetadata.metadata {text}"));
    let document = parse(xml.trim()).map_err(|_| fault("is not well-formed XML"))?;
    let root = document
        .document_element()
        .filter(|root| is(&document, *root, METADATA, "EntityDescriptor"));
    let root = root.ok_or_else(|| fault("is not an EntityDescriptor"))?;
    let entity_id = attribute(&document, root, "entityID");
    let entity_id = entity_id.ok_or_else(|| fault("has no entityID"))?;
    let role = child(&document, root, METADATA, "IDPSSODescriptor")?;
    let role = role.ok_or_else(|| fault("describes no identity provider (IDPSSODescriptor)"))?;
    let services = children(&document, role, METADATA, "SingleSignOnService");
    let redirect = services.into_iter().find(|service| {
        attribute(&document, *service, "Binding")
            .is_some_and(|binding| binding.ends_with(":HTTP-Redirect"))
    });
    let descriptors = children(&document, role, METADATA, "KeyDescriptor").into_iter();
    let signing = descriptors
        .filter(|key| attribute(&document, *key, "use").is_none_or(|purpose| purpose == "signing"));
    let signing: Vec<_> = signing.collect();
    let inside = |id| {
        document
            .ancestors(id)
            .iter()
            .any(|above| signing.contains(above))
    };
    let certificates = all(&document, SIGNATURE, "X509Certificate").into_iter();
    Ok(Described {
        entity_id: entity_id.to_owned(),
        redirect: redirect
            .and_then(|service| attribute(&document, service, "Location"))
            .map(str::to_owned),
        certificates: certificates
            .filter(|id| inside(*id))
            .map(|id| text(&document, id))
            .collect(),
    })
}

pub(super) fn write(saml: &Saml, setting: Setting<'_>) -> String {
    let signs = if saml.private_key().is_some() {
        "true"
    } else {
        "false"
    };
    let wants = if saml.wants_signed_assertions() {
        "true"
    } else {
        "false"
    };
    let mut writer = XmlWriter::new();
    writer.write_declaration();
    writer.start_element(
        "EntityDescriptor",
        &[("xmlns", METADATA), ("entityID", saml.entity_id(setting))],
    );
    writer.start_element(
        "SPSSODescriptor",
        &[
            ("AuthnRequestsSigned", signs),
            ("WantAssertionsSigned", wants),
            (
                "protocolSupportEnumeration",
                "urn:oasis:names:tc:SAML:2.0:protocol",
            ),
        ],
    );
    if let Some(format) = &saml.config.identifier_format {
        writer.start_element("NameIDFormat", &[]);
        writer.text(format);
        writer.end_element("NameIDFormat");
    }
    writer.empty_element(
        "AssertionConsumerService",
        &[
            ("Binding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"),
            ("Location", setting.acs_url),
            ("index", "0"),
            ("isDefault", "true"),
        ],
    );
    writer.end_element("SPSSODescriptor");
    writer.end_element("EntityDescriptor");
    writer.into_string()
}
