//! What a call is: its kind for the log, and the dialect that reads it.

use crate::dialect::Dialect;

/// A recognised call. Everything else under a provider's prefix is plain pass-through.
#[derive(Clone)]
pub struct Operation {
    /// `{dialect}:{operation}`, for example `openai:chatCompletions`; stored with the interaction.
    pub kind: &'static str,
    pub dialect: &'static dyn Dialect,
    /// The model, where the dialect names it in the path instead of the body.
    pub model_in_path: Option<String>,
    /// Whether the path alone already asks for a stream.
    pub streaming_in_path: bool,
}

impl Operation {
    /// Whether a model is asked to answer something, rather than to count or embed it.
    pub fn is_answering(&self) -> bool {
        matches!(
            self.kind,
            "openai:chatCompletions"
                | "openai:responses"
                | "anthropic:messages"
                | "gemini:generateContent"
        )
    }

    pub(crate) fn new(kind: &'static str, dialect: &'static dyn Dialect) -> Self {
        Self {
            kind,
            dialect,
            model_in_path: None,
            streaming_in_path: false,
        }
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Operation")
            .field("kind", &self.kind)
            .field("model_in_path", &self.model_in_path)
            .field("streaming_in_path", &self.streaming_in_path)
            .finish_non_exhaustive()
    }
}
