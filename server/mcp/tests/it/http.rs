//! Over HTTP: both eras, sessions that are lost, streams that break, servers that lie.

use std::time::Duration;

use anyhow::Result;
use mcp::client::{CallEvent, CallOptions, Client, HttpTarget, Input, Options};
use mcp::era::{Era, ProtocolVersion};
use mcp::error::Error;
use mcp::guard::{AddressGuard, Allow};
use mcp::http::Http;
use mcp::object::raw;
use serde_json::{Value, json};
use testkit::mcp::{FakeMcpServer, McpSettings};
use tokio::sync::mpsc;
use url::Url;

use crate::raw_http::answering;
use crate::{open_http, options, value};

type Judge = fn(&Error) -> bool;

async fn connect(url: Url, options: Options) -> Result<Client, Error> {
    let target = HttpTarget {
        url,
        headers: http::HeaderMap::new(),
        bearer: Some("secret-token".into()),
        http: open_http(),
    };
    Client::connect_http(target, options).await
}

fn legacy() -> Options {
    let mut options = options();
    options.versions = ProtocolVersion::ALL[..4].to_vec();
    options
}

async fn call(client: &Client, tool: &str) -> Result<Value, Error> {
    let (events, mut received) = mpsc::channel(8);
    let options = CallOptions {
        events: Some(events),
        input: Input::Ask,
        ..CallOptions::default()
    };
    let sent = Some(raw(
        &json!({ "name": tool, "arguments": { "prompt": "p", "message": "m" } }),
    ));
    let answering = async {
        while let Some(event) = received.recv().await {
            if let CallEvent::Request(question) = event {
                let answer =
                    json!({ "action": "accept", "content": { "name": "Ada" }, "roots": [] });
                question.answer(Ok(raw(&answer))).await.unwrap();
            }
        }
    };
    let (outcome, ()) = tokio::join!(client.request("tools/call", sent, options), answering);
    outcome.map(|result| value(&result))
}

#[tokio::test]
async fn both_eras_are_found_out_and_serve_the_same() -> Result<()> {
    for speaks_stateless in [true, false] {
        let server = FakeMcpServer::start_with(McpSettings {
            speaks_stateless,
            ..McpSettings::default()
        })
        .await?;
        let client = connect(server.url()?, options()).await?;
        assert_eq!(client.server().era() == Era::Stateless, speaks_stateless);
        let tools = client
            .list_all("tools/list", CallOptions::default())
            .await?;
        assert_eq!(tools.len(), server.tools().len());
        for tool in [
            "test_simple_text",
            "test_streaming_elicitation",
            "test_input_required_result_multi_round",
        ] {
            let result = call(&client, tool).await?;
            assert!(result["content"][0]["text"].is_string(), "{tool}: {result}");
        }
        let missing = call(&client, "no_such_tool").await.unwrap_err();
        assert!(matches!(missing, Error::Rpc(error) if error.code == -32_602));
        client.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn the_token_goes_with_every_request_up_to_the_last() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    let client = connect(server.url()?, legacy()).await?;
    call(&client, "test_simple_text").await?;
    client.close().await;
    let received = server.received();
    assert!(received.iter().any(|request| request.verb == "DELETE"));
    for request in received {
        assert_eq!(request.headers["authorization"], "Bearer secret-token");
    }
    Ok(())
}

#[tokio::test]
async fn a_forgotten_session_is_opened_anew_once_for_all_callers() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    let client = connect(server.url()?, legacy()).await?;
    server.forget_sessions();
    let calls = (0..20).map(|_| call(&client, "test_simple_text"));
    for outcome in futures_util::future::join_all(calls).await {
        outcome?;
    }
    assert_eq!(server.sessions(), 1);
    let received = server.received();
    let initialized = received
        .iter()
        .filter(|request| request.message["method"] == "initialize");
    assert_eq!(initialized.count(), 2);
    Ok(())
}

#[tokio::test]
async fn after_a_restart_of_the_server_changes_are_heard_of_again() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    let client = connect(server.url()?, legacy()).await?;
    server.forget_sessions();
    call(&client, "test_simple_text").await?;
    let mut heard = client.notifications();
    let told = testkit::wait::until("the changed list", || {
        server.set_tools(Vec::new());
        let told = heard.try_recv().ok();
        async { told }
    });
    assert_eq!(told.await.method, "notifications/tools/list_changed");
    Ok(())
}

