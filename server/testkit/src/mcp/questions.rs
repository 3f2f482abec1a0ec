//! States that travel through the client (MRTR) and come back: sealed, so that they come back as they were.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::exchange::Refusal;

/// A fixture's secret guards nothing.
const KEY: &str = "mcp-fixture";

pub(super) fn seal(state: &str) -> String {
    let mut sealed = format!("{state}.");
    for byte in Sha256::digest(format!("{KEY}:{state}:{KEY}")) {
        // Writing into a string cannot fail.
        let _ = write!(sealed, "{byte:02x}");
    }
    sealed
}

pub(super) fn open(sealed: &str) -> Result<&str, Refusal> {
    let state = sealed.rsplit_once('.').map(|(state, _)| state);
    state
        .filter(|state| seal(state) == sealed)
        .ok_or_else(|| Refusal::error(-32_602, "the requestState is not one of this server"))
}
