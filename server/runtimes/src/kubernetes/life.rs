//! Starting, stopping and removing a server, each until it is really so.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use kube::ResourceExt;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::PLAIN_USER;
use super::cluster::Opened;
use super::manifests::Plan;
use super::names::{self, Names};
use super::observed::{Observed, template};
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::progress::ProgressSink;
use crate::spec::ServerSpec;
use crate::status::{State, Status};

/// Pulling a large image over a slow line takes minutes.
const RUNS_WITHIN: Duration = Duration::from_mins(5);
/// The grace period of a server and some of the kubelet's own time; a node that is away takes longer, and is not
/// waited for.
const GONE_WITHIN: Duration = Duration::from_mins(1);
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LAST_LOOK: Duration = Duration::from_secs(1);

/// What is needed to start servers in one cluster.
pub(super) struct Starter<'a> {
    pub(super) opened: &'a Opened,
    pub(super) settings: &'a Settings,
    pub(super) is_inside: bool,
}

impl Starter<'_> {
    pub(super) async fn start(&self, spec: &ServerSpec, progress: &ProgressSink) -> Result<()> {
        spec.check()?;
        progress.step("Creating the server in the cluster");
        let present = self.present(spec.id).await?;
        let names = self.names(spec, present.as_ref()).await?;
        let run_as = present
            .as_ref()
            .and_then(|present| run_as(present, spec, self.settings));
        let fingerprint = spec.fingerprint();
        let plan = Plan {
            spec,
            fingerprint: &fingerprint,
            settings: self.settings,
            names: &names,
            namespace: &self.opened.namespace,
            run_as,
            is_inside: self.is_inside,
        };
        let had_failed = self.opened.observe(spec.id).await?.status().state == State::Failed;
        let applied = self.opened.apply(&plan, present.as_ref()).await?;
        if had_failed && present.as_ref().and_then(template) == template(&applied) {
            self.opened.delete_pods(spec.id).await?;
        }
        if !self.until_it_runs(spec.id, plan.run_as, progress).await? {
            let plan = Plan {
                run_as: Some(PLAIN_USER),
                ..plan
            };
            progress.step("Its image runs as root; trying it as an ordinary user");
            self.opened.apply(&plan, Some(&applied)).await?;
            self.until_it_runs(spec.id, plan.run_as, progress).await?;
        }
        Ok(())
    }

    /// Waits for one that is being deleted: its name is free only then.
    async fn present(&self, id: Uuid) -> Result<Option<Deployment>> {
        let present = self.opened.deployment(id).await?;
        let stays = |present: &Deployment| present.metadata.deletion_timestamp.is_none();
        if present.as_ref().is_none_or(stays) {
            return Ok(present);
        }
        until_gone(self.opened, id).await?;
        Ok(None)
    }

    /// A server that is there keeps its name, whatever it is called now; two that are called alike get two names.
    async fn names(&self, spec: &ServerSpec, present: Option<&Deployment>) -> Result<Names> {
        if let Some(present) = present {
            return Ok(Names::new(present.name_any(), spec.id));
        }
        let wanted = names::deployment(spec);
        let is_taken = self.opened.deployment_named(&wanted).await?.is_some();
        let name = if is_taken {
            names::deployment_apart(spec)
        } else {
            wanted
        };
        Ok(Names::new(name, spec.id))
    }

    /// `false` where the image wants to be root and may be tried as somebody else.
    async fn until_it_runs(
        &self,
        id: Uuid,
        run_as: Option<i64>,
        progress: &ProgressSink,
    ) -> Result<bool> {
        let mut looks = Looks::within(RUNS_WITHIN);
        let mut shown = None;
        loop {
            let observed = self.opened.observe(id).await?;
            if run_as.is_none() && observed.wants_root() {
                return Ok(false);
            }
            self.opened.hurry(&observed.pods).await?;
            let status = observed.status();
            match status.state {
                State::Running => return Ok(true),
                State::Failed => return Err(failed(status)),
                State::NotCreated | State::Succeeded => return Err(Error::NotFound { id }),
                State::Pending => {}
            }
            if status.detail != shown {
                progress.step(status.detail.clone().unwrap_or_default());
                shown.clone_from(&status.detail);
            }
            if !looks.again().await {
                let detail = shown.unwrap_or_default();
                return Err(Error::NotRunning { id, detail });
            }
        }
    }
}

pub(super) async fn stop(opened: &Opened, id: Uuid) -> Result<()> {
    let Some(deployment) = opened.deployment(id).await? else {
        return Ok(());
    };
    opened.scale_to_nothing(&deployment).await?;
    let mut looks = Looks::within(GONE_WITHIN);
    while !opened.has_no_pods(id).await? && looks.again().await {}
    Ok(())
}

pub(super) async fn remove(opened: &Opened, id: Uuid) -> Result<()> {
    // First without its pods: nothing then depends on the Deployment any more.
    stop(opened, id).await?;
    opened.delete(id).await?;
    until_gone(opened, id).await
}

async fn until_gone(opened: &Opened, id: Uuid) -> Result<()> {
    let mut looks = Looks::within(GONE_WITHIN);
    while !opened.is_gone(id).await? {
        if !looks.again().await {
            return Err(Error::Refused {
                action: "remove the server".to_owned(),
                cause: format!(
                    "its pod has not ended within {} s; its node may be away. It goes when the node is back",
                    GONE_WITHIN.as_secs()
                ),
            });
        }
    }
    Ok(())
}

/// The user that the same image was given before, so that it need not fail again first.
fn run_as(present: &Deployment, spec: &ServerSpec, settings: &Settings) -> Option<i64> {
    let template = &present.spec.as_ref()?.template;
    let image = template.spec.as_ref()?.containers.first()?.image.as_ref()?;
    if image != spec.image.as_ref().unwrap_or(&settings.base_image) {
        return None;
    }
    names::annotation(present, names::RUN_AS)?.parse().ok()
}

fn failed(status: Status) -> Error {
    Error::Ended {
        detail: status.detail.unwrap_or_default(),
        exit_code: status.exit_code,
    }
}

/// Looking again and again, soon at first.
struct Looks {
    until: Instant,
    pause: Duration,
}

impl Looks {
    fn within(patience: Duration) -> Self {
        Self {
            until: Instant::now() + patience,
            pause: FIRST_LOOK,
        }
    }

    async fn again(&mut self) -> bool {
        if Instant::now() >= self.until {
            return false;
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LAST_LOOK);
        true
    }
}

/// Used by whoever needs the pod that runs now.
pub(super) fn running_pod(observed: &Observed, id: Uuid) -> Result<String> {
    let status = observed.status();
    match (status.state, observed.current_pod()) {
        (State::Running, Some(pod)) => Ok(pod.name_any()),
        (State::NotCreated, _) => Err(Error::NotFound { id }),
        _ => Err(Error::NotRunning {
            id,
            detail: status.detail.unwrap_or_default(),
        }),
    }
}
