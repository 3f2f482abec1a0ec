//! The dialects against streams and bodies in the providers' own wire format, under `tests/golden`.

#![expect(clippy::unwrap_used, reason = "tests")]

mod goldens;
mod properties;
mod recorded;
