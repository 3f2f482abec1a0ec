//! Where servers can run, whether they can do so now, and what each place is able to.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State as Extract;
use db::mcp_servers::ServerFilter;
use futures_util::future::join_all;
use runtimes::runtime::Capabilities;
use runtimes::status::{Health as State_, Hold};
use secrets::Mode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{ApiError, State};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Runtime {
    /// `docker`, `kubernetes` or `process`
    id: String,
    name: String,
    health: Health,
    /// `images`, `commands`, `stdio`, `http`, `secretFiles`, `pullSecrets`, `serviceAccounts`, `limits`, `outlivesProgram`
    capabilities: Vec<&'static str>,
    server_count: usize,
}

#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "camelCase")]
#[schema(as = RuntimeHealth)]
pub(crate) enum Health {
    Available {
        version: String,
        detail: String,
        /// What stands between a server and the machine: `container`, `pod`, `sandbox` or `none`.
        isolation: &'static str,
        /// For a server that runs in a container itself, how it holds the engine of that container: `socket` (mounted)
        /// or `network` (such as a proxy before the socket). Who takes such a server over has the machine.
        hold: Option<&'static str>,
    },
    Unavailable {
        cause: String,
        fix: Fix,
    },
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Fix {
    text: String,
    /// To be run in a terminal; the text has it, too.
    command: Option<String>,
    url: Option<String>,
}

impl From<State_> for Health {
    fn from(health: State_) -> Self {
        match health {
            State_::Available {
                version,
                detail,
                isolation,
                hold,
            } => Self::Available {
                version,
                detail,
                isolation: isolation.as_str(),
                hold: hold.map(Hold::as_str),
            },
            State_::Unavailable { cause, fix } => Self::Unavailable {
                cause,
                fix: Fix::read(fix),
            },
        }
    }
}

impl Fix {
    /// Commands stand between backticks, addresses as they are.
    fn read(text: String) -> Self {
        let command = text.split('`').nth(1).map(str::to_owned);
        let url = text
            .split_whitespace()
            .find(|word| word.starts_with("https://"));
        let url = url.map(|url| url.trim_end_matches(['.', ',', ')']).to_owned());
        Self { text, command, url }
    }
}

fn capabilities(of: Capabilities) -> Vec<&'static str> {
    let all = [
        ("images", of.images),
        ("commands", of.commands),
        ("stdio", of.stdio),
        ("http", of.http),
        ("secretFiles", of.secret_files),
        ("pullSecrets", of.pull_secrets),
        ("serviceAccounts", of.service_accounts),
        ("limits", of.limits),
        ("outlivesProgram", of.outlives_program),
    ];
    all.into_iter()
        .filter(|(_, can)| *can)
        .map(|(name, _)| name)
        .collect()
}

/// List the runtimes in the order in which they are chosen, asked just now.
#[utoipa::path(get, path = "/api/runtimes", tag = "runtimes", responses((status = 200, body = Vec<Runtime>)))]
pub(crate) async fn list(Extract(platform): State) -> Result<Json<Vec<Runtime>>, ApiError> {
    let servers = db::mcp_servers::list(&platform.db, &ServerFilter::default()).await?;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for runtime in servers.into_iter().filter_map(|server| server.runtime) {
        *counts.entry(runtime).or_default() += 1;
    }
    let all = platform.runtimes.all().iter();
    let asked = all.map(async |runtime| Runtime {
        health: runtime.health().await.into(),
        id: runtime.id().to_owned(),
        name: runtime.capabilities().title.to_owned(),
        capabilities: capabilities(runtime.capabilities()),
        server_count: counts.get(runtime.id()).copied().unwrap_or(0),
    });
    Ok(Json(join_all(asked).await))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Features {
    #[serde(rename = "orchestrator-k8s-runtime")]
    orchestrator_k8s_runtime: bool,
    #[serde(rename = "byosEnabled")]
    byos_enabled: bool,
    #[serde(rename = "byosVaultKvVersion")]
    byos_vault_kv_version: Option<String>,
    #[serde(rename = "geminiVertexAiEnabled")]
    gemini_vertex_ai_enabled: bool,
}

/// What older clients ask before they show a feature.
#[utoipa::path(get, path = "/api/features", tag = "runtimes", responses((status = 200, body = Features)))]
pub(crate) async fn features(Extract(platform): State) -> Json<Features> {
    let clusters = platform.runtimes.clusters();
    let only_reads = platform.secrets.mode() == Mode::ReadonlyVault;
    let references = platform.secrets.vault().filter(|_| only_reads);
    Json(Features {
        orchestrator_k8s_runtime: !clusters.is_empty()
            || platform.runtimes.get("kubernetes").is_some(),
        byos_enabled: references.is_some(),
        byos_vault_kv_version: references.map(|vault| vault.describe().kv_version.to_owned()),
        gemini_vertex_ai_enabled: platform.upstreams.vertex.is_some(),
    })
}
