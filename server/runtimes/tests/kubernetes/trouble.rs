//! Servers that do not start or do not stay, and clusters that are not there: each says why in a sentence.

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::api::PostParams;
use runtimes::error::Error;
use runtimes::kubernetes::Kubernetes;
use runtimes::kubernetes::kubeconfig::Allowances;
use runtimes::kubernetes::settings::{Settings, Source};
use runtimes::progress::ProgressSink;
use runtimes::runtime::Runtime;
use runtimes::spec::ServerSpec;
use runtimes::status::{Health, State};
use serde_json::json;
use testkit::wait;

use crate::site::{Site, Turn, everything, log, runtime, script, start, until_status};

async fn refusal(runtime: &Kubernetes, spec: &ServerSpec) -> String {
    let started = runtime.start(spec, &ProgressSink::silent()).await;
    started.expect_err("it cannot start").to_string()
}

#[tokio::test]
async fn a_server_that_keeps_ending_says_how_and_its_logs_why() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = script("console.error('boom'); process.exit(7)");
    // It may be seen running for a moment, or only when it has ended.
    let _ = runtime.start(&spec, &ProgressSink::silent()).await;
    let status = until_status(&runtime, spec.id, "a crash loop", |status| {
        status.state == State::Failed && status.restarts >= 2
    })
    .await;
    let detail = status.detail.expect("a sentence");
    assert!(detail.contains("exit code 7"), "{detail}");
    assert_eq!(status.exit_code, Some(7));
    // A node throws old logs away while it starts a container again, so the first look may come too early.
    wait::until("the log of the previous run", || async {
        let previous = log(&runtime, spec.id, true).await;
        previous.contains("boom").then_some(())
    })
    .await;

    // Another spec under the same id is not made to wait for the back-off.
    let mended = ServerSpec {
        args: script("process.stdin.resume()").args,
        ..spec.clone()
    };
    start(&runtime, &mended).await;
    assert_eq!(
        runtime.status(spec.id).await.expect("a status").state,
        State::Running
    );
    runtime.remove(spec.id).await.expect("it goes");
    assert_eq!(site.left_of(spec.id).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn an_image_that_is_not_there_says_so() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let built_nowhere = ServerSpec {
        image: Some("built-nowhere".to_owned()),
        ..everything()
    };
    let text = refusal(&runtime, &built_nowhere).await;
    assert!(
        text.contains("built-nowhere") && text.contains("not on the node"),
        "{text}"
    );
    let invalid = ServerSpec {
        image: Some("Not A Name/x".to_owned()),
        ..everything()
    };
    let text = refusal(&runtime, &invalid).await;
    assert!(text.contains("not a valid name"), "{text}");
    let unreachable = ServerSpec {
        image: Some("registry.invalid/x:1".to_owned()),
        ..everything()
    };
    let text = refusal(&runtime, &unreachable).await;
    assert!(text.contains("registry.invalid/x:1"), "{text}");
    for spec in [built_nowhere, invalid, unreachable] {
        runtime.remove(spec.id).await.expect("it goes");
    }
    site.close().await;
}

#[tokio::test]
async fn a_command_that_the_image_does_not_have_says_so() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = ServerSpec {
        command: Some("no-such-command".to_owned()),
        ..everything()
    };
    let text = refusal(&runtime, &spec).await;
    assert!(text.contains("command does not exist"), "{text}");
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn a_server_that_no_node_takes_says_so_while_it_waits() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime_with(Settings {
        node_selector: [("no-such-label".to_owned(), "x".to_owned())].into(),
        ..site.settings()
    });
    let spec = everything();
    let silent = ProgressSink::silent();
    let starting = runtime.start(&spec, &silent);
    let waiting = until_status(&runtime, spec.id, "no node", |status| {
        let detail = status.detail.as_deref().unwrap_or_default();
        status.state == State::Pending && detail.contains("No node of the cluster")
    });
    tokio::select! {
        started = starting => panic!("{started:?}"),
        status = waiting => assert!(status.detail.expect("a sentence").contains("node selector")),
    }
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn a_quota_and_a_missing_service_account_say_so() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = ServerSpec {
        service_account: Some("no-such-account".to_owned()),
        ..everything()
    };
    let text = refusal(&runtime, &spec).await;
    assert!(
        text.contains("service account") && text.contains("no-such-account"),
        "{text}"
    );
    runtime.remove(spec.id).await.expect("it goes");

    let quota =
        json!({"metadata": {"name": "small"}, "spec": {"hard": {"requests.memory": "1Mi"}}});
    let quota = serde_json::from_value(quota).expect("a quota");
    let quotas = site.api::<ResourceQuota>();
    quotas
        .create(&PostParams::default(), &quota)
        .await
        .expect("a new quota");
    let spec = everything();
    let text = refusal(&runtime, &spec).await;
    assert!(text.contains("quota"), "{text}");
    runtime.remove(spec.id).await.expect("it goes");
    assert_eq!(site.left_of(spec.id).await, Vec::<String>::new());
    site.close().await;
}

fn uploaded(server: &str) -> Kubernetes {
    let text = json!({
        "clusters": [{"name": "k", "cluster": {"server": server}}],
        "contexts": [{"name": "c", "context": {"cluster": "k"}}],
    });
    let source = Source::Uploaded {
        text: text.to_string().into(),
        context: None,
        allowances: Allowances::default(),
    };
    runtime(source, Settings::default())
}

async fn trouble(runtime: &Kubernetes) -> (String, String) {
    match runtime.health().await {
        Health::Unavailable { cause, fix } => (cause, fix),
        health @ Health::Available { .. } => panic!("{health:?}"),
    }
}

#[tokio::test]
async fn a_cluster_that_is_away_is_unavailable_with_a_cause_and_a_remedy() {
    let (cause, fix) = trouble(&uploaded("https://127.0.0.1:9")).await;
    assert!(cause.contains("Nothing listens"), "{cause}");
    assert!(fix.contains("address"), "{fix}");
    let (cause, _) = trouble(&uploaded("https://no-such-host.invalid")).await;
    assert!(cause.contains("host name is not known"), "{cause}");
    let error = uploaded("https://127.0.0.1:9")
        .list()
        .await
        .expect_err("no cluster");
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_used_is_unavailable_too() {
    let (cause, _) = trouble(&uploaded("http://10.0.0.1")).await;
    assert!(cause.contains("https://"), "{cause}");
    let source = Source::File {
        path: "/no/such/kubeconfig".into(),
        context: None,
    };
    let (cause, _) = trouble(&runtime(source, Settings::default())).await;
    assert!(cause.contains("/no/such/kubeconfig"), "{cause}");
}
