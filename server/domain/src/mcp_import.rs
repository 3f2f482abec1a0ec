//! What people paste when they have found an MCP server, read into catalogue items to look at before they are saved.
//!
//! Nothing is run, fetched or saved here, and no secret of the paste is in what comes back: its place is kept, its value
//! is asked for again when the server is installed.

mod client_config;
mod command;
mod command_line;
mod docker_run;
mod draft;
mod hazards;
mod secret;
pub mod server_json;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_json::Value;
use url::Url;

pub use draft::{Draft, FoundSecret, Imported, Place};

/// Longer than any configuration file people have, short enough to read at once.
const LONGEST: usize = 256 * 1024;
/// More servers than this in one paste is a mistake or an attack.
const MOST_SERVERS: usize = 100;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Review {
    pub format: Format,
    pub servers: Vec<Imported>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Format {
    #[serde(rename = "mcpServers")]
    McpServers,
    #[serde(rename = "vscode")]
    VsCode,
    #[serde(rename = "codex")]
    Codex,
    #[serde(rename = "claude-mcp-add")]
    McpAdd,
    #[serde(rename = "docker-run")]
    DockerRun,
    #[serde(rename = "command")]
    Command,
    #[serde(rename = "url")]
    Url,
    #[serde(rename = "server.json")]
    ServerJson,
}

/// No variant quotes the paste: it may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("There is nothing to import. Paste a configuration, a command or an address.")]
    Empty,
    #[error("The text is longer than {} KiB. Paste only the part about the servers.", LONGEST / 1024)]
    TooLong,
    #[error(
        "The text has an invisible character (U+{0:04X}), which can hide what a command does. Type the line by hand instead of pasting it."
    )]
    Invisible(u32),
    #[error(
        "This is not valid JSON: line {line}, column {column}. Paste it whole, with all its braces."
    )]
    Json { line: usize, column: usize },
    #[error("This is not valid TOML: {0}.")]
    Toml(String),
    #[error(
        "No MCP server was found in it. What can be read: the JSON of mcpServers or VS Code, Codex's TOML, `claude mcp add …`, `docker run …`, `npx …` or `uvx …`, the address of a server, a server.json."
    )]
    Unrecognised,
    #[error("These are more than {MOST_SERVERS} servers. Paste fewer at once.")]
    TooMany,
    #[error("The quotes of the command are not closed.")]
    Quotes,
    #[error(
        "The text does more than start one server ({0}). Paste only the command that starts the server."
    )]
    MoreThanOneCommand(&'static str),
    #[error("The server {name} has neither a command nor an address.")]
    NothingToStart { name: String },
    #[error("The address of {name} can't be used: {why}.")]
    Address { name: String, why: &'static str },
    #[error("{0}")]
    Command(String),
}

/// Reads a paste of any of the known formats.
pub fn review(text: &str) -> Result<Review, ImportError> {
    if text.len() > LONGEST {
        return Err(ImportError::TooLong);
    }
    let text = text.trim_start_matches('\u{feff}').replace('\u{a0}', " ");
    hazards::refuse_invisible(&text)?;
    let text = unfenced(text.trim());
    if text.is_empty() {
        return Err(ImportError::Empty);
    }
    let review = read(text)?;
    match review.servers.len() {
        0 => Err(ImportError::Unrecognised),
        count if count > MOST_SERVERS => Err(ImportError::TooMany),
        _ => Ok(review),
    }
}

fn read(text: &str) -> Result<Review, ImportError> {
    if text.starts_with('{') {
        return json_text(text);
    }
    // A part of a file, copied without the braces around it.
    if text.starts_with('"') && text.contains(':') {
        return json_text(&format!("{{{}}}", text.trim_end_matches(',')));
    }
    if text.starts_with("[mcp_servers") || text.contains("\n[mcp_servers") {
        return client_config::codex(text).map(|servers| Review {
            format: Format::Codex,
            servers,
        });
    }
    if let Some(address) = address(text) {
        return Imported::remote(None, &address).map(|server| Review {
            format: Format::Url,
            servers: vec![server],
        });
    }
    command_line::read(text)
}

fn json_text(text: &str) -> Result<Review, ImportError> {
    let mut bare = text.to_owned();
    // People copy configuration files with comments and trailing commas in them. What can't be stripped is left to the parser.
    let _ = json_strip_comments::strip(&mut bare);
    let value: Value = serde_json::from_str(&bare).map_err(|error| ImportError::Json {
        line: error.line(),
        column: error.column(),
    })?;
    client_config::json(&value)
}

/// A single word that is an address.
fn address(text: &str) -> Option<String> {
    let one_word = !text.contains(char::is_whitespace);
    (one_word && Url::parse(text).is_ok() && text.contains("://")).then(|| text.to_owned())
}

/// What stands between the fences of a Markdown code block.
fn unfenced(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("```") else {
        return text;
    };
    let body = rest.split_once('\n').map_or("", |(_, body)| body);
    body.trim_end().trim_end_matches("```").trim()
}
