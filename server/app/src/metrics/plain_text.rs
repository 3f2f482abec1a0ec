//! Prometheus's text format 0.0.4, made from `OpenMetrics`: counters are described by their full name, and there are no
//! exemplars, units or end.
//!
//! Source: Prometheus documentation, exposition formats.

use std::collections::HashSet;

/// An unescaped quote can't be in a label's value, so this is where an exemplar begins.
const EXEMPLAR: &str = " # {trace_id=\"";

pub(super) fn from_open_metrics(text: &str) -> String {
    let counters: HashSet<&str> = text.lines().filter_map(counter).collect();
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(comment) => describe(&mut plain, comment, &counters),
            None => push(&mut plain, line.split(EXEMPLAR).next().unwrap_or(line)),
        }
    }
    plain
}

/// The family that the line says is one of counters.
fn counter(line: &str) -> Option<&str> {
    line.strip_prefix("# TYPE ")?.strip_suffix(" counter")
}

fn describe(plain: &mut String, comment: &str, counters: &HashSet<&str>) {
    let mut words = comment.splitn(3, ' ');
    let (Some(word @ ("HELP" | "TYPE")), Some(name), Some(rest)) =
        (words.next(), words.next(), words.next())
    else {
        return;
    };
    let total = if counters.contains(name) {
        "_total"
    } else {
        ""
    };
    push(plain, &format!("# {word} {name}{total} {rest}"));
}

fn push(plain: &mut String, line: &str) {
    plain.push_str(line);
    plain.push('\n');
}
