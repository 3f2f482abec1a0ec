//! Any bytes through the `openai_chat` dialect.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| llm_fuzz::read("openai", "chat/completions", bytes));
