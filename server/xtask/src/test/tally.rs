//! How many tests passed and failed, read from what the runners print; each has its own way to say it.

use std::fmt;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    pub(crate) const FAILURE: Self = Self {
        passed: 0,
        failed: 1,
    };

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Understands nextest, `cargo test`, vitest, Playwright, pytest and `node --test`. Most print one summary at the
    /// end, so the last word counts; `cargo test` prints one per binary, so those are added.
    pub(crate) fn read(lines: &[String]) -> Self {
        // nextest repeats what failed tests printed, which may look like any summary; its own line is unmistakable.
        let nextest = lines
            .iter()
            .map(|line| without_colour(line))
            .find(|line| line.trim_start().starts_with("Summary [") && line.contains("run:"));
        if let Some(summary) = nextest {
            return Self {
                passed: number_before(&summary, "passed").unwrap_or(0),
                failed: number_before(&summary, "failed").unwrap_or(0),
            };
        }
        let mut cargo_test = Self::default();
        let mut last = Self::default();
        for line in lines {
            let line = without_colour(line);
            if line.starts_with("test result:") {
                cargo_test.add(Self {
                    passed: number_before(&line, "passed").unwrap_or(0),
                    failed: number_before(&line, "failed").unwrap_or(0),
                });
                continue;
            }
            if let Some(passed) =
                number_before(&line, "passed").or_else(|| node_test(&line, "pass"))
            {
                last.passed = passed;
            }
            if let Some(failed) =
                number_before(&line, "failed").or_else(|| node_test(&line, "fail"))
            {
                last.failed = failed;
            }
        }
        last.add(cargo_test);
        last
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return Ok(());
        }
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The number in `12 passed`, wherever in the line.
fn number_before(line: &str, word: &str) -> Option<usize> {
    let words: Vec<&str> = line
        .split(|character: char| !character.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
}

/// The number in `# pass 12` or `ℹ pass 12`, which is the whole line.
fn node_test(line: &str, word: &str) -> Option<usize> {
    match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["#" | "ℹ", found, number] if found == word => number.parse().ok(),
        _ => None,
    }
}

pub(super) fn without_colour(line: &str) -> String {
    let mut plain = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // A colour is ESC [ … m.
            let _ = characters.find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests;
