//! Over standard streams: one wire, many callers, and whatever a server may do to it.

use std::time::Duration;

use mcp::client::{CallEvent, CallOptions};
use mcp::era::{Era, ProtocolVersion};
use mcp::error::Error;
use mcp::jsonrpc::code;
use mcp::object::raw;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::scripted::{connect, connected, pipes};
use crate::{options, value};

pub(crate) fn listening() -> (CallOptions, mpsc::Receiver<CallEvent>) {
    let (events, received) = mpsc::channel(8);
    let options = CallOptions {
        events: Some(events),
        ..CallOptions::default()
    };
    (options, received)
}

#[tokio::test]
async fn a_server_that_does_not_know_discover_is_initialized() {
    let (client, _server) = connected(options()).await;
    let server = client.server();
    assert_eq!(server.version, ProtocolVersion::LATEST_LEGACY);
    assert_eq!(server.instructions.as_deref(), Some("Be kind."));
    assert_eq!(value(server.info.as_ref().unwrap())["name"], "scripted");
}

#[tokio::test]
async fn a_server_that_is_silent_about_discover_is_initialized() {
    let (mut server, stdout, stdin) = pipes();
    let mut options = options();
    options.probe_timeout = Duration::from_millis(50);
    let script = async {
        assert_eq!(server.next().await["method"], "server/discover");
        server.initialize().await;
    };
    let (client, ()) = tokio::join!(connect(stdout, stdin, options), script);
    assert_eq!(client.unwrap().server().era(), Era::Legacy);
}

