//! Composes the planes and serves them.
