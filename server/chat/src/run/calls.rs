//! The calls of one step, all at once: each is checked, perhaps asked about, and sent through the gateway.

use std::sync::Arc;

use domain::tool_policies::ChatCall;
use domain::traces::Occasion;
use futures_util::future::join_all;
use opentelemetry::Context;
use opentelemetry::context::FutureExt as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::data_event;
use super::turn::Work;
use crate::hub::{APPROVAL, ELICITATION};
use crate::model::CallMade;
use crate::tools::gateway::{self, Answered};
use crate::tools::{Known, Question};

pub(super) async fn run(work: &Work<'_>, calls: Vec<CallMade>) {
    join_all(calls.into_iter().map(|call| one(work, call))).await;
}

/// How a call ended.
enum End {
    Result(Value),
    Error { text: String, link: Option<String> },
    Denied(Option<String>),
}

async fn one(work: &Work<'_>, call: CallMade) {
    let started = work.chat.platform.clock.monotonic();
    let end = perform(work, &call).await;
    let now = work.chat.platform.clock.monotonic();
    let took = now.saturating_duration_since(started);
    let local = work.local;
    let mut fields = json!({ "toolCallId": call.id, "durationMs": u64::try_from(took.as_millis()).unwrap_or(u64::MAX) });
    match end {
        End::Result(output) => local.tell_output(&call.id, &output),
        End::Error { text, link } => {
            if let Some(link) = link {
                fields["link"] = link.into();
            }
            local.tell(&json!({ "type": "tool-output-error", "toolCallId": call.id, "errorText": text, "dynamic": true }));
        }
        End::Denied(reason) => {
            fields["approval"] = json!({ "id": call.id, "approved": false, "reason": reason });
            local.tell(&json!({ "type": "tool-output-denied", "toolCallId": call.id }));
        }
    }
    local.tell(&data_event("data-tool", &fields));
}

async fn perform(work: &Work<'_>, call: &CallMade) -> End {
    let arguments = match &call.arguments {
        Ok(arguments) => arguments,
        Err(text) => return failed(text.clone()),
    };
    let known = match work.tools.find(&call.name, arguments) {
        Ok(known) => known,
        Err(text) => return failed(text),
    };
    let mut approved = false;
    if work.tools.asks(known, &call.name, arguments) {
        let answer = approval(work, known, call).await;
        if answer["approved"] != true {
            let reason = answer["reason"].as_str().map(str::to_owned);
            return End::Denied(reason);
        }
        approved = true;
    }
    match send(work, known, call, arguments, approved).await {
        Ok(Answered::Result(output)) => {
            work.tools.guard.read(&output);
            End::Result(output)
        }
        Ok(Answered::Failed { text, link }) => End::Error { text, link },
        Ok(Answered::Asks { .. }) => failed("The server asked more often than it may.".to_owned()),
        Err(fault) => failed(fault.message),
    }
}

fn failed(text: String) -> End {
    End::Error { text, link: None }
}

async fn approval(work: &Work<'_>, known: &Known, call: &CallMade) -> Value {
    let local = work.local;
    local.tell(
        &json!({ "type": "tool-approval-request", "approvalId": call.id, "toolCallId": call.id }),
    );
    local.wait_for_person(true);
    let answer = local.answer(APPROVAL, &call.id).await;
    if answer["approved"] == true {
        let fields = json!({
            "toolCallId": call.id, "state": "input-available", "approval": { "id": call.id, "approved": true },
        });
        local.tell(&data_event("data-tool", &fields));
    }
    local.wait_for_person(false);
    if answer["approved"] == true && answer["remember"] == true {
        work.tools.allow(known);
    }
    answer
}

/// A server may ask its user back; more often than this it does not get anywhere.
const ROUNDS: usize = 16;

async fn send(
    work: &Work<'_>,
    known: &Known,
    call: &CallMade,
    arguments: &Value,
    approved: bool,
) -> Result<Answered, super::Fault> {
    let (chat, conversation) = (work.chat, &work.conversation);
    let made = ChatCall {
        approved,
        untrusted: work.tools.guard.is_untrusted(),
    };
    let mut more = json!({});
    let name = work.tools.gateway_name(&call.name);
    let occasion = Context::current_with_value(Arc::new(Occasion {
        conversation: conversation.id,
        call: call.id.clone(),
    }));
    for _ in 0..ROUNDS {
        let answered = gateway::call(chat, conversation, known, &name, arguments, &more, made)
            .with_context(occasion.clone())
            .await?;
        let Answered::Asks { questions, state } = answered else {
            return Ok(answered);
        };
        let mut answers = serde_json::Map::new();
        for question in questions {
            let answer = elicit(work, call, &question).await;
            answers.insert(question.key, answer);
        }
        more = json!({ "inputResponses": answers, "requestState": state });
    }
    Ok(Answered::Failed {
        text: "The server asked again and again, so the call was ended.".to_owned(),
        link: None,
    })
}

async fn elicit(work: &Work<'_>, call: &CallMade, question: &Question) -> Value {
    let id = Uuid::now_v7().to_string();
    let mut elicitation = question.shown.clone();
    elicitation["id"] = id.as_str().into();
    elicitation["toolCallId"] = call.id.as_str().into();
    let local = work.local;
    let fields = |elicitation: &Value| {
        data_event(
            "data-tool",
            &json!({ "toolCallId": call.id, "elicitation": elicitation }),
        )
    };
    local.tell(&fields(&elicitation));
    local.tell(&data_event("data-elicitation", &elicitation));
    local.wait_for_person(true);
    let answer = local.answer(ELICITATION, &id).await;
    elicitation["answered"] = answer["action"].clone();
    local.tell(&fields(&elicitation));
    local.wait_for_person(false);
    answer
}
