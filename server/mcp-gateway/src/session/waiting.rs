//! Questions of servers (sampling, elicitation, roots) that have been put to clients and wait for their answers.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mcp::client::ServerRequest;
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct Waiting(Mutex<HashMap<String, Question>>);

struct Question {
    session: Uuid,
    request: ServerRequest,
}

impl Waiting {
    fn questions(&self) -> MutexGuard<'_, HashMap<String, Question>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The id under which the client is asked.
    pub(crate) fn ask(&self, session: Uuid, request: ServerRequest) -> String {
        let id = Uuid::new_v4().simple().to_string();
        self.questions()
            .insert(id.clone(), Question { session, request });
        id
    }

    /// The question that a client of this session answers.
    pub(crate) fn answered(&self, session: Uuid, id: &str) -> Option<ServerRequest> {
        let mut questions = self.questions();
        questions
            .get(id)
            .filter(|question| question.session == session)?;
        questions.remove(id).map(|question| question.request)
    }

    /// The call that it belonged to is over.
    pub(crate) fn forget(&self, id: &str) {
        self.questions().remove(id);
    }
}
