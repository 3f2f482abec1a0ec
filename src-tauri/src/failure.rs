//! A failed start in words for a person: what happened, why, and what to do.

use app::StartError;
use postgres::error::Error as PostgresError;

/// Where an error names no remedy.
const ASK_THE_LOG: &str = "Try again. If it happens again, start the program from a terminal: what it says there tells \
                           more.";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) title: &'static str,
    pub(crate) cause: String,
    pub(crate) fix: String,
}

impl From<&StartError> for Failure {
    fn from(error: &StartError) -> Self {
        let (cause, mut fix) = cause_and_fix(&error.to_string());
        if let StartError::Postgres(PostgresError::Io { path, .. }) = error {
            fix = format!(
                "See to it that this user can read and write {}, or set ARCHESTRA_DATA_DIR to another place. Then try \
                 again.",
                path.display()
            );
        }
        Self {
            title: title(error),
            cause,
            fix,
        }
    }
}

fn title(error: &StartError) -> &'static str {
    match error {
        StartError::Config(_) => "A setting can’t be used",
        StartError::Port { .. } => "A port is taken",
        StartError::DataDir { .. }
        | StartError::NoDataDir
        | StartError::Postgres(PostgresError::Io { .. }) => "There is no place for your data",
        StartError::Postgres(PostgresError::DataDirInUse { .. }) => "Archestra is already running",
        StartError::Postgres(_) | StartError::Database { .. } => "The database did not start",
        StartError::NewerSchema { .. } => "Your data is from a newer version",
        _ => "Archestra did not start",
    }
}

/// Our errors end with what to do. The first sentence that follows another is where that begins.
fn cause_and_fix(text: &str) -> (String, String) {
    let sentence = text.match_indices(". ").find(|(end, _)| {
        text[end + 2..]
            .chars()
            .next()
            .is_some_and(char::is_uppercase)
    });
    match sentence {
        Some((end, _)) => (sentence_of(&text[..end]), sentence_of(&text[end + 2..])),
        None => (sentence_of(text), ASK_THE_LOG.to_owned()),
    }
}

/// With a capital and a full stop, since errors are written to be embedded.
fn sentence_of(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", characters.as_str())
}

#[cfg(test)]
mod tests;
