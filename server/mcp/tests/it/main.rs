//! The client against servers that behave, and against servers that do not.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod http;
mod raw_http;
mod scripted;
mod stateless;
mod stdio;

use mcp::client::Options;
use mcp::guard::{AddressGuard, Allow};
use mcp::http::Http;
use mcp::object::raw;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

fn options() -> Options {
    let mut options = Options::new(TaskTracker::new());
    options.capabilities = raw(&json!({ "sampling": {}, "elicitation": {}, "roots": {} }));
    options
}

/// The servers of these tests are on this machine.
fn open_http() -> Http {
    Http::new(AddressGuard::new(Allow::everything())).unwrap()
}

fn value(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap()
}
