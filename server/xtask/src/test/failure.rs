//! A suite that failed, with what it said of it: repeated at the end, since a run prints thousands of lines.

use std::fmt;

use super::tally::{Tally, without_colour};

/// So much of the end of what it printed, where most runners explain their failures.
const LAST: usize = 80;
/// So much after a line that names a failed test.
const AFTER: usize = 12;
/// At most, however many tests failed.
const MOST: usize = 200;
/// How runners begin the line that names a failed test.
const NAMES: [&str; 7] = ["✘ ", "✗ ", "× ", "not ok ", "FAIL ", "FAIL: ", "FAILED "];

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) tally: Tally,
    pub(crate) said: Vec<String>,
}

impl Failure {
    pub(crate) fn new(mut tally: Tally, lines: &[String]) -> Self {
        tally.failed = tally.failed.max(1);
        Self {
            tally,
            said: excerpt(lines),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tally.fmt(formatter)
    }
}

impl std::error::Error for Failure {}

fn excerpt(lines: &[String]) -> Vec<String> {
    let end = lines.len().saturating_sub(LAST);
    let mut until = 0;
    let mut said = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if names_a_failure(line) {
            until = number + AFTER;
        }
        if number <= until && until > 0 || number >= end {
            said.push(line.clone());
        }
    }
    said.truncate(MOST);
    said
}

fn names_a_failure(line: &str) -> bool {
    let line = without_colour(line);
    let line = line.trim_start();
    NAMES.iter().any(|name| line.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::{AFTER, Failure, LAST, MOST};
    use crate::test::tally::Tally;

    fn said(lines: impl Iterator<Item = String>) -> Vec<String> {
        Failure::new(Tally::default(), &lines.collect::<Vec<_>>()).said
    }

    #[test]
    fn what_names_a_failure_is_kept_with_what_follows_and_the_end() {
        let said = said((0..500).map(|number| match number {
            100 => "    \u{1b}[31mnot ok 3 - the window opens\u{1b}[0m".to_owned(),
            _ => format!("line {number}"),
        }));
        assert_eq!(said.len(), 1 + AFTER + LAST);
        assert!(said[0].contains("the window opens"));
        assert_eq!(said[1], "line 101");
        assert_eq!(said.last().map(String::as_str), Some("line 499"));
    }

    #[test]
    fn many_failures_do_not_fill_the_screen() {
        assert_eq!(said((0..5000).map(|_| "FAIL it".to_owned())).len(), MOST);
    }

    #[test]
    fn a_suite_that_failed_has_a_failure() {
        assert_eq!(Failure::new(Tally::default(), &[]).tally.failed, 1);
    }
}
