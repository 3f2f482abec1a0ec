//! Who may look into what is kept of the whole: the audit log, the configuration, backups.

use domain::access::Action::{Read, Update};
use domain::access::Permission::Role;
use domain::access::Resource::{AuditLog, Organization};

use super::Row;

pub(super) const BOOKS: &[Row] = &[
    ("GET", "/api/audit-log", Role(AuditLog, Read)),
    ("GET", "/api/audit-log/facets", Role(AuditLog, Read)),
    ("GET", "/api/audit-log/export", Role(AuditLog, Read)),
    ("GET", "/api/audit-log/verify", Role(AuditLog, Read)),
    (
        "GET",
        "/api/configuration/export",
        Role(Organization, Update),
    ),
    ("GET", "/api/backups", Role(Organization, Update)),
    ("POST", "/api/backups", Role(Organization, Update)),
    ("GET", "/api/backups/{name}", Role(Organization, Update)),
    ("DELETE", "/api/backups/{name}", Role(Organization, Update)),
    (
        "POST",
        "/api/backups/{name}/preview",
        Role(Organization, Update),
    ),
    (
        "POST",
        "/api/backups/{name}/restore",
        Role(Organization, Update),
    ),
    (
        "POST",
        "/api/configuration/apply",
        Role(Organization, Update),
    ),
];
