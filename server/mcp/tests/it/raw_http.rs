//! An HTTP server that answers every request with the same bytes, well-formed or not.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) struct RawHttp {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

/// After the bytes, the connection is kept open or ended.
#[expect(
    clippy::disallowed_methods,
    reason = "an outside system runs beside the client's own tasks"
)]
pub(crate) async fn answering(answer: String, keeps_open: bool) -> RawHttp {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = vec![0; 64 * 1024];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(answer.as_bytes()).await;
                if keeps_open {
                    let _ = socket.read(&mut request).await;
                }
            });
        }
    });
    RawHttp { address, serving }
}

impl Drop for RawHttp {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
