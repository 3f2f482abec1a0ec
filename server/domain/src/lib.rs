//! Rules that the planes share.
