//! Docker and processes against the real thing: a real engine with real MCP servers in images that testkit makes.
//! Without an engine these tests say that they skip.

#![expect(clippy::expect_used, reason = "tests")]

#[cfg(target_os = "linux")]
mod it {
    mod docker;
    mod engine_away;
    mod faults;
    mod lockdown;
    mod process;
    mod secrets;
    mod speaking;
    mod with;
}