#[tokio::test]
async fn a_server_that_never_answers_is_an_error_within_its_time() {
    let (_server, stdout, stdin) = pipes();
    let mut options = options();
    options.connect_timeout = Duration::from_millis(100);
    let error = connect(stdout, stdin, options).await.err().unwrap();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_server_of_an_unknown_version_is_refused_in_words() {
    let (mut server, stdout, stdin) = pipes();
    let script = async {
        let discover = server.next().await;
        server.refuse(&discover, -32_601).await;
        let initialize = server.next().await;
        let result = json!({ "protocolVersion": "1999-01-01", "capabilities": {} });
        server.answer(&initialize, &result).await;
    };
    let (client, ()) = tokio::join!(connect(stdout, stdin, options()), script);
    let error = client.err().unwrap();
    assert!(matches!(error, Error::Negotiation { .. }));
    assert!(error.to_string().contains("1999-01-01"), "{error}");
}

#[tokio::test]
async fn each_caller_gets_its_own_answer_in_whatever_order_they_come() {
    let (client, mut server) = connected(options()).await;
    let calls = (0..50).map(|number| {
        let client = client.clone();
        async move {
            let sent = Some(raw(&json!({ "number": number })));
            let result = client.request("tools/call", sent, CallOptions::default());
            assert_eq!(value(&result.await.unwrap())["number"], number);
        }
    });
    let script = async {
        let mut requests = Vec::new();
        for _ in 0..50 {
            requests.push(server.next().await);
        }
        for request in requests.iter().rev() {
            server.answer(request, &request["params"]).await;
        }
    };
    tokio::join!(futures_util::future::join_all(calls), script);
}

#[tokio::test]
async fn callers_may_use_the_same_progress_token() {
    let (client, mut server) = connected(options()).await;
    let call = |name: &'static str| {
        let client = client.clone();
        async move {
            let (options, mut received) = listening();
            let sent = Some(raw(
                &json!({ "name": name, "_meta": { "progressToken": "same" } }),
            ));
            client.request("tools/call", sent, options).await.unwrap();
            let Some(CallEvent::Notification(progress)) = received.recv().await else {
                panic!("no progress");
            };
            let told = value(&progress.params.unwrap());
            assert_eq!(told["progressToken"], "same");
            assert_eq!(told["message"], name);
            assert!(received.try_recv().is_err(), "somebody else's progress");
        }
    };
    let script = async {
        let requests = [server.next().await, server.next().await];
        for request in &requests {
            let told = json!({ "progressToken": request["params"]["_meta"]["progressToken"], "progress": 1, "message": request["params"]["name"] });
            server
                .send(&json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": told }))
                .await;
        }
        for request in &requests {
            server.answer(request, &json!({})).await;
        }
    };
    tokio::join!(call("a"), call("b"), script);
}

#[tokio::test]
async fn a_call_that_is_cancelled_or_dropped_or_late_is_withdrawn_from_the_server() {
    let (client, mut server) = connected(options()).await;
    let cancel = CancellationToken::new();
    let cancelled = CallOptions {
        cancel: Some(cancel.clone()),
        ..CallOptions::default()
    };
    let late = CallOptions {
        timeout: Some(Duration::from_millis(30)),
        ..CallOptions::default()
    };
    for (options, is_dropped) in [
        (cancelled, false),
        (late, false),
        (CallOptions::default(), true),
    ] {
        let call = client.request("tools/call", None, options);
        let script = async {
            let request = server.next().await;
            cancel.cancel();
            request["id"].clone()
        };
        let id = if is_dropped {
            tokio::select! {
                _ = call => panic!("nobody answered"),
                id = script => id,
            }
        } else {
            let (outcome, id) = tokio::join!(call, script);
            let error = outcome.unwrap_err();
            assert!(
                matches!(error, Error::Cancelled | Error::TimedOut { .. }),
                "{error}"
            );
            id
        };
        let withdrawn = server.next().await;
        assert_eq!(withdrawn["method"], "notifications/cancelled");
        assert_eq!(withdrawn["params"]["requestId"], id);
    }
}

#[tokio::test]
async fn progress_keeps_a_slow_call_alive() {
    let (client, mut server) = connected(options()).await;
    let (mut options, _received) = listening();
    options.timeout = Some(Duration::from_millis(200));
    let sent = Some(raw(&json!({ "_meta": { "progressToken": 1 } })));
    let script = async {
        let request = server.next().await;
        for step in 0..5 {
            tokio::time::sleep(Duration::from_millis(80)).await;
            let told = json!({ "progressToken": request["params"]["_meta"]["progressToken"], "progress": step });
            server
                .send(&json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": told }))
                .await;
        }
        server.answer(&request, &json!({})).await;
    };
    let (outcome, ()) = tokio::join!(client.request("tools/call", sent, options), script);
    outcome.unwrap();
}

#[tokio::test]
async fn a_server_that_ends_fails_every_call_at_once() {
    let (client, mut server) = connected(options()).await;
    let first = client.request("tools/call", None, CallOptions::default());
    let second = client.request("tools/list", None, CallOptions::default());
    let script = async {
        server.next().await;
        server.next().await;
        drop(server);
    };
    let (first, second, ()) = tokio::join!(first, second, script);
    for error in [
        first.unwrap_err(),
        second.unwrap_err(),
        client.closed().await,
    ] {
        assert!(error.is_gone(), "{error}");
    }
    let after = client.request("tools/list", None, CallOptions::default());
    assert!(after.await.unwrap_err().is_gone());
}

#[tokio::test]
async fn what_is_no_message_harms_nobody_but_the_call_it_answers() {
    let (client, mut server) = connected(options()).await;
    let good = client.request("tools/list", None, CallOptions::default());
    let bad = client.request("tools/call", None, CallOptions::default());
    let script = async {
        let requests = [server.next().await, server.next().await];
        for line in ["Server ready!", "", "{", "[1,2", "null", "\u{feff}"] {
            server.say(line).await;
        }
        let bad = &requests[1]["id"];
        server
            .say(&format!(r#"{{"jsonrpc":"1.0","id":{bad},"result":{{}}}}"#))
            .await;
        server
            .say(r#"{"jsonrpc":"2.0","id":999999,"result":{}}"#)
            .await;
        server.answer(&requests[0], &json!({ "tools": [] })).await;
    };
    let (good, bad, ()) = tokio::join!(good, bad, script);
    good.unwrap();
    assert!(matches!(bad.unwrap_err(), Error::Protocol { .. }));
}

#[tokio::test]
async fn a_result_that_is_too_long_fails_alone() {
    let mut options = options();
    options.message_limit = 10_000;
    let (client, mut server) = connected(options).await;
    let long = client.request("tools/call", None, CallOptions::default());
    let short = client.request("tools/list", None, CallOptions::default());
    let script = async {
        let requests = [server.next().await, server.next().await];
        let text = "x".repeat(1_000_000);
        server.answer(&requests[0], &json!({ "text": text })).await;
        server.answer(&requests[1], &json!({})).await;
    };
    let (long, short, ()) = tokio::join!(long, short, script);
    assert!(matches!(
        long.unwrap_err(),
        Error::TooLarge { limit: 10_000 }
    ));
    short.unwrap();
}

#[tokio::test]
async fn a_question_goes_to_the_call_it_belongs_to_and_the_answer_back() {
    let (client, mut server) = connected(options()).await;
    let (options, mut received) = listening();
    let call = client.request("tools/call", None, options);
    let answering = async {
        let Some(CallEvent::Request(question)) = received.recv().await else {
            panic!("no question");
        };
        assert_eq!(question.method, "sampling/createMessage");
        question
            .answer(Ok(raw(&json!({ "model": "m" }))))
            .await
            .unwrap();
    };
    let script = async {
        let request = server.next().await;
        server
            .send(&json!({ "jsonrpc": "2.0", "id": "q", "method": "sampling/createMessage", "params": {} }))
            .await;
        let answer = server.next().await;
        assert_eq!(
            answer,
            json!({ "jsonrpc": "2.0", "id": "q", "result": { "model": "m" } })
        );
        server.answer(&request, &json!({})).await;
    };
    let (outcome, (), ()) = tokio::join!(call, answering, script);
    outcome.unwrap();
}

#[tokio::test]
async fn a_question_that_nobody_takes_is_declined_and_a_ping_is_answered() {
    let (_client, mut server) = connected(options()).await;
    server
        .send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "roots/list" }))
        .await;
    assert_eq!(server.next().await["error"]["code"], code::METHOD_NOT_FOUND);
    server
        .send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "ping" }))
        .await;
    assert_eq!(
        server.next().await,
        json!({ "jsonrpc": "2.0", "id": 2, "result": {} })
    );
}

