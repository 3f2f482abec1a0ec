//! Any bytes through the `gemini_generate` dialect.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| llm_fuzz::read("gemini", "v1beta/models/m:generateContent", bytes));
