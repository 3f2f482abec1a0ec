//! The whole program over HTTP.
