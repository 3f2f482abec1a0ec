//! HTTP servers: from outside through the API server, from inside through their Service.

use std::fs;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Secret, Service, ServiceAccount};
use kube::ResourceExt;
use runtimes::error::Error;
use runtimes::kubernetes::settings::{self, Source};
use runtimes::runtime::Runtime;
use runtimes::spec::{ServerSpec, Transport};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::conversation::tools_over_http;
use crate::rights::{bind_to, token_of};
use crate::site::{Site, Turn, everything, runtime, skip, start};

const BETWEEN_TRIES: Duration = Duration::from_millis(100);

pub(crate) fn everything_over_http() -> ServerSpec {
    ServerSpec {
        name: "Everything over HTTP".to_owned(),
        args: vec!["streamableHttp".to_owned()],
        env: [("PORT".to_owned(), "3001".to_owned())].into(),
        transport: Transport::Http {
            port: 3001,
            path: "/mcp".to_owned(),
        },
        ..everything()
    }
}

#[tokio::test]
async fn an_http_server_answers_through_a_forwarded_port() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = everything_over_http();
    start(&runtime, &spec).await;
    let endpoint = runtime.endpoint(spec.id).await.expect("an address");
    assert_eq!(endpoint.host_str(), Some("127.0.0.1"));
    assert!(tools_over_http(&endpoint).await.len() >= 10);
    assert_eq!(
        runtime.endpoint(spec.id).await.expect("an address"),
        endpoint
    );
    assert!(matches!(
        runtime.attach(spec.id).await,
        Err(Error::Unsupported { .. })
    ));

    // Another pod behind the same address.
    let changed = ServerSpec {
        env: [
            ("PORT".to_owned(), "3001".to_owned()),
            ("NEW".to_owned(), "1".to_owned()),
        ]
        .into(),
        ..spec.clone()
    };
    start(&runtime, &changed).await;
    assert!(tools_over_http(&endpoint).await.len() >= 10);

    let second = site.runtime();
    let found = second.endpoint(spec.id).await.expect("an address");
    assert_ne!(found, endpoint, "each program opens a port of its own");
    assert!(tools_over_http(&found).await.len() >= 10);
    second.remove(spec.id).await.expect("it goes");
    assert_eq!(site.left_of(spec.id).await, Vec::<String>::new());
    site.close().await;
}

#[tokio::test]
async fn from_inside_of_the_cluster_an_http_server_is_its_service() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    bind_to(&site, "default", "admin").await;
    let Some(token) = token_of(&site, "default").await else {
        skip("this cluster gives no token to an account by itself");
        return site.close().await;
    };
    for (name, contents) in &token {
        fs::write(directory.path().join(name), contents).expect("a file");
    }
    let source = Source::InCluster(settings::ServiceAccount {
        server: site.server(),
        directory: directory.path().to_owned(),
    });
    let inside = runtime(source, settings::Settings::default());
    let spec = everything_over_http();
    start(&inside, &spec).await;
    let endpoint = inside.endpoint(spec.id).await.expect("an address");
    let host = format!(
        "mcp-everything-over-http-service.{}.svc.cluster.local",
        site.namespace
    );
    assert_eq!(endpoint.host_str(), Some(host.as_str()));

    // These tests need not be in the cluster: its DNS is asked through the API instead.
    let service = site
        .api::<Service>()
        .get("mcp-everything-over-http-service")
        .await;
    let address = service
        .expect("a Service")
        .spec
        .and_then(|spec| spec.cluster_ip);
    let address = Url::parse(&format!("http://{}:3001/mcp", address.expect("an address")));
    let address = address.expect("a URL");
    if can_reach(&address).await {
        assert!(tools_over_http(&address).await.len() >= 10);
    } else {
        skip(
            "Services of this cluster cannot be reached from here; only their names were looked at",
        );
    }
    inside.remove(spec.id).await.expect("it goes");
    site.close().await;
}

/// Not every place has a way to the cluster's Services; where there is one, it takes a moment until it leads to a new one.
async fn can_reach(address: &Url) -> bool {
    let host = address.host_str().expect("a host");
    let port = address.port().expect("a port");
    let connecting = async {
        while TcpStream::connect((host, port)).await.is_err() {
            sleep(BETWEEN_TRIES).await;
        }
    };
    timeout(Duration::from_secs(10), connecting).await.is_ok()
}

#[tokio::test]
async fn somebody_who_deletes_the_deployment_deletes_all_of_it() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let runtime = site.runtime();
    let spec = ServerSpec {
        secret_env: [("TOKEN".to_owned(), "secret".to_owned().into())].into(),
        ..everything_over_http()
    };
    start(&runtime, &spec).await;
    let owners =
        |references: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference]| {
            references
                .iter()
                .map(|owner| owner.kind.clone())
                .collect::<Vec<_>>()
        };
    let secret = site
        .api::<Secret>()
        .get(&format!("mcp-server-{}-secrets", spec.id))
        .await;
    assert_eq!(
        owners(secret.expect("a Secret").owner_references()),
        ["Deployment"]
    );
    let service = site
        .api::<Service>()
        .get("mcp-everything-over-http-service")
        .await;
    assert_eq!(
        owners(service.expect("a Service").owner_references()),
        ["Deployment"]
    );
    let accounts = site
        .api::<ServiceAccount>()
        .list(&kube::api::ListParams::default())
        .await;
    assert_eq!(
        accounts.expect("a list").items.len(),
        1,
        "no account is made"
    );
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}
