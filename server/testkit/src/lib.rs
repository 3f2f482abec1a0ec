//! Real database and fake outside systems for tests.
