//! How soon a reader has what the provider has sent.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::provider::FakeProvider;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::harness::TestChat;

/// The bound for a page; a reader on the same machine must be well within it.
const BOUND: Duration = Duration::from_millis(50);
const ROUNDS: usize = 11;

/// Answers one request: the head at once, the first word when it is told to.
async fn answer(listener: &TcpListener, go: oneshot::Receiver<()>) {
    let (mut socket, _) = listener.accept().await.unwrap();
    socket.set_nodelay(true).unwrap();
    let mut request = vec![0; 64 * 1024];
    let _ = socket.read(&mut request).await.unwrap();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    go.await.unwrap();
    let word = json!({ "id": "1", "model": "gpt-5.1", "choices": [{ "index": 0, "delta": { "content": "Hi" }, "finish_reason": "stop" }] });
    let events = format!("data: {word}\n\ndata: [DONE]\n\n");
    socket.write_all(events.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn a_reader_has_the_first_word_within_the_bound() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let upstream = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let provider = FakeProvider::start().await.unwrap();
    let chat = TestChat::start_at(provider, &upstream, true).await;
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let conversation = chat.openai().await;
        let (go, told) = oneshot::channel();
        let reading = async {
            let mut events = chat.say(&conversation, "Hi").await;
            events.until("start-step").await;
            go.send(()).unwrap();
            let sent = Instant::now();
            events.until("text-delta").await;
            took.push(sent.elapsed());
            events.end().await;
        };
        tokio::join!(reading, answer(&listener, told));
    }
    took.sort();
    let median = took[ROUNDS / 2];
    assert!(
        median <= BOUND,
        "half of the first words took longer than {median:?}: {took:?}"
    );
}
