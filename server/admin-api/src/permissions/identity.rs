//! Who may call what of identity providers, of sign-ins by them, and of one's own second factor.

use domain::access::Action::{Create, Delete, Read, Update};
use domain::access::Permission::{Own, Public, Role};
use domain::access::Resource::IdentityProvider;

/// A name that paths had before, and the one they have in the table.
pub(crate) const EARLIER_NAME: (&str, &str) = ("/api/sso-providers", "/api/identity-providers");

use super::Row;

pub(super) const IDENTITY: &[Row] = &[
    (
        "GET",
        "/api/identity-providers",
        Role(IdentityProvider, Read),
    ),
    (
        "POST",
        "/api/identity-providers",
        Role(IdentityProvider, Create),
    ),
    ("GET", "/api/identity-providers/public", Public),
    (
        "GET",
        "/api/identity-providers/presets",
        Role(IdentityProvider, Read),
    ),
    ("GET", "/api/identity-providers/idp-logout-url", Own),
    (
        "GET",
        "/api/identity-providers/{id}",
        Role(IdentityProvider, Read),
    ),
    (
        "PUT",
        "/api/identity-providers/{id}",
        Role(IdentityProvider, Update),
    ),
    (
        "DELETE",
        "/api/identity-providers/{id}",
        Role(IdentityProvider, Delete),
    ),
    (
        "POST",
        "/api/identity-providers/{id}/test",
        Role(IdentityProvider, Update),
    ),
    (
        "GET",
        "/api/identity-providers/{id}/tests/{testId}",
        Role(IdentityProvider, Update),
    ),
    ("POST", "/api/auth/sign-in/sso", Public),
    ("GET", "/api/auth/sso/callback/{providerId}", Public),
    ("POST", "/api/auth/sso/saml2/sp/acs/{providerId}", Public),
    ("GET", "/api/auth/sso/saml2/sp/finish/{providerId}", Public),
    (
        "GET",
        "/api/auth/sso/saml2/sp/metadata/{providerId}",
        Public,
    ),
    ("GET", "/api/auth/two-factor/status", Own),
    ("POST", "/api/auth/two-factor/enable", Own),
    ("POST", "/api/auth/two-factor/disable", Own),
    ("POST", "/api/auth/two-factor/generate-backup-codes", Own),
    // With a session, or with what a right password gave.
    ("POST", "/api/auth/two-factor/verify-totp", Public),
    ("POST", "/api/auth/two-factor/verify-backup-code", Public),
];
