//! Connections to the API server that are cut in between, as load balancers and restarts do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kube::config::Kubeconfig;
use runtimes::kubernetes::kubeconfig::Allowances;
use runtimes::kubernetes::settings::Source;
use runtimes::runtime::Runtime;
use serde_json::json;
use testkit::wait;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;
use url::Url;

use crate::conversation::Conversation;
use crate::site::{Site, Turn, everything, runtime, setting, start};

/// Passes bytes between the program and the API server until it is told to cut.
struct Cable {
    address: SocketAddr,
    connections: Arc<Mutex<JoinSet<()>>>,
    made: Arc<AtomicUsize>,
    _listening: JoinSet<()>,
}

impl Cable {
    async fn to(server: &str) -> Self {
        let server = Url::parse(server).expect("an address");
        let host = server.host_str().expect("a host").to_owned();
        let port = server.port_or_known_default().expect("a port");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(Mutex::new(JoinSet::new()));
        let made = Arc::new(AtomicUsize::new(0));
        let (count, running) = (Arc::clone(&made), Arc::clone(&connections));
        let mut listening = JoinSet::new();
        listening.spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.expect("a connection");
                let host = host.clone();
                count.fetch_add(1, Ordering::Relaxed);
                running.lock().expect("the connections").spawn(async move {
                    let mut far = TcpStream::connect((host, port))
                        .await
                        .expect("the API server");
                    let _ = copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self {
            address,
            connections,
            made,
            _listening: listening,
        }
    }

    /// Returns when somebody has noticed and comes again.
    async fn cut_until_noticed(&self) {
        let before = self.made.load(Ordering::Relaxed);
        self.cut();
        wait::until("the next connection", || async {
            (self.made.load(Ordering::Relaxed) > before).then_some(())
        })
        .await;
    }

    fn cut(&self) {
        self.connections
            .lock()
            .expect("the connections")
            .abort_all();
    }
}

/// The tests' own kubeconfig as an upload, with the cable in between.
fn through(site: &Site, cable: &Cable) -> Source {
    let path = setting("ARCHESTRA_TEST_KUBECONFIG").expect("a cluster");
    let mut kubeconfig = Kubeconfig::read_from(path).expect("a kubeconfig");
    let server = Url::parse(&site.server()).expect("an address");
    for cluster in &mut kubeconfig.clusters {
        let cluster = cluster.cluster.as_mut().expect("a cluster");
        cluster.server = Some(format!("https://{}", cable.address));
        cluster.tls_server_name = server.host_str().map(str::to_owned);
    }
    Source::Uploaded {
        text: serde_json::to_string(&kubeconfig).expect("JSON").into(),
        context: None,
        allowances: Allowances::default(),
    }
}

/// Longer than a connection is silent before nothing can be on its way any more.
const SILENCE: Duration = Duration::from_secs(11);

#[tokio::test]
async fn a_connection_that_is_cut_in_its_silence_is_made_anew_unnoticed() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let cable = Cable::to(&site.server()).await;
    let runtime = runtime(through(&site, &cable), site.settings());
    let spec = everything();
    start(&runtime, &spec).await;
    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    conversation.begin().await;
    for _ in 0..2 {
        assert!(conversation.tools().await.len() >= 10);
        sleep(SILENCE).await;
        cable.cut_until_noticed().await;
    }
    assert!(conversation.tools().await.len() >= 10);
    let status = runtime.status(spec.id).await.expect("a status");
    assert_eq!(status.restarts, 0);
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}

#[tokio::test]
async fn a_connection_that_is_cut_while_something_is_on_its_way_ends_the_streams() {
    let Some(site) = Site::open(Turn::Together).await else {
        return;
    };
    let cable = Cable::to(&site.server()).await;
    let runtime = runtime(through(&site, &cable), site.settings());
    let spec = everything();
    start(&runtime, &spec).await;
    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    conversation.begin().await;
    let arguments = json!({"duration": 60, "steps": 1});
    let call = json!({"name": "trigger-long-running-operation", "arguments": arguments});
    let slow = json!({"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": call});
    conversation.tell(&slow).await;
    // Answered after it: the slow call itself has certainly arrived.
    assert!(conversation.tools().await.len() >= 10);
    cable.cut();
    while conversation.line().await.is_some() {}

    let mut conversation = Conversation::over(runtime.attach(spec.id).await.expect("streams"));
    assert!(
        conversation.tools().await.len() >= 10,
        "the server itself went on"
    );
    runtime.remove(spec.id).await.expect("it goes");
    site.close().await;
}
