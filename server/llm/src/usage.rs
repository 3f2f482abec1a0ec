//! Tokens of one call as the provider counted them, in one shape for all dialects.
//!
//! The parts do not overlap, so a cost is the sum of part × price; only `reasoning` and
//! `cache_write_1h` are shares of another part.

/// Token counts of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// Prompt tokens that were neither read from nor written to a cache.
    pub input: u64,
    /// Everything generated, reasoning included.
    pub output: u64,
    pub cache_read: u64,
    /// Prompt tokens written to a cache, whatever its lifetime.
    pub cache_write: u64,
    /// The share of `cache_write` that is kept for an hour, which Anthropic prices higher.
    pub cache_write_1h: u64,
    /// The share of `output` that was reasoning.
    pub reasoning: u64,
}

impl Usage {
    /// The size of the whole prompt, which selects the price tier.
    pub fn prompt(&self) -> u64 {
        self.input
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_write)
    }
}
