//! Whatever goes wrong, the client is told in its own dialect, and the row says whose fault it was.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use testkit::provider::{FakeProvider, Reply, Step};

use crate::harness::{ASK, CHAT, TestProxy};

const DIALECTS: [&str; 4] = [
    CHAT,
    "/v1/openai/responses",
    "/v1/anthropic/v1/messages",
    "/v1/gemini/v1beta/models/m:streamGenerateContent?alt=sse",
];
const EVENT: &[u8] = b"data: {\"x\":1}\n\n";

fn head(more: &str) -> Step {
    Step::Send(Bytes::from(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{more}\r\n"
    )))
}

fn message(body: &str) -> String {
    let error: Value = serde_json::from_str(body).unwrap();
    error["error"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_there_is_said_to_be_unreachable() {
    let gone = FakeProvider::start().await.unwrap();
    let url = gone.url().unwrap();
    gone.stop().await;
    let proxy = TestProxy::start_with(|options| {
        options.upstreams.openai.base_url = url.clone();
        options.upstreams.anthropic.base_url = url.clone();
        options.upstreams.gemini.base_url = "http://no-such-host.invalid/".parse().unwrap();
    })
    .await;
    for path in DIALECTS {
        let answer = proxy.post(path, ASK).await;
        assert_eq!(answer.status(), 502, "{path}");
        let message = message(&answer.text().await.unwrap());
        assert!(
            message.contains("could not be reached at http://"),
            "{message}"
        );
    }
    for row in proxy.rows(DIALECTS.len()).await {
        assert_eq!((row.status, row.outcome.as_str()), (502, "upstream_error"));
        assert!(row.error.unwrap().contains("could not be reached"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_never_answers_times_out() {
    let proxy =
        TestProxy::start_with(|options| options.upstreams.timeout = Duration::from_millis(150))
            .await;
    proxy.provider.always_reply(Reply::raw(vec![Step::Stall]));
    for path in DIALECTS {
        let answer = proxy.post(path, ASK).await;
        assert_eq!(answer.status(), 504, "{path}");
        assert!(message(&answer.text().await.unwrap()).contains("silent"));
    }
    proxy.provider.wait_for_hang_ups(DIALECTS.len()).await;
    assert!(
        proxy
            .rows(DIALECTS.len())
            .await
            .iter()
            .all(|row| row.outcome == "upstream_error" && row.status == 504)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_falls_silent_ends_with_the_dialects_error() {
    let proxy =
        TestProxy::start_with(|options| options.upstreams.timeout = Duration::from_millis(150))
            .await;
    proxy
        .provider
        .always_reply(Reply::events(EVENT, &[EVENT.len()]).cut_after(2, Step::Stall));
    for path in DIALECTS {
        let text = proxy.post(path, ASK).await.text().await.unwrap();
        let rest = text
            .strip_prefix(std::str::from_utf8(EVENT).unwrap())
            .unwrap();
        assert!(
            rest.contains("error") && rest.contains("silent"),
            "{path}: {rest}"
        );
    }
    assert!(
        proxy
            .rows(DIALECTS.len())
            .await
            .iter()
            .all(|row| row.outcome == "upstream_error" && row.status == 200)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_stream_is_not_a_silent_one() {
    let proxy =
        TestProxy::start_with(|options| options.upstreams.timeout = Duration::from_millis(400))
            .await;
    let stream = [EVENT, EVENT, EVENT, EVENT, EVENT, b"data: [DONE]\n\n"].concat();
    proxy
        .provider
        .reply(Reply::events(&stream, &[EVENT.len()]).with_pauses(Duration::from_millis(100)));
    let answer = proxy.post(CHAT, ASK).await;
    assert_eq!(answer.bytes().await.unwrap(), stream);
    assert_eq!(proxy.row().await.outcome, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_ends_with_the_dialects_error() {
    let proxy = TestProxy::start().await;
    proxy
        .provider
        .always_reply(Reply::events(EVENT, &[EVENT.len()]).cut_after(2, Step::Close));
    for path in DIALECTS {
        let text = proxy.post(path, ASK).await.text().await.unwrap();
        let rest = text
            .strip_prefix(std::str::from_utf8(EVENT).unwrap())
            .unwrap();
        assert!(
            rest.contains("error") && rest.contains("broke off"),
            "{path}: {rest}"
        );
    }
    assert!(
        proxy
            .rows(DIALECTS.len())
            .await
            .iter()
            .all(|row| row.outcome == "upstream_error")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_breaks_for_the_client_too() {
    let proxy = TestProxy::start().await;
    let half = Reply::json(200, "{\"a\": 1, \"b\": 2}").with_headers(&[]);
    let half = Reply::raw(vec![
        Step::Send(Bytes::from_static(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
        )),
        Step::Close,
    ])
    .cut_after(half.steps() - 1, Step::Close);
    proxy.provider.reply(half);
    let answer = proxy.post(CHAT, ASK).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err());
    let row = proxy.row().await;
    assert_eq!(row.outcome, "upstream_error");
    assert!(row.error.unwrap().contains("broke off"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_agent_is_not_found_in_every_dialect() {
    let proxy = TestProxy::start().await;
    let id = "4f0d1d2c-0000-4000-8000-000000000000";
    for path in [
        "/v1/openai/{}/chat/completions",
        "/v1/anthropic/{}/v1/messages",
        "/v1/gemini/{}/v1beta/models/m:generateContent",
    ] {
        let answer = proxy.post(&path.replace("{}", id), ASK).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert!(message(&answer.text().await.unwrap()).contains(id));
    }
    assert_eq!(
        proxy
            .request("GET", &format!("/v1/openai/{id}"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert!(proxy.provider.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_ends_the_providers_work_and_is_recorded() {
    let proxy = TestProxy::start().await;
    proxy.provider.reply(Reply::raw(vec![Step::Stall]));
    let request = proxy
        .request("POST", CHAT)
        .bearer_auth("k")
        .body(ASK)
        .timeout(Duration::from_millis(300));
    request.send().await.unwrap_err();
    proxy.provider.wait_for_hang_ups(1).await;

    proxy
        .provider
        .reply(Reply::events(EVENT, &[EVENT.len()]).cut_after(2, Step::Stall));
    let mut answer = proxy.post(CHAT, ASK).await;
    answer.chunk().await.unwrap().unwrap();
    drop(answer);
    proxy.provider.wait_for_hang_ups(2).await;

    let rows = proxy.rows(2).await;
    assert_eq!(
        (rows[0].outcome.as_str(), rows[0].status),
        ("client_left", 0)
    );
    assert_eq!(
        (rows[1].outcome.as_str(), rows[1].status),
        ("client_left", 200)
    );
    assert_eq!(rows[1].response_bytes, i64::try_from(EVENT.len()).unwrap());
}

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

/// Bytes that no provider should send: broken framing, garbage, wrong types, early ends.
fn malformed(random: &mut Random) -> Reply {
    let garbage: Vec<u8> = (0..random.below(400))
        .map(|_| u8::try_from(random.below(256)).unwrap())
        .collect();
    let chunked = "transfer-encoding: chunked\r\n";
    let send = |bytes: &[u8]| Step::Send(Bytes::copy_from_slice(bytes));
    let steps = match random.below(8) {
        0 => vec![send(&garbage), Step::Close],
        1 => vec![head(chunked), send(b"zz\r\n"), send(&garbage), Step::Close],
        2 => vec![head(chunked), send(b"ffffffffffffffffff\r\n"), Step::Close],
        3 => vec![
            head("content-length: 100000\r\n"),
            send(&garbage),
            Step::Close,
        ],
        4 => vec![
            head(chunked),
            send(b"f\r\ndata: {\"x\":1}\n\n\r\n"),
            send(&garbage),
            Step::Close,
        ],
        5 => vec![
            head("content-length: 5\r\ncontent-length: 6\r\n"),
            send(b"data:"),
            Step::Close,
        ],
        6 => {
            let mut reply = garbage.clone();
            reply.extend_from_slice(b"\n\n");
            return Reply::events(&reply, &[1 + random.below(50)]);
        }
        _ => {
            let broken = b"data: {\"choices\":[{\"delta\":\n\ndata: }\n\nevent: \n\ndata: [1,2\n\n\xff\xfe\n\n";
            return Reply::events(broken, &[1 + random.below(50)]);
        }
    };
    Reply::raw(steps)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_malformed_answers_end_in_an_error_never_in_a_panic() {
    const ANSWERS: usize = 300;
    let proxy = TestProxy::start().await;
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for number in 0..ANSWERS {
        proxy.provider.reply(malformed(&mut random));
        let path = DIALECTS[number % DIALECTS.len()];
        let answer = proxy.post(path, ASK).await;
        let status = answer.status().as_u16();
        if status == 200 {
            // Cut off, or with an error at its end; either way it ends.
            let _ = answer.bytes().await;
        } else {
            assert_eq!(status, 502, "answer {number}");
            assert!(!message(&answer.text().await.unwrap()).is_empty());
        }
    }
    let rows = proxy.rows(ANSWERS).await;
    assert_eq!(rows.len(), ANSWERS);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(row.outcome, "upstream_error", "answer {number}: {row:?}");
        assert!(row.error.is_some(), "answer {number}");
    }
}
