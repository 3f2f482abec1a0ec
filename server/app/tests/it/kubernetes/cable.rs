//! A way to the API server that can be cut: nothing that was connected stays so, and nothing connects any more.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use url::Url;

pub(super) struct Cable {
    pub(super) address: SocketAddr,
    far: (String, u16),
    /// With all connections in it.
    listening: JoinSet<()>,
}

impl Cable {
    pub(super) async fn to(server: &str) -> Self {
        let server: Url = server.parse().unwrap();
        let host = server.host_str().unwrap().to_owned();
        let mut cable = Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            far: (host, server.port_or_known_default().unwrap()),
            listening: JoinSet::new(),
        };
        cable.mend().await;
        cable
    }

    pub(super) async fn cut(&mut self) {
        self.listening.shutdown().await;
    }

    pub(super) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.address = listener.local_addr().unwrap();
        self.listening.spawn(carry(listener, self.far.clone()));
    }
}

async fn carry(listener: TcpListener, far: (String, u16)) {
    let mut connections = JoinSet::new();
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        let far = far.clone();
        connections.spawn(async move {
            let mut far = TcpStream::connect(far).await.unwrap();
            let _ = copy_bidirectional(&mut near, &mut far).await;
        });
    }
}
