//! Who may call what of people, their roles, and the keys of programs.

use domain::access::Action::{Cancel, Create, Delete, Read, Update};
use domain::access::Permission::{Own, Public, Role, SignedIn};
use domain::access::Resource::{Invitation, Member, Organization, Team};

use super::Row;

pub(super) const PEOPLE: &[Row] = &[
    ("POST", "/api/auth/sign-up/email", Public),
    ("GET", "/api/invitation/{token}/check", Public),
    ("GET", "/api/invitations", Role(Invitation, Create)),
    ("POST", "/api/invitations", Role(Invitation, Create)),
    (
        "POST",
        "/api/invitations/{id}/renew",
        Role(Invitation, Create),
    ),
    ("DELETE", "/api/invitations/{id}", Role(Invitation, Cancel)),
    ("GET", "/api/organization/members", Role(Organization, Read)),
    (
        "GET",
        "/api/organization/members/{id}",
        Role(Organization, Read),
    ),
    (
        "PATCH",
        "/api/organization/members/{id}",
        Role(Member, Update),
    ),
    (
        "DELETE",
        "/api/organization/members/{id}",
        Role(Member, Delete),
    ),
    ("GET", "/api/roles", Role(Organization, Read)),
    ("POST", "/api/roles", Role(Organization, Update)),
    ("GET", "/api/roles/permissions", Role(Organization, Read)),
    ("GET", "/api/roles/{id}", Role(Organization, Read)),
    ("PUT", "/api/roles/{id}", Role(Organization, Update)),
    ("DELETE", "/api/roles/{id}", Role(Organization, Update)),
    ("GET", "/api/user/access", SignedIn),
    (
        "PUT",
        "/api/teams/{id}/members/{userId}",
        Role(Team, Update),
    ),
    ("GET", "/api/api-keys", Own),
    ("POST", "/api/api-keys", Own),
    ("GET", "/api/api-keys/{id}", Own),
    ("DELETE", "/api/api-keys/{id}", Own),
    ("GET", "/api/service-accounts", Role(Organization, Read)),
    ("POST", "/api/service-accounts", Role(Member, Create)),
    ("PATCH", "/api/service-accounts/{id}", Role(Member, Update)),
    ("DELETE", "/api/service-accounts/{id}", Role(Member, Delete)),
    (
        "POST",
        "/api/service-accounts/{id}/api-keys",
        Role(Member, Update),
    ),
    (
        "DELETE",
        "/api/service-accounts/{id}/api-keys/{keyId}",
        Role(Member, Update),
    ),
];
