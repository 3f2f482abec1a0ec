//! Clients that call on and on, every call with an id of its own, and remember how each ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::client::{Broken, Client};

pub(crate) const CHAT: &str = "/v1/openai/v1/chat/completions";
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) begun: Instant,
    pub(crate) ended: Instant,
    pub(crate) streamed: bool,
    pub(crate) end: End,
}

pub(crate) enum End {
    /// The whole answer is there, and is the right one.
    Whole,
    /// The server never took it: nobody listened, or a new connection was not accepted.
    Refused,
    Failed(String),
}

impl Call {
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.end, End::Whole)
    }

    pub(crate) fn took(&self) -> Duration {
        self.ended.saturating_duration_since(self.begun)
    }
}

/// What the callers are like.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) callers: usize,
    /// Every so-many-th call is a stream; 0: none.
    pub(crate) stream_every: usize,
    pub(crate) pause: Duration,
    pub(crate) keep_alive: bool,
    /// Ends a caller's work when the server is gone.
    pub(crate) ends_when_refused: bool,
}

pub(crate) const MIXED: Manner = Manner {
    callers: 6,
    stream_every: 2,
    pause: Duration::from_millis(3),
    keep_alive: true,
    ends_when_refused: true,
};

pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    callers: Vec<JoinHandle<Vec<Call>>>,
}

impl Load {
    /// `name` becomes the external agent of every call.
    pub(crate) fn start(port: u16, name: &str, manner: Manner) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let callers = (0..manner.callers).map(|caller| {
            let (stop, name) = (stop.clone(), name.to_owned());
            std::thread::spawn(move || work(port, &name, caller, manner, &stop))
        });
        Self {
            callers: callers.collect(),
            stop,
        }
    }

    /// Lets open calls end, and tells of all.
    pub(crate) fn finish(self) -> Vec<Call> {
        self.stop.store(true, Ordering::Relaxed);
        let calls = self.callers.into_iter();
        calls
            .flat_map(|caller| caller.join().unwrap_or_default())
            .collect()
    }
}

fn work(port: u16, name: &str, caller: usize, manner: Manner, stop: &AtomicBool) -> Vec<Call> {
    let mut client = Client::new(port, PATIENCE);
    let mut calls = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = calls.len();
        let streamed = manner.stream_every > 0 && number % manner.stream_every == 0;
        let id = format!("{name}-{caller}-{number}");
        let call = call(&mut client, name, id, streamed);
        let is_over = manner.ends_when_refused && matches!(call.end, End::Refused);
        calls.push(call);
        if is_over {
            break;
        }
        if !manner.keep_alive {
            client.close();
        }
        std::thread::sleep(manner.pause);
    }
    calls
}

pub(crate) fn call(client: &mut Client, name: &str, id: String, streamed: bool) -> Call {
    let body = format!(
        "{{\"model\":\"gpt-5.5\",\"stream\":{streamed},\"user\":\"{id}\",\"messages\":[{{\"role\":\"user\",\
         \"content\":\"Say a few words.\"}}]}}"
    );
    send(client, name, id, streamed, &body)
}

pub(crate) fn send(
    client: &mut Client,
    name: &str,
    id: String,
    streamed: bool,
    body: &str,
) -> Call {
    let headers = [
        ("authorization", "Bearer sk-not-a-real-key"),
        ("x-archestra-agent-id", name),
        ("x-archestra-session-id", &id),
    ];
    let begun = Instant::now();
    let answer = client.send("POST", CHAT, &headers, body.as_bytes());
    let ended = Instant::now();
    let end = match answer {
        Ok(answer) if answer.status != 200 => {
            End::Failed(format!("{}: {}", answer.status, answer.text()))
        }
        Ok(answer) => {
            let text = answer.text();
            let ends = if streamed { "data: [DONE]\n\n" } else { "}}" };
            if text.contains(&id) && text.ends_with(ends) {
                End::Whole
            } else {
                End::Failed(format!("not the whole answer: {text}"))
            }
        }
        Err(Broken::Refused) => End::Refused,
        Err(broken) => End::Failed(broken.to_string()),
    };
    Call {
        id,
        begun,
        ended,
        streamed,
        end,
    }
}

/// The value below which so many thousandths of all lie.
pub(crate) fn quantile(times: &mut [Duration], thousandths: usize) -> Duration {
    times.sort_unstable();
    let index = times.len() * thousandths / 1_000;
    times
        .get(index.min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// How many failed, with one of them as an example.
pub(crate) fn failures(calls: &[Call]) -> Option<String> {
    let failed: Vec<&Call> = calls.iter().filter(|call| !call.is_whole()).collect();
    let first = failed.first()?;
    let why = match &first.end {
        End::Failed(why) => why.as_str(),
        _ => "refused",
    };
    Some(format!(
        "{} of {} calls failed, the first ({}, after {:?}): {why}",
        failed.len(),
        calls.len(),
        first.id,
        first.took()
    ))
}
