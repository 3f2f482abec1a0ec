//! XML as far as SAML needs it, and no further: without document types, entities, comments and processing instructions, whose
//! only use in a response is to have two readers read two things.

use bergshamra_xml::uppsala::{Document, NodeId, NodeKind, Parser};

use crate::{Error, Result};

pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(super) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

pub(super) fn parse(xml: &str) -> Result<Document<'_>> {
    let parser = Parser::new()
        .with_forbid_dtd(true)
        .with_forbid_entities(true)
        .with_max_depth(64);
    parser
        .parse(xml)
        .map_err(|_| Error::untrusted("it is not well-formed XML, or it declares a document type"))
}

/// Text that a comment cuts in two is one text to the signature and another to a careless reader.
pub(super) fn refuse_comments(document: &Document<'_>) -> Result<()> {
    let hidden = |id: &NodeId| {
        matches!(
            document.node_kind(*id),
            Some(NodeKind::Comment(_) | NodeKind::ProcessingInstruction(_))
        )
    };
    if document.descendants(document.root()).iter().any(hidden) {
        return Err(Error::untrusted(
            "it has comments or processing instructions inside, which nothing honest needs",
        ));
    }
    Ok(())
}

pub(super) fn is(document: &Document<'_>, id: NodeId, namespace: &str, name: &str) -> bool {
    document
        .element(id)
        .is_some_and(|element| element.name.matches(Some(namespace), name))
}

pub(super) fn all(document: &Document<'_>, namespace: &str, name: &str) -> Vec<NodeId> {
    document.get_elements_by_tag_name_ns(namespace, name)
}

pub(super) fn children(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    name: &str,
) -> Vec<NodeId> {
    document.child_elements_by_name_ns(parent, namespace, name)
}

/// The only child of its name; an error if there are several.
pub(super) fn child(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    name: &str,
) -> Result<Option<NodeId>> {
    match children(document, parent, namespace, name).as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(Error::untrusted(format!(
            "it has several {name} where one belongs"
        ))),
    }
}

pub(super) fn needed(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    name: &str,
) -> Result<NodeId> {
    let found = child(document, parent, namespace, name)?;
    found.ok_or_else(|| Error::untrusted(format!("it has no {name}")))
}

/// An attribute without a namespace.
pub(super) fn attribute<'a>(document: &'a Document<'_>, id: NodeId, name: &str) -> Option<&'a str> {
    let attributes = &document.element(id)?.attributes;
    let found = attributes
        .iter()
        .find(|attribute| attribute.name.matches(None, name))?;
    Some(&found.value)
}

pub(super) fn text(document: &Document<'_>, id: NodeId) -> String {
    document.text_content_deep(id).trim().to_owned()
}
