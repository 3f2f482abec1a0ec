//! An incremental parser of server-sent events.
