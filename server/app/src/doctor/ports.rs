//! Whether the ports can be listened on, and who has them otherwise. A server of ours that runs already is no fault.

use std::io::ErrorKind;
use std::sync::Arc;

use super::sockets::{Listener, listener};
use super::{Finding, Patient, http};
use crate::{StartError, listen};

const WHY: &str = "the program does not start without its ports";

struct Port {
    name: &'static str,
    number: u16,
    variable: &'static str,
}

pub(super) async fn check(patient: Arc<Patient>) -> Vec<Finding> {
    let config = &patient.config;
    let ports = [
        Port {
            name: "API port",
            number: config.api_port(),
            variable: "ARCHESTRA_API_BASE_URL",
        },
        Port {
            name: "UI port",
            number: config.frontend_port(),
            variable: "ARCHESTRA_FRONTEND_URL",
        },
        Port {
            name: "metrics port",
            number: config.metrics_port,
            variable: "ARCHESTRA_METRICS_PORT",
        },
    ];
    let mut findings: Vec<Finding> = Vec::new();
    for (place, port) in ports.iter().enumerate() {
        let other = ports
            .iter()
            .take(place)
            .find(|other| other.number == port.number && port.number != 0);
        findings.push(match other {
            Some(other) => port.shared_with(other),
            None => port.check(&patient).await,
        });
    }
    findings
}

impl Port {
    fn shared_with(&self, other: &Self) -> Finding {
        let found = format!("{} is to be the {} as well", self.number, other.name);
        Finding::fault(self.name, found, WHY, self.another())
    }

    async fn check(&self, patient: &Patient) -> Finding {
        let address = patient.config.bind;
        let error = match listen::bind(address, self.number, self.variable) {
            Ok(_) => return Finding::ok(self.name, format!("{} is free", self.number)),
            Err(StartError::Port { cause, .. }) => cause,
            Err(other) => return Finding::fault(self.name, other.to_string(), WHY, self.another()),
        };
        let found = format!("{} on {address} can't be listened on: {error}", self.number);
        match error.kind() {
            ErrorKind::AddrInUse => self.taken(patient).await,
            ErrorKind::AddrNotAvailable => Finding::fault(
                self.name,
                format!("{address} is no address of this machine"),
                WHY,
                "Set ARCHESTRA_BIND_ADDRESS=127.0.0.1 for this machine alone, or ARCHESTRA_BIND_ADDRESS=0.0.0.0 for others, too.",
            ),
            ErrorKind::PermissionDenied => Finding::fault(
                self.name,
                found,
                WHY,
                format!("{} Ports below 1024 are root's.", self.another()),
            ),
            _ => Finding::fault(self.name, found, WHY, self.another()),
        }
    }

    async fn taken(&self, patient: &Patient) -> Finding {
        let found = listener(self.number);
        if is_ours(patient, found.as_ref()).await {
            return Finding::ok(
                self.name,
                format!("{}: the server that runs here has it", self.number),
            );
        }
        let (by, stop) = match found {
            Some(Listener { process, program }) => (
                format!("{program} (process {process})"),
                format!("Stop it (`kill {process}`)"),
            ),
            None => (
                "a program of another user".to_owned(),
                format!(
                    "Stop it (`sudo ss -ltnp 'sport = :{}'` names it)",
                    self.number
                ),
            ),
        };
        let found = format!("{} is taken by {by}", self.number);
        Finding::fault(
            self.name,
            found,
            WHY,
            format!("{stop}, or choose another port. {}", self.another()),
        )
    }

    fn another(&self) -> String {
        let other = self.number.checked_add(1).unwrap_or(9000).max(1024);
        if self.variable == "ARCHESTRA_METRICS_PORT" {
            return format!("Set {}={other}.", self.variable);
        }
        format!("Set {}=http://localhost:{other}.", self.variable)
    }
}

/// The program that uses our data directory. Where Linux does not name the port's holder, its answer does.
async fn is_ours(patient: &Patient, listener: Option<&Listener>) -> bool {
    let Some(holder) = &patient.holder else {
        return false;
    };
    match (listener, holder.process) {
        (Some(listener), Some(process)) => listener.process == process,
        _ => http::local(&patient.config, "/health")
            .await
            .is_ok_and(|answer| answer.body.contains("\"Archestra\"")),
    }
}
