//! Files of certificates that variables name: whether they are there, are certificates, and are still valid.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use domain::clock::{Clock as _, SystemClock};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::Finding;
use crate::config::Environment;

const NAME: &str = "certificates";
const WHY: &str = "connections that should be trusted through it fail";
/// Of Vault, of the database, of everything else.
const VARIABLES: [&str; 3] = [
    "ARCHESTRA_HASHICORP_VAULT_CACERT",
    "PGSSLROOTCERT",
    "SSL_CERT_FILE",
];

pub(super) fn check(environment: &Environment) -> Vec<Finding> {
    let mut findings: Vec<Finding> = VARIABLES
        .into_iter()
        .filter_map(|variable| Some((variable, PathBuf::from(environment.get(variable)?))))
        .map(|(variable, file)| look_at(variable, &file, SystemClock.now()))
        .collect();
    findings.extend(environment.get("SSL_CERT_DIR").and_then(directories));
    if findings.is_empty() {
        findings.push(Finding::ok(NAME, "those of the system"));
    }
    findings
}

fn look_at(variable: &'static str, file: &Path, now: DateTime<Utc>) -> Finding {
    let shown = file.display();
    let fault = |found: String, fix: String| Finding::fault(NAME, found, WHY, fix);
    let pem = match std::fs::read(file) {
        Ok(pem) => pem,
        Err(error) => {
            return fault(
                format!("{variable}: {shown} can't be read: {error}"),
                format!("Correct {variable}, or unset it for the certificates of the system."),
            );
        }
    };
    let ends: Vec<Option<DateTime<Utc>>> = CertificateDer::pem_slice_iter(&pem)
        .map(|found| valid_until(&found.ok()?))
        .collect();
    if ends.is_empty() || ends.iter().all(Option::is_none) {
        return fault(
            format!("{variable}: there is no certificate in {shown}"),
            format!(
                "Convert it to PEM (`openssl x509 -inform der -in {shown} -out ca.pem`), and name that file in {variable}."
            ),
        );
    }
    let expired: Vec<&DateTime<Utc>> = ends.iter().flatten().filter(|end| **end < now).collect();
    let Some(first) = expired.first() else {
        return Finding::ok(NAME, format!("{variable}: {} in {shown}", ends.len()));
    };
    let found = format!(
        "{variable}: {} of {} certificates in {shown} have expired, the first on {}",
        expired.len(),
        ends.len(),
        first.format("%Y-%m-%d")
    );
    let fix = format!(
        "Put the authority's present certificate into {shown} (`openssl x509 -noout -dates -in {shown}` shows how long one holds)."
    );
    if expired.len() == ends.len() {
        fault(found, fix)
    } else {
        Finding::warning(NAME, found, WHY, fix)
    }
}

fn valid_until(certificate: &CertificateDer<'_>) -> Option<DateTime<Utc>> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let end = certificate
        .tbs_certificate
        .validity
        .not_after
        .to_unix_duration();
    DateTime::from_timestamp(i64::try_from(end.as_secs()).ok()?, 0)
}

fn directories(list: &str) -> Option<Finding> {
    let missing =
        std::env::split_paths(list).find(|directory| std::fs::read_dir(directory).is_err())?;
    Some(Finding::fault(
        NAME,
        format!("SSL_CERT_DIR: {} can't be read", missing.display()),
        WHY,
        "Correct SSL_CERT_DIR, or unset it for the certificates of the system.",
    ))
}