#[tokio::test]
async fn a_changed_list_is_told_to_everybody() {
    let (client, mut server) = connected(options()).await;
    let mut first = client.notifications();
    let mut second = client.notifications();
    server
        .send(&json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" }))
        .await;
    for listener in [&mut first, &mut second] {
        let told = listener.recv().await.unwrap();
        assert_eq!(told.method, "notifications/tools/list_changed");
    }
}

#[tokio::test]
async fn parameters_over_several_lines_go_out_on_one() {
    let (client, mut server) = connected(options()).await;
    let sent = serde_json::value::RawValue::from_string("{\n \"a\":\r\n 1 }".to_owned());
    let call = client.request("tools/call", Some(sent.unwrap()), CallOptions::default());
    let script = async {
        let request = server.next().await;
        assert_eq!(request["params"], json!({ "a": 1 }));
        server.answer(&request, &json!({})).await;
    };
    tokio::join!(call, script).0.unwrap();
}

#[tokio::test]
async fn a_list_that_does_not_end_is_given_up() {
    let (client, mut server) = connected(options()).await;
    let list = client.list_all("tools/list", CallOptions::default());
    let script = async {
        loop {
            let request = server.next().await;
            server
                .answer(&request, &json!({ "tools": [{}], "nextCursor": "again" }))
                .await;
        }
    };
    let error = tokio::select! {
        outcome = list => outcome.unwrap_err(),
        () = script => panic!("it goes on"),
    };
    assert!(matches!(error, Error::Protocol { .. }), "{error}");
}
