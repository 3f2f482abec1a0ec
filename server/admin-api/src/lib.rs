//! The /api plane: one file per noun.
