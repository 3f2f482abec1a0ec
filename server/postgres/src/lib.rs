//! The embedded PostgreSQL: installed, started, watched and stopped by us.
