//! Any bytes through the `anthropic_messages` dialect.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| llm_fuzz::read("anthropic", "v1/messages", bytes));
