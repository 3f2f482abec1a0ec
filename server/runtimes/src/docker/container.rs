//! From a spec to what the engine is asked to create. Pure: no engine is needed to see what a server would get.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, PortBinding, RestartPolicy,
    RestartPolicyNameEnum,
};
use secrecy::ExposeSecret;

use super::engine::Limits;
use super::names;
use crate::error::Result;
use crate::spec::{ServerSpec, Transport};

/// Enough for the lines before a crash; a server that writes without end fills no disk.
const LOG_FILE_SIZE: &str = "5m";
const LOG_FILES: &str = "2";
/// Docker counts processor time in billionths of a core.
const NANOS_PER_MILLI: i64 = 1_000_000;
const TEMPORARY_FILES: &str = "rw,nosuid,nodev,mode=1777,size=256m";
/// Seconds between the friendly and the final signal.
pub(super) const GRACE_SECONDS: i32 = 5;

/// What of the image and the engine decides about the container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) image: &'a str,
    pub(super) instance: &'a str,
    pub(super) limits: Limits,
}

/// The user is the image's own. An image that names none runs as root without a single capability and without a way to
/// gain one: many images keep their program where only root may read it, so another user would break them.
pub(super) fn body(spec: &ServerSpec, around: Surroundings<'_>) -> Result<ContainerCreateBody> {
    spec.check()?;
    let is_stdio = spec.transport == Transport::Stdio;
    let port = match spec.transport {
        Transport::Stdio => None,
        Transport::Http { port, .. } => Some(format!("{port}/tcp")),
    };
    let arguments = (!spec.args.is_empty()).then(|| spec.args.clone());
    Ok(ContainerCreateBody {
        image: Some(around.image.to_owned()),
        // As in Kubernetes: a command takes the place of the image's entry point, arguments alone go to it.
        entrypoint: spec.command.clone().map(|command| vec![command]),
        cmd: arguments,
        env: Some(environment(spec)),
        labels: Some(names::labels(spec, around.instance)),
        exposed_ports: port.clone().map(|port| vec![port]),
        attach_stdin: Some(false),
        attach_stdout: Some(false),
        attach_stderr: Some(false),
        open_stdin: Some(is_stdio),
        // Standard input stays open while nobody is attached, so that this program can be restarted.
        stdin_once: Some(false),
        tty: Some(false),
        stop_timeout: Some(i64::from(GRACE_SECONDS)),
        host_config: Some(host(spec, around.limits, port)),
        ..ContainerCreateBody::default()
    })
}

fn host(spec: &ServerSpec, limits: Limits, port: Option<String>) -> HostConfig {
    let wanted = spec.resources;
    let memory = i64::try_from(wanted.memory_bytes).unwrap_or(i64::MAX);
    let memory = limits.memory.then_some(memory);
    HostConfig {
        memory,
        // Equal to the memory: no swap, so that a greedy server ends instead of dragging the machine along.
        memory_swap: memory.filter(|_| limits.swap),
        nano_cpus: limits
            .processor
            .then(|| i64::from(wanted.cpu_millis) * NANOS_PER_MILLI),
        pids_limit: limits.pids.then(|| i64::from(wanted.pids)),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        privileged: Some(false),
        // A first process that passes signals on and buries the dead; npx and uvx do neither.
        init: Some(true),
        tmpfs: Some(HashMap::from([(
            "/tmp".to_owned(),
            TEMPORARY_FILES.to_owned(),
        )])),
        extra_hosts: Some(vec!["host.docker.internal:host-gateway".to_owned()]),
        log_config: Some(HostConfigLogConfig {
            typ: Some("json-file".to_owned()),
            config: Some(HashMap::from([
                ("max-size".to_owned(), LOG_FILE_SIZE.to_owned()),
                ("max-file".to_owned(), LOG_FILES.to_owned()),
            ])),
        }),
        port_bindings: port.map(|port| HashMap::from([(port, Some(vec![loopback()]))])),
        // Who restarts, and when, is decided in one place only, and that is not the engine.
        restart_policy: Some(RestartPolicy {
            name: Some(RestartPolicyNameEnum::NO),
            maximum_retry_count: None,
        }),
        ..HostConfig::default()
    }
}

/// A port of the engine's choice that only this machine can reach.
fn loopback() -> PortBinding {
    PortBinding {
        host_ip: Some("127.0.0.1".to_owned()),
        host_port: Some(String::new()),
    }
}

fn environment(spec: &ServerSpec) -> Vec<String> {
    let plain = spec.env.iter();
    let plain = plain.filter(|(key, _)| !spec.secret_env.contains_key(*key));
    let plain = plain.map(|(key, value)| format!("{key}={value}"));
    let secret = spec.secret_env.iter();
    let secret = secret.map(|(key, value)| format!("{key}={}", value.expose_secret()));
    plain.chain(secret).collect()
}

#[cfg(test)]
mod tests;
