//! What the client gets is what the provider sent, and the record counts what the provider counted.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;
use testkit::provider::{Reply, Step, pieces};
use testkit::wait;

use crate::harness::{ANSWER, ASK, CHAT, TestProxy};

/// Sizes of chunks that fall into the middle of everything.
const ODD: [usize; 6] = [1, 7, 64, 3, 513, 2];

const FOLDERS: [(&str, &str); 5] = [
    ("openai_chat", CHAT),
    ("openai_responses", "/v1/openai/responses"),
    ("openai_embeddings", "/v1/openai/embeddings"),
    ("anthropic_messages", "/v1/anthropic/v1/messages"),
    (
        "gemini_generate",
        "/v1/gemini/v1beta/models/gemini-2.5-flash:",
    ),
];

struct Golden {
    name: String,
    path: String,
    bytes: Vec<u8>,
}

fn goldens() -> Vec<Golden> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../llm/tests/golden");
    let mut all = Vec::new();
    for (folder, path) in FOLDERS {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = format!("{folder}/{}", file.file_name().unwrap().to_str().unwrap());
            let bytes = fs::read(&file).unwrap();
            all.push(Golden {
                path: golden_path(&name, path),
                name,
                bytes,
            });
        }
    }
    all
}

fn is_events(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|suffix| suffix == "sse")
}

fn golden_path(name: &str, path: &str) -> String {
    if !path.ends_with(':') {
        return path.to_owned();
    }
    let verb = match name {
        name if is_events(name) => "streamGenerateContent?alt=sse",
        name if name.ends_with(".stream.json") => "streamGenerateContent",
        name if name.contains("count_tokens") => "countTokens",
        name if name.contains("batch_embed") => "batchEmbedContents",
        name if name.contains("embed") => "embedContent",
        _ => "generateContent",
    };
    format!("{path}{verb}")
}

impl Golden {
    fn reply(&self) -> Reply {
        if is_events(&self.name) {
            return Reply::events(&self.bytes, &ODD);
        }
        let error = self
            .name
            .split("_error_")
            .nth(1)
            .and_then(|after| after.get(..3)?.parse().ok());
        Reply::chunked(
            error.unwrap_or(200),
            "application/json",
            pieces(&self.bytes, &ODD),
        )
    }

    fn is_cut_off(&self) -> bool {
        // Before its stop, an answer has said why it ends, and that it is complete.
        self.name.contains("cut_off") && !self.name.contains("before_stop")
    }

    /// Prompt and output tokens in the provider's own counting, read without any code of ours: the last number that
    /// the file gives for each.
    fn provider_usage(&self) -> (Option<i64>, Option<i64>) {
        let text = String::from_utf8_lossy(&self.bytes);
        let mut usage = (None, None);
        let events = text
            .split(['\n', '\r'])
            .map(|line| line.strip_prefix("data:").unwrap_or(line));
        let whole = serde_json::from_str::<Value>(&text).ok();
        for value in whole
            .into_iter()
            .chain(events.filter_map(|event| serde_json::from_str(event).ok()))
        {
            look_for_usage(&value, &mut usage);
        }
        usage
    }
}

