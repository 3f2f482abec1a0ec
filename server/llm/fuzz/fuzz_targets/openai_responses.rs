//! Any bytes through the `openai_responses` dialect.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| llm_fuzz::read("openai", "responses", bytes));