#[tokio::test]
async fn a_stream_that_ends_early_is_taken_up_again() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    let client = connect(server.url()?, legacy()).await?;
    let result = call(&client, "test_reconnection").await?;
    assert_eq!(
        result["content"][0]["text"],
        "The stream was taken up again."
    );
    let resumed = server.received();
    let resumed = resumed
        .iter()
        .filter(|request| request.headers.contains_key("last-event-id"));
    assert_eq!(resumed.count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_changed_list_is_heard_of_in_both_eras() -> Result<()> {
    for options in [options(), legacy()] {
        let server = FakeMcpServer::start().await?;
        let client = connect(server.url()?, options).await?;
        let mut heard = client.notifications();
        // The subscription of the stateless era is opened beside the first calls.
        let told = testkit::wait::until("the changed list", || {
            server.set_tools(Vec::new());
            let told = heard.try_recv().ok();
            async { told }
        });
        assert_eq!(told.await.method, "notifications/tools/list_changed");
        assert!(
            client
                .list_all("tools/list", CallOptions::default())
                .await?
                .is_empty()
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_tool_that_changes_its_headers_is_learnt_anew() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    let client = connect(server.url()?, options()).await?;
    let sent = || {
        Some(raw(
            &json!({ "name": "test_custom_header", "arguments": { "region": "eu " } }),
        ))
    };
    // Never listed, so the first attempt lacks the header and is refused.
    let result = client.request("tools/call", sent(), CallOptions::default());
    result.await?;
    let before = server.received().len();
    let result = client.request("tools/call", sent(), CallOptions::default());
    result.await?;
    let received = server.received();
    assert_eq!(received.len(), before + 1);
    assert_eq!(
        received[before].headers["mcp-param-region"],
        "=?base64?ZXUg?="
    );
    Ok(())
}

#[tokio::test]
async fn a_server_on_this_machine_is_refused_unless_it_is_allowed() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    for url in [
        server.url()?,
        format!("http://{}/mcp", server.address()).parse()?,
    ] {
        let target = HttpTarget {
            url,
            headers: http::HeaderMap::new(),
            bearer: None,
            http: Http::new(AddressGuard::new(Allow::nothing()))?,
        };
        let refused = Client::connect_http(target, options()).await.err().unwrap();
        assert!(matches!(refused, Error::Address(_)), "{refused}");
    }
    assert!(server.received().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_redirect_to_another_place_takes_no_body_and_no_token_along() -> Result<()> {
    let server = FakeMcpServer::start().await?;
    let to = server.url()?;
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let redirecting = answering(answer, false).await;
    let url = format!("http://{}/mcp", redirecting.address).parse()?;
    let refused = connect(url, options()).await.err().unwrap();
    assert!(matches!(refused, Error::Address(_)), "{refused}");
    assert!(server.received().is_empty());
    Ok(())
}

#[tokio::test]
async fn what_a_server_answers_wrongly_is_an_error_in_words() -> Result<()> {
    let json = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    };
    let long = "x".repeat(20_000);
    #[rustfmt::skip]
    let wrong: &[(String, Judge)] = &[
        (json("hello"), |error| matches!(error, Error::Protocol { .. })),
        (json(""), |error| matches!(error, Error::Protocol { .. })),
        (json(&format!("{{\"x\":\"{long}\"}}")), |error| matches!(error, Error::TooLarge { .. })),
        ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{".to_owned(), |error| error.is_gone()),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {\n\n".to_owned(), |error| matches!(error, Error::Protocol { .. })),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n: nothing\n\n".to_owned(), |error| error.is_gone()),
        ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\nConnection: close\r\n\r\noops".to_owned(), |error| matches!(error, Error::Http { status, .. } if status.as_u16() == 502)),
        ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer scope=\"a b\", resource_metadata=\"http://x/y\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
            |error| matches!(error, Error::Unauthorized { challenge: Some(challenge), .. } if challenge.scope.as_deref() == Some("a b"))),
        ("SSH-2.0-OpenSSH_9.6\r\n".to_owned(), |error| matches!(error, Error::Unreachable { .. })),
    ];
    for (answer, is_right) in wrong {
        let server = answering(answer.clone(), false).await;
        let mut options = legacy();
        options.message_limit = 10_000;
        let url = format!("http://{}/mcp", server.address).parse()?;
        let error = connect(url, options).await.err().unwrap();
        assert!(is_right(&error), "{answer}: {error:?}");
        assert!(!error.to_string().contains("secret-token"));
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_never_answers_costs_the_connect_timeout_and_no_more() -> Result<()> {
    let silent = answering(String::new(), true).await;
    let mut options = legacy();
    options.connect_timeout = Duration::from_millis(200);
    let url: Url = format!("http://{}/mcp", silent.address).parse()?;
    let error = connect(url, options).await.err().unwrap();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_said_with_the_place_and_the_cause() -> Result<()> {
    let nobody = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = nobody.local_addr()?;
    drop(nobody);
    let error = connect(
        format!("http://{address}/mcp?key=hidden").parse()?,
        options(),
    )
    .await;
    let text = error.err().unwrap().to_string();
    assert!(
        text.contains(&address.to_string()) && text.contains("refused"),
        "{text}"
    );
    assert!(!text.contains("hidden"), "{text}");
    Ok(())
}
