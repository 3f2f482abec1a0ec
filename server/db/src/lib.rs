//! All SQL: one file per noun, rows in and rows out.
