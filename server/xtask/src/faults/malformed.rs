//! A provider that breaks its answers in every way: the client is told or gets what came, nothing panics or hangs, and
//! every call is recorded.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::books::{Books, sums_agree};
use super::client::{Broken, Client};
use super::provider::{EVENTS_HEAD, Provider, Request, chunk};
use super::site::{Server, Stage, wait_until};
use super::{Dice, Verdict};

const PATIENCE: Duration = Duration::from_secs(10);
const NAME: &str = "malformed";

/// Path, request, and a stream as it should be.
const DIALECTS: [(&str, &str, &str); 4] = [
    (
        "/v1/openai/v1/chat/completions",
        "{\"model\":\"gpt-5.5\",\"stream\":true,\"messages\":[],\"user\":\"ID\"}",
        "data: {\"id\":\"c\",\"model\":\"gpt-5.5\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hé\"}}]}\n\n\
         data: {\"id\":\"c\",\"model\":\"gpt-5.5\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\
         \"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}\n\n\
         data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\
         \"completion_tokens\":4}}\n\ndata: [DONE]\n\n",
    ),
    (
        "/v1/openai/v1/responses",
        "{\"model\":\"gpt-5.5\",\"stream\":true,\"input\":\"x\",\"user\":\"ID\"}",
        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"gpt-5.5\"}}\n\n\
         event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"Hé\"}\n\n\
         event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"model\":\"gpt-5.5\",\
         \"output\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}}\n\n",
    ),
    (
        "/v1/anthropic/v1/messages",
        "{\"model\":\"claude-sonnet-5-5\",\"stream\":true,\"max_tokens\":9,\"messages\":[],\"x\":{\"user\":\"ID\"}}",
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"claude-sonnet-5-5\",\
         \"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n\
         event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
         event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hé\"}}\n\n\
         event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}\n\n\
         event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ),
    (
        "/v1/gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
        "{\"contents\":[],\"x\":{\"user\":\"ID\"}}",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hé\"}]}}],\"modelVersion\":\"gemini-2.5-pro\"}\n\n\
         data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\".\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":\
         {\"promptTokenCount\":3,\"candidatesTokenCount\":4}}\n\n",
    ),
];

/// The ways to break an answer. The client must learn of the first so-many.
const WAYS: u64 = 16;
const WAYS_THAT_END_EARLY: u64 = 5;

pub(crate) fn run(stage: &Stage, count: usize) -> Result<()> {
    let provider = Provider::start(|request, stream| answer(request, stream).map(|()| false))?;
    let server = stage.start(NAME, provider.port)?;
    let mut verdict = Verdict::default();
    let mut endings: BTreeMap<&str, usize> = BTreeMap::new();
    let mut slowest = Duration::ZERO;
    for number in 0..count {
        let begun = Instant::now();
        *endings
            .entry(ask(&server, number, &mut verdict))
            .or_default() += 1;
        slowest = slowest.max(begun.elapsed());
    }
    println!("   {count} malformed answers, as clients saw them: {endings:?}; slowest {slowest:?}");
    let recorded = || Books::read(&server, Some(NAME)).map_or(0, |books| books.rows.len());
    let all_there = wait_until("all are recorded", Duration::from_secs(10), || {
        recorded() >= count
    });
    verdict.expect(all_there.is_ok() && recorded() == count, || {
        format!("{} of {count} are recorded", recorded())
    });
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for row in Books::read(&server, Some(NAME))?.rows {
        *outcomes
            .entry(row["outcome"].as_str().unwrap_or_default().to_owned())
            .or_default() += 1;
    }
    println!("   recorded as {outcomes:?}");
    let said = server.said();
    verdict.expect(!said.contains("panicked"), || "a panic in the log".into());
    verdict.expect(!said.contains("a call could not be read"), || {
        "a call could not be read".into()
    });
    sums_agree(&server)?;
    verdict.into_result()
}

/// The number of a call decides the dialect and how its answer breaks.
fn ask(server: &Server, number: usize, verdict: &mut Verdict) -> &'static str {
    let (path, body, _) = DIALECTS[number % DIALECTS.len()];
    let body = body.replace("ID", &number.to_string());
    let session = format!("{NAME}-{number}");
    let headers = [
        ("authorization", "Bearer sk-x"),
        ("x-api-key", "sk-x"),
        ("x-goog-api-key", "x"),
        ("x-archestra-agent-id", NAME),
        ("x-archestra-session-id", &session),
    ];
    let mut client = Client::new(server.port, PATIENCE);
    let begun = Instant::now();
    let answer = client.send("POST", path, &headers, body.as_bytes());
    verdict.expect(begun.elapsed() < PATIENCE, || format!("{session} hangs"));
    let ends_early = way(number) < WAYS_THAT_END_EARLY;
    match answer {
        Ok(answer) if answer.status >= 500 => {
            let is_typed = answer.text().contains("\"error\"") || way(number) == WAYS - 1;
            verdict.expect(is_typed, || {
                format!("{session}: an error without a type: {}", answer.text())
            });
            "error status"
        }
        Ok(answer) if answer.text().contains("\"error\"") => "error event",
        Ok(answer) => {
            verdict.expect(!ends_early, || {
                format!(
                    "{session} (way {}) looks complete: {}",
                    way(number),
                    answer.text()
                )
            });
            "passed through"
        }
        Err(Broken::Midway(_)) => "broken off",
        Err(broken) => {
            verdict.expect(false, || format!("{session}: {broken}"));
            "no answer"
        }
    }
}

fn way(number: usize) -> u64 {
    number as u64 / DIALECTS.len() as u64 % WAYS
}

fn answer(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    let number: usize = request.id().parse().unwrap_or(0);
    let whole = DIALECTS[number % DIALECTS.len()].2.as_bytes();
    let mut dice = Dice(number as u64 + 7);
    // Before the last event, so that what is cut is never the end alone.
    let last = whole.len() - whole.len() / 3;
    let cut = usize::try_from(1 + dice.below(last as u64)).unwrap_or(1);
    match way(number) {
        0 => stream.write_all(&[EVENTS_HEAD, &chunk(&whole[..cut])].concat()),
        1 => stream.write_all(&[EVENTS_HEAD, &chunk(&whole[..cut]), b"0\r\n\r\n"].concat()),
        2 => stream.write_all(&[EVENTS_HEAD, &chunk(&whole[..cut]), b"zz\r\nnonsense\r\n"].concat()),
        3 => stream.write_all(&[EVENTS_HEAD, b"ffff\r\n", &whole[..cut]].concat()),
        4 => Ok(()),
        5 => events(stream, &replaced(whole, &mut dice, &[0xff, 0xfe, 0x00])),
        6 => events(stream, &replaced(whole, &mut dice, b"}}}]]")),
        7 => events(stream, &[b"data: ", "[".repeat(20_000).as_bytes(), b"\n\n", whole].concat()),
        8 => events(stream, &[whole, b"data: {\"after\":\"the end\"}\n\n"].concat()),
        9 => events(stream, &whole.iter().map(|byte| if *byte == b'\n' { b'\r' } else { *byte }).collect::<Vec<_>>()),
        10 => events(stream, &[b"data: ", "x".repeat(300_000).as_bytes(), b"\n\n", whole].concat()),
        11 => events(stream, &[whole, whole].concat()),
        12 => events(stream, &whole.to_ascii_uppercase()),
        13 => events(stream, &String::from_utf8_lossy(whole).replace(":3", ":-99999999999999999999").into_bytes()),
        14 => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"a\":[1,2"),
        _ => stream.write_all(b"HTTP/1.1 503 Busy\r\ncontent-type: text/html\r\ncontent-length: 12\r\n\r\n<html>busy</"),
    }
}

fn events(stream: &mut TcpStream, data: &[u8]) -> io::Result<()> {
    stream.write_all(EVENTS_HEAD)?;
    for piece in data.chunks(1_000) {
        stream.write_all(&chunk(piece))?;
    }
    stream.write_all(b"0\r\n\r\n")
}

/// Some bytes in the middle are others.
fn replaced(whole: &[u8], dice: &mut Dice, by: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..3 {
        let place = usize::try_from(dice.below((bytes.len() - by.len()) as u64)).unwrap_or(0);
        bytes[place..place + by.len()].copy_from_slice(by);
    }
    bytes
}