fn look_for_usage(value: &Value, usage: &mut (Option<i64>, Option<i64>)) {
    let count = |object: &Value, name: &str| object.get(name).and_then(Value::as_i64);
    for place in ["", "/response", "/message"] {
        let Some(found) = value
            .pointer(&format!("{place}/usage"))
            .filter(|usage| usage.is_object())
        else {
            continue;
        };
        let cached = ["cache_read_input_tokens", "cache_creation_input_tokens"];
        let cached: i64 = cached.iter().filter_map(|name| count(found, name)).sum();
        let prompt = count(found, "prompt_tokens");
        let prompt = prompt.or_else(|| count(found, "input_tokens").map(|tokens| tokens + cached));
        usage.0 = prompt.or(usage.0);
        usage.1 = count(found, "completion_tokens")
            .or_else(|| count(found, "output_tokens"))
            .or(usage.1);
    }
    if let Some(found) = value.get("usageMetadata") {
        let extra = count(found, "toolUsePromptTokenCount").unwrap_or(0);
        usage.0 = count(found, "promptTokenCount")
            .map(|tokens| tokens + extra)
            .or(usage.0);
        let thoughts = count(found, "thoughtsTokenCount").unwrap_or(0);
        let output =
            count(found, "candidatesTokenCount").map_or(thoughts, |tokens| tokens + thoughts);
        usage.1 = Some(output);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_answer_reaches_the_client_byte_for_byte() {
    let proxy = TestProxy::start().await;
    for golden in goldens() {
        let reply = golden.reply();
        proxy.provider.reply(reply);
        let answer = proxy.post(&golden.path, ASK).await;
        let status = answer.status().as_u16();
        let got = answer.bytes().await.unwrap();
        if golden.is_cut_off() && is_events(&golden.name) {
            let (same, added) = got.split_at(golden.bytes.len());
            assert_eq!(same, golden.bytes, "{}", golden.name);
            assert!(
                String::from_utf8_lossy(added).contains("error"),
                "{}",
                golden.name
            );
        } else {
            assert_eq!(got, golden.bytes, "{} ({status})", golden.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_of_every_recorded_answer_are_those_the_provider_counted() {
    let proxy = TestProxy::start().await;
    let mut compared = 0;
    let all = goldens();
    for golden in &all {
        proxy.provider.reply(golden.reply());
        proxy.post(&golden.path, ASK).await.bytes().await.unwrap();
    }
    for (row, golden) in proxy.rows(all.len()).await.iter().zip(&all) {
        let (Some(prompt), Some(output)) = golden.provider_usage() else {
            continue;
        };
        if golden.name.contains("iterations") {
            // Its usage is a sum over a list, which a dialect's own test reads.
            continue;
        }
        let recorded = row.input_tokens.map(|input| {
            input + row.cache_read_tokens.unwrap_or(0) + row.cache_write_tokens.unwrap_or(0)
        });
        assert_eq!(
            (recorded, row.output_tokens),
            (Some(prompt), Some(output)),
            "{}",
            golden.name
        );
        compared += 1;
    }
    assert!(
        compared >= 50,
        "only {compared} of {} answers have a usage",
        all.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_are_relayed_when_they_come_not_when_the_answer_ends() {
    let proxy = TestProxy::start().await;
    let stream = b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
    proxy
        .provider
        .reply(Reply::events(stream, &[stream.len()]).cut_after(2, Step::Stall));
    let mut answer = proxy.post(CHAT, ASK).await;
    assert_eq!(answer.chunk().await.unwrap().unwrap(), stream.as_slice());
    drop(answer);
    proxy.provider.wait_for_hang_ups(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_headers_come_back_as_sent_but_for_those_of_the_connection() {
    let proxy = TestProxy::start().await;
    let reply = Reply::json(429, r#"{"error":{"message":"slow down"}}"#).with_headers(&[
        ("x-ratelimit-remaining-requests", "0"),
        ("retry-after", "7"),
        ("request-id", "req_1"),
        ("x-dup", "a"),
        ("x-dup", "b"),
        ("connection", "x-private"),
        ("x-private", "secret"),
    ]);
    proxy.provider.reply(reply);
    let answer = proxy.post(CHAT, ASK).await;
    assert_eq!(answer.status(), 429);
    let headers = answer.headers();
    assert_eq!(headers["x-ratelimit-remaining-requests"], "0");
    assert_eq!(headers["retry-after"], "7");
    assert_eq!(headers["request-id"], "req_1");
    assert_eq!(headers.get_all("x-dup").iter().count(), 2);
    assert_eq!(headers["content-length"], "33");
    assert!(!headers.contains_key("x-private"));
    assert_eq!(
        answer.bytes().await.unwrap(),
        r#"{"error":{"message":"slow down"}}"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_waits_for_a_slow_client_instead_of_filling_the_memory() {
    const PIECE: usize = 1 << 20;
    let proxy = TestProxy::start().await;
    let piece = Bytes::from(vec![b'x'; PIECE]);
    proxy.provider.reply(Reply::chunked(
        200,
        "application/octet-stream",
        vec![piece; 64],
    ));
    let mut answer = proxy
        .request("GET", "/v1/openai/files/f/content")
        .bearer_auth("sk-x")
        .send()
        .await
        .unwrap();
    let mut received = answer.chunk().await.unwrap().unwrap().len();
    let looks = std::cell::Cell::new((0, 0));
    wait::until("the provider has to wait", async || {
        let (sent, times) = looks.get();
        let now = proxy.provider.sent();
        looks.set(if now == sent {
            (sent, times + 1)
        } else {
            (now, 0)
        });
        (times == 20).then_some(())
    })
    .await;
    assert!(
        proxy.provider.sent() < 32 * PIECE,
        "{} were taken",
        proxy.provider.sent()
    );
    while let Some(chunk) = answer.chunk().await.unwrap() {
        received += chunk.len();
    }
    assert_eq!(received, 64 * PIECE);
}

/// A connection is free again a moment after its answer has ended: a call that comes sooner opens one more.
fn are_few(proxy: &TestProxy) {
    let (connections, calls) = (
        proxy.provider.connections(),
        proxy.provider.received().len(),
    );
    assert!(connections < calls / 2, "{connections} for {calls} calls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_to_the_provider_is_used_again() {
    let proxy = TestProxy::start().await;
    proxy.provider.always_reply(Reply::json(200, ANSWER));
    for _ in 0..20 {
        proxy.post(CHAT, ASK).await.bytes().await.unwrap();
    }
    assert_eq!(proxy.provider.received().len(), 20);
    are_few(&proxy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_provider_closes_is_replaced() {
    let proxy = TestProxy::start().await;
    let closes = Reply::raw(vec![
        Step::Send(Bytes::from_static(
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        )),
        Step::Close,
    ]);
    let brief = Reply::json(200, "{}").with_headers(&[("keep-alive", "timeout=1")]);
    for (reply, calls) in [(closes, 20), (brief, 5)] {
        let before = proxy.provider.connections();
        proxy.provider.always_reply(reply);
        for call in 1..=calls {
            assert_eq!(proxy.post(CHAT, ASK).await.text().await.unwrap(), "{}");
            proxy.provider.wait_for_ends(before + call).await;
        }
        assert_eq!(proxy.provider.connections() - before, calls);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_a_body_is_an_answer() {
    let proxy = TestProxy::start().await;
    proxy.provider.always_reply(Reply::json(200, ""));
    for _ in 0..20 {
        assert_eq!(proxy.post(CHAT, ASK).await.text().await.unwrap(), "");
    }
    are_few(&proxy);
    assert!(proxy.rows(20).await.iter().all(|row| row.outcome == "ok"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_compressed_is_left_alone_and_the_row_says_so() {
    let proxy = TestProxy::start().await;
    let zipped = b"\x1f\x8b\x08\x00not really".to_vec();
    let stream = Reply::events(&zipped, &[3]).with_headers(&[("content-encoding", "gzip")]);
    proxy.provider.reply(stream);
    let answer = proxy.post(CHAT, ASK).await;
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert_eq!(answer.bytes().await.unwrap(), zipped);
    let row = proxy.row().await;
    assert_eq!(row.outcome, "ok");
    assert!(row.error.unwrap().contains("compressed"));
}
