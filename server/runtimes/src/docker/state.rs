//! From what the engine says of a container to a status.

#[cfg(test)]
mod tests;

use bollard::models::{ContainerInspectResponse, ContainerState, ContainerStateStatusEnum};
use chrono::{DateTime, Utc};

use super::ending::{self, Ending};
use crate::status::{State, Status};

/// Exit code of a process that a friendly signal has ended: what `docker stop` leaves behind.
const TERMINATED: i64 = 143;

pub(super) fn status(container: &ContainerInspectResponse, restarts: u32, stopped: bool) -> Status {
    let fallback = ContainerState::default();
    let state = container.state.as_ref().unwrap_or(&fallback);
    let mut status = Status {
        restarts,
        started_at: started_at(state),
        ..Status::default()
    };
    match state.status.unwrap_or(ContainerStateStatusEnum::EMPTY) {
        ContainerStateStatusEnum::RUNNING => status.state = State::Running,
        ContainerStateStatusEnum::CREATED => {
            status.state = State::Pending;
            let error = state.error.as_deref().filter(|error| !error.is_empty());
            if let Some(error) = error {
                status.state = State::Failed;
                status.detail = Some(format!("The engine could not start it: {error}."));
            }
        }
        ContainerStateStatusEnum::RESTARTING => status.state = State::Pending,
        ContainerStateStatusEnum::PAUSED => {
            status.state = State::Pending;
            status.detail = Some("It was paused in the engine. Start it to go on.".to_owned());
        }
        ContainerStateStatusEnum::REMOVING => {
            status.state = State::Succeeded;
            status.detail = Some("It is being removed.".to_owned());
        }
        ContainerStateStatusEnum::EXITED
        | ContainerStateStatusEnum::DEAD
        | ContainerStateStatusEnum::STOPPING
        | ContainerStateStatusEnum::EMPTY => ended(&mut status, container, state, stopped),
    }
    status
}

pub(super) fn is_running(container: &ContainerInspectResponse) -> bool {
    let state = container.state.as_ref();
    state.and_then(|state| state.status) == Some(ContainerStateStatusEnum::RUNNING)
}

fn started_at(state: &ContainerState) -> Option<DateTime<Utc>> {
    time(state.started_at.as_deref()?)
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    // The engine writes year 1 for "never".
    (time.timestamp() > 0).then_some(time)
}

/// From when on lines are the last run's; none where all of them are.
///
/// A program may speak before the engine notes that it has started, and the engine may read last words after it has noted
/// the end, so between two runs the middle counts.
pub(super) fn run_began(state: &ContainerState, restarts: u32) -> Option<DateTime<Utc>> {
    let started = started_at(state)?;
    let finished = state.finished_at.as_deref().and_then(time)?;
    if finished < started {
        return Some(finished + (started - finished) / 2);
    }
    (restarts > 0).then_some(started)
}

fn ended(
    status: &mut Status,
    container: &ContainerInspectResponse,
    state: &ContainerState,
    stopped: bool,
) {
    let exit_code = state.exit_code.unwrap_or_default();
    let out_of_memory = state.oom_killed.unwrap_or(false);
    status.exit_code = Some(exit_code);
    if stopped {
        status.state = State::Succeeded;
        status.detail = Some("It was stopped.".to_owned());
        return;
    }
    let wanted = exit_code == 0 || exit_code == TERMINATED && !out_of_memory;
    status.state = if wanted {
        State::Succeeded
    } else {
        State::Failed
    };
    let host = container.host_config.as_ref();
    status.detail = Some(ending::sentence(Ending {
        exit_code,
        out_of_memory,
        memory_limit: host.and_then(|host| host.memory),
        engine_error: state.error.as_deref().unwrap_or_default(),
        command: container.path.as_deref().unwrap_or("it starts with"),
    }));
}
