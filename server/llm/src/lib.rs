//! LLM wire formats (dialects) and providers: pure functions on bytes.
