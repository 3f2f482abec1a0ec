//! The LLM proxy plane: a provider's own API behind one base URL, every call recorded.
