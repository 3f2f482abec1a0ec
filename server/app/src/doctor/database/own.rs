//! The PostgreSQL that this program runs itself: whether it could, and, while a server runs here, how it is.

use std::path::Path;
use std::sync::Arc;

use postgres::error::Error;
use postgres::installation::Installation;

use super::super::{Finding, Patient, exposure, glibc};
use super::{NAME, Server, WHY};
use crate::data_dir;
use crate::database::local;

pub(super) async fn check(patient: Arc<Patient>) -> Vec<Finding> {
    let Some(directory) = patient.directory.clone() else {
        return Vec::new();
    };
    let explicit = patient.config.postgres_dir.clone();
    let place = match data_dir::postgres(&patient.config, &directory) {
        Ok(place) => place,
        Err(error) => return vec![Finding::fault(NAME, error.to_string(), WHY, "")],
    };
    let examining = place.clone();
    let examined = tokio::task::spawn_blocking(move || {
        let installation = Installation::find(explicit.as_deref())?;
        postgres::server::examine(&examining, &installation)?;
        Ok(installation)
    });
    let installation = match examined.await {
        Ok(Ok(installation)) => installation,
        Ok(Err(error)) => return vec![unusable(&error, &directory)],
        Err(_) => return Vec::new(),
    };
    if let Ok(Some(connection)) = postgres::server::running_in(&place)
        && patient.holder.is_some()
    {
        let server = Server {
            variable: "ARCHESTRA_DATA_DIR",
            host: "/".to_owned(),
            port: connection.port,
            user: connection.user.clone(),
            database: connection.database.clone(),
        };
        return server.look_at(&patient, &local(&connection)).await;
    }
    let mut findings = vec![Finding::ok(
        NAME,
        format!("our own PostgreSQL {}", installation.version()),
    )];
    let is_first = !place.join("data/PG_VERSION").exists();
    let published = is_first.then(|| exposure::will_be_published(&patient.config));
    findings.extend(exposure::administrator(&patient.config, published));
    findings
}

fn unusable(error: &Error, directory: &Path) -> Finding {
    let fault = |found: String, fix: String| Finding::fault(NAME, found, WHY, fix);
    match error {
        Error::InstallationNotFound { .. } => fault(
            "no PostgreSQL is installed for the program to run".to_owned(),
            "Install one (`sudo apt-get install postgresql`), name its directory in ARCHESTRA_POSTGRES_DIR, or set \
             ARCHESTRA_DATABASE_URL."
                .to_owned(),
        ),
        Error::InstallationUnusable { path, cause } => match glibc::wanted(cause) {
            Some(wanted) => Finding::fault(
                "C library",
                format!(
                    "PostgreSQL in {} needs glibc {}, and this system has {}",
                    path.display(),
                    glibc::shown(wanted),
                    glibc::here().map_or_else(|| "an older one".to_owned(), glibc::shown)
                ),
                WHY,
                "Upgrade the system, or take PostgreSQL from its own packages and name it: \
                 ARCHESTRA_POSTGRES_DIR=/usr/lib/postgresql/<version>.",
            ),
            None => fault(
                format!("PostgreSQL in {} can't be used: {cause}", path.display()),
                "Name another one in ARCHESTRA_POSTGRES_DIR, for example /usr/lib/postgresql/17, or set ARCHESTRA_DATABASE_URL."
                    .to_owned(),
            ),
        },
        Error::DifferentMajor { path, found, ours } => fault(
            format!("{} was made by PostgreSQL {found}, and this is PostgreSQL {ours}", path.display()),
            format!("Install that version, and set ARCHESTRA_POSTGRES_DIR=/usr/lib/postgresql/{found}."),
        ),
        Error::Unreachable { closed_at, account, .. } => fault(
            format!("the user {account}, as whom PostgreSQL runs, may not enter {}", closed_at.display()),
            format!("Run `chmod o+x {}`, or set ARCHESTRA_DATA_DIR=/var/lib/archestra.", closed_at.display()),
        ),
        Error::ForeignDataDir { path, owner } => fault(
            format!("{} belongs to user id {owner}", path.display()),
            format!("Start the program as that user, or run `sudo chown -R \"$(id -un)\" {}`.", directory.display()),
        ),
        Error::NoAccount { .. } => {
            fault(error.to_string(), "Run `sudo useradd --system archestra`.".to_owned())
        }
        other => fault(other.to_string(), "Look into postgres/server.log of the data directory.".to_owned()),
    }
}
