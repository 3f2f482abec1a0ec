//! The pod of a server: one container with nothing it does not need.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EmptyDirVolumeSource, EnvVar, EnvVarSource,
    LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, Probe,
    ResourceRequirements, SeccompProfile, SecretKeySelector, SecretVolumeSource, SecurityContext,
    TCPSocketAction, Toleration, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use sha2::{Digest, Sha256};

use super::Plan;
use crate::kubernetes::names;
use crate::kubernetes::settings;
use crate::spec::{SECRETS_DIRECTORY, Transport};

const GRACE_SECONDS: i64 = 5;
const SCRATCH: &str = "scratch";
const SECRETS: &str = "secrets";
/// Home of a server that runs as another user than its image foresaw.
const HOME: &str = "/tmp";

pub(super) fn template(plan: &Plan<'_>) -> PodTemplateSpec {
    let spec = pod(plan);
    let mut annotations =
        BTreeMap::from([(names::FINGERPRINT.to_owned(), plan.fingerprint.to_owned())]);
    // The fingerprint stands for the server's secrets, which the pod itself only refers to.
    let text = serde_json::to_string(&spec).unwrap_or_default() + plan.fingerprint;
    annotations.insert(names::TEMPLATE.to_owned(), hash(&text));
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(names::labels(plan.spec, &plan.settings.instance)),
            annotations: Some(annotations),
            ..ObjectMeta::default()
        }),
        spec: Some(spec),
    }
}

fn hash(text: &str) -> String {
    let mut hex = String::with_capacity(16);
    for byte in &Sha256::digest(text)[..8] {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

fn pod(plan: &Plan<'_>) -> PodSpec {
    let settings = plan.settings;
    PodSpec {
        containers: vec![container(plan)],
        volumes: some(volumes(plan)),
        restart_policy: Some("Always".to_owned()),
        termination_grace_period_seconds: Some(GRACE_SECONDS),
        service_account_name: plan.spec.service_account.clone(),
        // Whoever has not been given an account needs no token of the default one either.
        automount_service_account_token: Some(plan.spec.service_account.is_some()),
        // One variable for each Service of the namespace is nothing that a server needs to know.
        enable_service_links: Some(false),
        image_pull_secrets: some(pull_secrets(plan)),
        node_selector: (!settings.node_selector.is_empty()).then(|| settings.node_selector.clone()),
        tolerations: some(settings.tolerations.iter().map(toleration).collect()),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: plan.run_as,
            run_as_group: plan.run_as,
            // Secret files belong to this group, so that any user of the container can read them.
            fs_group: Some(plan.run_as.unwrap_or(crate::kubernetes::PLAIN_USER)),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                localhost_profile: None,
            }),
            ..PodSecurityContext::default()
        }),
        ..PodSpec::default()
    }
}

fn container(plan: &Plan<'_>) -> Container {
    let spec = plan.spec;
    let image = spec.image.as_ref().unwrap_or(&plan.settings.base_image);
    let is_stdio = spec.transport == Transport::Stdio;
    Container {
        name: names::CONTAINER.to_owned(),
        image: Some(image.clone()),
        // A bare name can only be an image that was built on the node itself.
        image_pull_policy: (!image.contains(['/', '.'])).then(|| "Never".to_owned()),
        command: spec.command.clone().map(|command| vec![command]),
        args: some(spec.args.clone()),
        env: some(environment(plan)),
        stdin: is_stdio.then_some(true),
        tty: is_stdio.then_some(false),
        ports: port(plan).map(|port| {
            vec![ContainerPort {
                name: Some(names::PORT.to_owned()),
                container_port: port,
                protocol: Some("TCP".to_owned()),
                ..ContainerPort::default()
            }]
        }),
        readiness_probe: port(plan).map(|_| listens()),
        resources: Some(resources(plan)),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                add: None,
            }),
            ..SecurityContext::default()
        }),
        volume_mounts: some(mounts(plan)),
        ..Container::default()
    }
}

fn port(plan: &Plan<'_>) -> Option<i32> {
    match plan.spec.transport {
        Transport::Stdio => None,
        Transport::Http { port, .. } => Some(i32::from(port)),
    }
}

/// An HTTP server runs when it takes connections; before that, calls would fail.
fn listens() -> Probe {
    Probe {
        tcp_socket: Some(TCPSocketAction {
            port: IntOrString::String(names::PORT.to_owned()),
            host: None,
        }),
        period_seconds: Some(2),
        ..Probe::default()
    }
}

fn environment(plan: &Plan<'_>) -> Vec<EnvVar> {
    let mut environment: Vec<EnvVar> = plan
        .spec
        .env
        .iter()
        .filter(|(key, _)| !plan.spec.secret_env.contains_key(*key))
        .map(|(key, value)| variable(key, &plain_value(value, plan.is_inside)))
        .collect();
    let secret = plan.spec.secret_env.keys();
    environment.extend(secret.map(|key| EnvVar {
        name: key.clone(),
        value: None,
        value_from: Some(EnvVarSource {
            secret_key_ref: Some(SecretKeySelector {
                name: plan.names.env.clone(),
                key: key.clone(),
                optional: None,
            }),
            ..EnvVarSource::default()
        }),
    }));
    if plan.run_as.is_some() && !environment.iter().any(|variable| variable.name == "HOME") {
        environment.push(variable("HOME", HOME));
    }
    environment
}

