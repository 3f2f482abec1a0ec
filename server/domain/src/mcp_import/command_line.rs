//! Lines one would type into a shell, taken apart by a shell's own rules of quoting and never run: `claude mcp add …` and its
//! likes, or the command that starts a server.

use std::collections::HashMap;

use serde_json::Value;

use super::draft::Imported;
use super::{Format, ImportError, Review, client_config, command};

/// Every line is a server; comments and prompts are skipped.
pub(super) fn read(text: &str) -> Result<Review, ImportError> {
    let mut servers = Vec::new();
    let mut format = None;
    for words in lines(text)? {
        refuse_operators(&words)?;
        let (found, server) = line(&words)?;
        format.get_or_insert(found);
        servers.push(server);
    }
    let format = format.ok_or(ImportError::Unrecognised)?;
    Ok(Review { format, servers })
}

/// Lines as a shell would see them: joined after a backslash and inside quotes.
fn lines(text: &str) -> Result<Vec<Vec<String>>, ImportError> {
    let mut lines = Vec::new();
    let mut pending = String::new();
    for line in text.lines() {
        let bare = line.trim();
        if pending.is_empty() && (bare.is_empty() || bare.starts_with('#')) {
            continue;
        }
        if let Some(start) = bare.strip_suffix('\\') {
            pending.push_str(start);
            pending.push(' ');
            continue;
        }
        pending.push_str(line);
        match shell_words::split(&pending) {
            Ok(words) => {
                lines.push(without_prompt(words));
                pending.clear();
            }
            Err(_) => pending.push('\n'),
        }
    }
    if pending.trim().is_empty() {
        return Ok(lines);
    }
    let words = shell_words::split(pending.trim()).map_err(|_| ImportError::Quotes)?;
    lines.push(without_prompt(words));
    Ok(lines)
}

/// `$ npx …` as in a manual.
fn without_prompt(mut words: Vec<String>) -> Vec<String> {
    if words
        .first()
        .is_some_and(|word| matches!(word.as_str(), "$" | ">" | "%" | "PS>"))
    {
        words.remove(0);
    }
    words
}

/// What a shell would do beside starting the one program. Quoted text that looks alike is refused, too: better once too often.
fn refuse_operators(words: &[String]) -> Result<(), ImportError> {
    for word in words {
        let bare = word.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let what = match word.as_str() {
            "&&" | "||" | "&" => "another command after it",
            "|" | "|&" => "a pipe",
            _ if word.ends_with(';') || word.contains("&&") => "another command after it",
            _ if word.contains("$(") || word.contains('`') || word.contains("<(") => {
                "a command inside it"
            }
            _ if bare.starts_with('>') || bare.starts_with("<<") || word == "<" => "a redirection",
            _ => continue,
        };
        return Err(ImportError::MoreThanOneCommand(what));
    }
    Ok(())
}

fn line(words: &[String]) -> Result<(Format, Imported), ImportError> {
    let assigned = words
        .iter()
        .take_while(|word| assignment(word).is_some())
        .count();
    let (assignments, words) = words.split_at(assigned);
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    let (format, mut server) = match texts.as_slice() {
        [
            "claude" | "gemini" | "codex" | "qwen" | "amp" | "droid",
            "mcp",
            "add",
            ..,
        ] => (Format::McpAdd, mcp_add(&words[3..])?),
        ["claude", "mcp", "add-json", rest @ ..] => (Format::McpAdd, add_json(rest)?),
        ["code" | "code-insiders" | "cursor", "--add-mcp", text] => {
            (Format::VsCode, from_json(None, text)?)
        }
        ["docker" | "podman" | "nerdctl" | "sudo", ..] if command::is_known(words) => {
            (Format::DockerRun, command::read(None, words)?)
        }
        _ if command::is_known(words) => (Format::Command, command::read(None, words)?),
        _ => return Err(ImportError::Unrecognised),
    };
    for (key, value) in assignments.iter().filter_map(|word| assignment(word)) {
        server.environment(key, value);
    }
    Ok((format, server))
}

/// `KEY=value`
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    let starts = key.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let rest = key
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    (starts && rest).then_some((key, value))
}

