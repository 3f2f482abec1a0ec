//! The dialects, each one a wire format with a file of its own.

mod anthropic_messages;
mod gemini_generate;
mod openai_chat;
mod openai_embeddings;
mod openai_error;
mod openai_responses;
mod stream;
#[cfg(test)]
mod tests;

use crate::dialect::Dialect;

pub(crate) static ANTHROPIC_MESSAGES: &dyn Dialect = &anthropic_messages::AnthropicMessages;
pub(crate) static GEMINI_GENERATE: &dyn Dialect = &gemini_generate::GeminiGenerate;
pub(crate) static OPENAI_CHAT: &dyn Dialect = &openai_chat::OpenaiChat;
pub(crate) static OPENAI_EMBEDDINGS: &dyn Dialect = &openai_embeddings::OpenaiEmbeddings;
pub(crate) static OPENAI_RESPONSES: &dyn Dialect = &openai_responses::OpenaiResponses;
