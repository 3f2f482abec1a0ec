//! Every variable, for people: as the end of `--help`, and as the page docs/configuration.md.

use std::fmt::Write as _;

use crate::config::{Effect, VARIABLES, Variable};

/// The variable that each part of the page begins with.
const PARTS: [(&str, &str); 6] = [
    ("ARCHESTRA_DATABASE_URL", "Where things are"),
    ("ARCHESTRA_AUTH_RATE_LIMIT", "Signing in"),
    ("ARCHESTRA_OPENAI_BASE_URL", "Providers and what is kept"),
    ("ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE", "MCP servers"),
    ("ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT", "Observing"),
    ("ARCHESTRA_SECRETS_MANAGER", "Secrets"),
];

const HEAD: &str = "\
# Configuration

<!-- Written by `cargo xtask codegen` from server/app/src/config/variables.rs. -->

Everything is configured by environment variables. An empty one counts as not set; one that can't be used stops the start,
and the message says why and what would do. `archestra config` shows the values in force and where each comes from,
`archestra doctor` whether they work.
";

/// For `--help`.
pub(super) fn help() -> String {
    let paragraph = |variable: &Variable| {
        let default = variable
            .default
            .filter(|_| !variable.secret)
            .map(|default| format!(" [default: {default}]"));
        format!(
            "  {}\n      {}{}\n",
            variable.name,
            about(variable),
            default.unwrap_or_default()
        )
    };
    let variables: String = VARIABLES.iter().map(paragraph).collect();
    format!("Environment variables:\n{variables}")
}

/// For docs/configuration.md.
pub(super) fn page() -> Result<String, std::fmt::Error> {
    let mut page = HEAD.to_owned();
    for variable in VARIABLES {
        if let Some((_, title)) = PARTS.iter().find(|(first, _)| *first == variable.name) {
            write!(
                page,
                "\n## {title}\n\n| variable | default | about |\n|---|---|---|\n"
            )?;
        }
        writeln!(
            page,
            "| `{}` | {} | {}{} Such as `{}` |",
            variable.name,
            variable.default.map_or_else(String::new, code),
            if variable.secret { "Secret. " } else { "" },
            about(variable).replace('|', "\\|"),
            variable.example
        )?;
    }
    Ok(page.trim_end().to_owned())
}

pub(super) fn about(variable: &Variable) -> String {
    match variable.effect {
        Effect::InForce => variable.about.to_owned(),
        Effect::Accepted => format!("{} (accepted; not in force yet)", variable.about),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_begins_with_a_variable_that_is_there() {
        for (first, title) in PARTS {
            let is_there = VARIABLES.iter().any(|variable| variable.name == first);
            assert!(is_there, "{title} begins with {first}, which is gone");
        }
        assert_eq!(VARIABLES[0].name, PARTS[0].0);
    }

    #[test]
    fn the_page_has_a_row_for_each_variable() {
        let page = page().unwrap_or_default();
        for variable in VARIABLES {
            let row = format!("| `{}` | ", variable.name);
            assert_eq!(page.matches(&row).count(), 1, "{}", variable.name);
        }
    }
}