#[derive(Default)]
struct Added {
    plain: Vec<String>,
    command: Vec<String>,
    variables: Vec<String>,
    headers: Vec<String>,
    address: Option<String>,
    old_transport: bool,
    bearer: bool,
}

/// The words after `mcp add`: options, a name, then an address or a command that is not ours to read.
fn mcp_add(words: &[String]) -> Result<Imported, ImportError> {
    let added = options(words)?;
    let (name, rest) = added
        .plain
        .split_first()
        .ok_or_else(|| ImportError::Command("mcp add is not told the server's name.".into()))?;
    let words: Vec<String> = rest.iter().chain(&added.command).cloned().collect();
    let address = added
        .address
        .clone()
        .or_else(|| words.first().filter(|word| word.contains("://")).cloned());
    let mut server = match address {
        Some(address) => Imported::remote(Some(name), &address)?,
        None if words.is_empty() => {
            return Err(ImportError::NothingToStart {
                name: name.chars().take(60).collect(),
            });
        }
        None => command::read(Some(name), &words)?,
    };
    for word in &added.variables {
        match assignment(word) {
            Some((key, value)) => server.environment(key, value),
            None => server.warn("A variable without a value was left out."),
        }
    }
    for header in &added.headers {
        if let Some((name, value)) = header.split_once(':') {
            server.header(name.trim(), value);
        }
    }
    if added.bearer {
        server.bearer();
    }
    if added.old_transport {
        server.warn("It is described as an HTTP+SSE server, the old transport. If it has a Streamable HTTP address, use that.");
    }
    Ok(server)
}

fn options(words: &[String]) -> Result<Added, ImportError> {
    let mut added = Added::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        if word == "--" {
            let mut rest = &words[at..];
            if let ([name, more @ ..], true) = (rest, added.plain.is_empty()) {
                added.plain.push(name.clone());
                rest = more;
            }
            added.command.extend_from_slice(rest);
            break;
        }
        if !word.starts_with('-') {
            added.plain.push(word.clone());
            // From the command on, everything belongs to the command; after an address, options may follow.
            if added.plain.len() == 2 && !word.contains("://") {
                added.command.extend_from_slice(&words[at..]);
                break;
            }
            continue;
        }
        let (option, mut value) = match word.split_once('=') {
            Some((option, value)) if word.starts_with("--") => (option, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        let flag = matches!(option, "--trust" | "--verbose" | "--client-secret");
        if value.is_none() && !flag {
            value = words.get(at).cloned();
            at += 1;
        }
        let value = value.unwrap_or_default();
        match option {
            "-e" | "--env" => {
                added.variables.push(value);
                // This option takes as many as follow.
                let more = words[at.min(words.len())..]
                    .iter()
                    .take_while(|word| assignment(word).is_some())
                    .count();
                added
                    .variables
                    .extend_from_slice(&words[at.min(words.len())..][..more]);
                at += more;
            }
            "-H" | "--header" => added.headers.push(value),
            "-t" | "--transport" => added.old_transport = value == "sse",
            "--url" => added.address = Some(value),
            "--bearer-token-env-var" => added.bearer = true,
            "-s" | "--scope" | "--timeout" | "--description" | "--client-id"
            | "--callback-port" => {}
            _ if flag => {}
            _ => {
                return Err(ImportError::Command(
                    "mcp add has an option that is not known here. Leave it out and paste again."
                        .into(),
                ));
            }
        }
    }
    Ok(added)
}

fn add_json(words: &[&str]) -> Result<Imported, ImportError> {
    let mut plain = words.iter().enumerate().filter(|(at, word)| {
        !word.starts_with('-') && (*at == 0 || !matches!(words[at - 1], "-s" | "--scope"))
    });
    match (plain.next(), plain.next()) {
        (Some((_, name)), Some((_, text))) => from_json(Some(name), text),
        _ => Err(ImportError::Command(
            "mcp add-json wants a name and a JSON text.".into(),
        )),
    }
}

fn from_json(name: Option<&str>, text: &str) -> Result<Imported, ImportError> {
    let value: Value = serde_json::from_str(text).map_err(|error| ImportError::Json {
        line: error.line(),
        column: error.column(),
    })?;
    let name = name.or_else(|| value["name"].as_str());
    client_config::one(name, &value, &HashMap::new())
}
