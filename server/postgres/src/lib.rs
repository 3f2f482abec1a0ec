//! The embedded Postgres: installed, started, watched and stopped by us.

pub mod install;