fn variable(name: &str, value: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        value_from: None,
    }
}

/// Quotes that somebody copied along from a shell are dropped. Where this program is outside of the cluster,
/// `localhost` is the machine it runs on, which a development cluster on it knows as `host.docker.internal`.
fn plain_value(value: &str, is_inside: bool) -> String {
    let quoted = |quote| {
        value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
    };
    let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
    if is_inside {
        return value.to_owned();
    }
    for scheme in ["http://", "https://"] {
        let host = value.strip_prefix(scheme).and_then(|rest| {
            ["localhost", "127.0.0.1"]
                .iter()
                .find_map(|host| rest.strip_prefix(host))
        });
        if let Some(rest) = host
            && (rest.is_empty() || rest.starts_with([':', '/', '?', '#']))
        {
            return format!("{scheme}host.docker.internal{rest}");
        }
    }
    value.to_owned()
}

fn resources(plan: &Plan<'_>) -> ResourceRequirements {
    let (wanted, requests, limits) = (
        plan.spec.resources,
        plan.settings.requests,
        plan.settings.limits,
    );
    let memory = limits.memory_bytes.unwrap_or(wanted.memory_bytes);
    let cpu = u64::from(limits.cpu_millis.unwrap_or(wanted.cpu_millis));
    let storage = limits.ephemeral_storage_bytes;
    // A promise above the limit is an error; 0 is no limit.
    let within = |request: u64, limit: u64| {
        if limit == 0 {
            request
        } else {
            request.min(limit)
        }
    };
    ResourceRequirements {
        requests: Some(quantities(
            within(requests.memory_bytes, memory),
            within(u64::from(requests.cpu_millis), cpu),
            within(requests.ephemeral_storage_bytes, storage),
        )),
        limits: Some(quantities(memory, cpu, storage)),
        claims: None,
    }
}

fn quantities(memory: u64, cpu_millis: u64, storage: u64) -> BTreeMap<String, Quantity> {
    let each = [
        ("memory", memory, bytes(memory)),
        ("cpu", cpu_millis, format!("{cpu_millis}m")),
        ("ephemeral-storage", storage, bytes(storage)),
    ];
    each.into_iter()
        .filter(|(_, amount, _)| *amount > 0)
        .map(|(name, _, text)| (name.to_owned(), Quantity(text)))
        .collect()
}

/// As people write it, where it comes out even.
fn bytes(bytes: u64) -> String {
    const MEBI: u64 = 1024 * 1024;
    const GIBI: u64 = 1024 * MEBI;
    if bytes.is_multiple_of(GIBI) {
        format!("{}Gi", bytes / GIBI)
    } else if bytes.is_multiple_of(MEBI) {
        format!("{}Mi", bytes / MEBI)
    } else {
        bytes.to_string()
    }
}

fn volumes(plan: &Plan<'_>) -> Vec<Volume> {
    let mut volumes = Vec::new();
    if plan.run_as.is_some() {
        volumes.push(Volume {
            name: SCRATCH.to_owned(),
            empty_dir: Some(EmptyDirVolumeSource::default()),
            ..Volume::default()
        });
    }
    if !plan.spec.secret_files.is_empty() {
        volumes.push(Volume {
            name: SECRETS.to_owned(),
            secret: Some(SecretVolumeSource {
                secret_name: Some(plan.names.files.clone()),
                // Read by owner and group.
                default_mode: Some(0o440),
                ..SecretVolumeSource::default()
            }),
            ..Volume::default()
        });
    }
    volumes
}

fn mounts(plan: &Plan<'_>) -> Vec<VolumeMount> {
    let mount = |name: &str, path: &str, read_only| VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        read_only,
        ..VolumeMount::default()
    };
    let mut mounts = Vec::new();
    if plan.run_as.is_some() {
        mounts.push(mount(SCRATCH, HOME, None));
    }
    if !plan.spec.secret_files.is_empty() {
        mounts.push(mount(SECRETS, SECRETS_DIRECTORY, Some(true)));
    }
    mounts
}

fn pull_secrets(plan: &Plan<'_>) -> Vec<LocalObjectReference> {
    let own = (!plan.spec.pull_secrets.is_empty()).then(|| plan.names.pull.clone());
    let names = plan.settings.pull_secrets.iter().cloned().chain(own);
    names.map(|name| LocalObjectReference { name }).collect()
}

fn toleration(toleration: &settings::Toleration) -> Toleration {
    Toleration {
        key: toleration.key.clone(),
        operator: toleration.operator.clone(),
        value: toleration.value.clone(),
        effect: toleration.effect.clone(),
        toleration_seconds: toleration.seconds,
    }
}

/// Server-side apply takes an empty list for a list that we own; none at all is what is meant.
fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
