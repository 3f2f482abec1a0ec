//! Results that ask for input (2026-07-28): the questions go to the caller, the answers into the next attempt.

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};

use super::requests::{Answer, Reply};
use super::{CallEvent, ServerRequest};
use crate::era::result_type;
use crate::error::Error;
use crate::jsonrpc::Id;
use crate::object::Object;

/// A server that asks more often than this does not get anywhere.
pub(super) const ROUNDS: usize = 16;

#[derive(Deserialize)]
struct Question<'a> {
    method: String,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

/// What a result asks for; `None` when it is complete.
pub(super) fn required(result: &RawValue) -> Option<Object<'_>> {
    // Most results are complete, and long ones are not worth reading for this.
    memchr::memmem::find(result.get().as_bytes(), b"input_required")?;
    let object = Object::parse(result)?;
    (object.text("resultType")? == result_type::INPUT_REQUIRED).then_some(object)
}

/// Asks the caller everything that a result asks for, all at once.
pub(super) async fn collect(
    required: &Object<'_>,
    events: &mpsc::Sender<CallEvent>,
) -> Result<Option<Object<'static>>, Error> {
    let Some(questions) = required.object("inputRequests") else {
        return Ok(None);
    };
    let mut waiting = Vec::new();
    for (key, question) in questions.members() {
        let question: Question<'_> = serde_json::from_str(question.get()).map_err(|error| {
            Error::protocol(format!("the question `{key}` is unreadable: {error}"))
        })?;
        let (sender, receiver) = oneshot::channel();
        let request = ServerRequest::new(
            question.method,
            question.params.map(ToOwned::to_owned),
            Id::String(key.to_owned()),
            Reply::Result(sender),
            None,
        );
        events
            .send(CallEvent::Request(request))
            .await
            .map_err(|_| Error::Cancelled)?;
        waiting.push((key.to_owned(), receiver));
    }
    let mut answers = Object::new();
    for (key, receiver) in waiting {
        let answer: Answer = receiver.await.map_err(|_| Error::Cancelled)?;
        answers.set(key, std::borrow::Cow::Owned(answer.map_err(Error::Rpc)?));
    }
    Ok(Some(answers))
}
