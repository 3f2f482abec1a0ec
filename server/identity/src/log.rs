//! A sign-in, step by step, for the administrator who wants to know where it ends. Never holds a secret, a code or a token.

use serde::{Deserialize, Serialize};

use crate::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warning,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub status: Status,
    pub detail: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Log {
    pub steps: Vec<Step>,
}

impl Log {
    pub fn ok(&mut self, name: &str, detail: impl Into<String>) {
        self.note(name, Status::Ok, detail.into());
    }

    pub fn warn(&mut self, name: &str, detail: impl Into<String>) {
        self.note(name, Status::Warning, detail.into());
    }

    pub fn fail(&mut self, name: &str, detail: impl Into<String>) {
        self.note(name, Status::Failed, detail.into());
    }

    /// Writes down how a step went, and hands its result on.
    pub fn step<T>(
        &mut self,
        name: &str,
        result: Result<T>,
        detail: impl FnOnce(&T) -> String,
    ) -> Result<T> {
        match &result {
            Ok(done) => self.ok(name, detail(done)),
            Err(error) => self.fail(name, error.to_string()),
        }
        result
    }

    pub fn failed(&self) -> bool {
        self.steps.iter().any(|step| step.status == Status::Failed)
    }

    fn note(&mut self, name: &str, status: Status, detail: String) {
        self.steps.push(Step {
            name: name.to_owned(),
            status,
            detail,
        });
    }
}
