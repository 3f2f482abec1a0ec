//! A program and its arguments, as somebody would start it on their own computer.

use super::draft::Imported;
use super::{ImportError, docker_run, hazards};

/// What starts packages, and the words before the package that belong to it.
const RUNNERS: [(&str, &[&str], &str); 9] = [
    ("npx", &[], "npx"),
    ("bunx", &[], "npx"),
    ("pnpx", &[], "npx"),
    ("pnpm", &["dlx"], "npx"),
    ("yarn", &["dlx"], "npx"),
    ("bun", &["x"], "npx"),
    ("uvx", &[], "uvx"),
    ("uv", &["tool", "run"], "uvx"),
    ("pipx", &["run"], "uvx"),
];
/// Options of the package runners that have a value of their own.
const WITH_VALUE: [&str; 9] = [
    "-p",
    "--package",
    "--from",
    "--with",
    "--python",
    "--index-url",
    "--index",
    "--registry",
    "--cache",
];

/// Reads a command; a name that is not given is made from what is started.
pub(super) fn read(name: Option<&str>, words: &[String]) -> Result<Imported, ImportError> {
    let words = unwrapped(words);
    let Some((program, rest)) = words.split_first() else {
        return Err(ImportError::Unrecognised);
    };
    let short = short_name(program);
    if matches!(short.as_str(), "docker" | "podman" | "nerdctl") {
        return docker_run::read(name, rest);
    }
    let runner = RUNNERS
        .iter()
        .find(|(known, before, _)| *known == short && starts_with(rest, before));
    let Some((_, before, kind)) = runner else {
        return Ok(plain(name, program, rest));
    };
    package(name, kind, &rest[before.len()..])
}

/// Whether these words start a program that can be imported without a name in front.
pub(super) fn is_known(words: &[String]) -> bool {
    let words = unwrapped(words);
    let Some((program, rest)) = words.split_first() else {
        return false;
    };
    let short = short_name(program);
    RUNNERS
        .iter()
        .any(|(known, before, _)| *known == short && starts_with(rest, before))
        || matches!(
            short.as_str(),
            "docker"
                | "podman"
                | "nerdctl"
                | "node"
                | "python"
                | "python3"
                | "deno"
                | "bun"
                | "java"
                | "dotnet"
                | "go"
        )
}

/// `C:\Program Files\nodejs\npx.cmd` is `npx`.
fn short_name(program: &str) -> String {
    let file = program
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(program)
        .to_lowercase();
    let bare = file
        .strip_suffix(".exe")
        .or_else(|| file.strip_suffix(".cmd"));
    bare.unwrap_or(&file).to_owned()
}

fn starts_with(words: &[String], start: &[&str]) -> bool {
    words.len() >= start.len()
        && words
            .iter()
            .zip(start)
            .all(|(word, expected)| word == expected)
}

/// Without the `cmd /c` that Windows needs, and without `sudo` and `env`.
fn unwrapped(words: &[String]) -> &[String] {
    match words {
        [first, second, rest @ ..]
            if matches!(short_name(first).as_str(), "cmd") && second.eq_ignore_ascii_case("/c") =>
        {
            rest
        }
        [first, rest @ ..] if matches!(first.as_str(), "sudo" | "env" | "command" | "exec") => {
            unwrapped(rest)
        }
        _ => words,
    }
}

fn plain(name: Option<&str>, program: &str, rest: &[String]) -> Imported {
    let fallback = rest
        .iter()
        .find(|word| !word.starts_with('-'))
        .filter(|_| is_known(&[program.to_owned()]));
    let fallback = hazards::name_of_package(fallback.map_or(program, String::as_str));
    let mut server = Imported::local(name.unwrap_or(&fallback));
    if let Some(warning) = hazards::of_command(program) {
        server.warn(warning);
    }
    server.config().command = Some(program.to_owned());
    server.arguments(rest);
    server
}

fn package(name: Option<&str>, kind: &str, rest: &[String]) -> Result<Imported, ImportError> {
    let at = package_position(rest).ok_or_else(|| {
        ImportError::Command(format!("{kind} is not told which package to start."))
    })?;
    let package = from_option(rest).unwrap_or(&rest[at]);
    if hazards::name_of_package(package) == "remote" && package.contains("mcp-remote") {
        return bridged(name, &rest[at + 1..]);
    }
    let mut server = Imported::local(name.unwrap_or(&hazards::name_of_package(package)));
    if package.contains("://") || package.starts_with(['.', '/', '~']) {
        server.warn("The package comes from an address or a folder instead of the public registry. Be sure of where it is from.");
    }
    server.config().command = Some(kind.to_owned());
    if kind == "npx"
        && !rest[..at]
            .iter()
            .any(|word| matches!(word.as_str(), "-y" | "--yes"))
    {
        // Nobody is there to answer npx's question.
        server.config().arguments.push("-y".to_owned());
    }
    server
        .config()
        .arguments
        .extend(rest[..=at].iter().cloned());
    server.arguments(&rest[at + 1..]);
    Ok(server)
}

/// The first word that is neither an option nor an option's value.
fn package_position(words: &[String]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if WITH_VALUE.contains(&word.as_str()) {
            at += 2;
        } else if word.starts_with('-') {
            at += 1;
        } else {
            return Some(at);
        }
    }
    None
}

/// The package, where the command has another name.
fn from_option(words: &[String]) -> Option<&String> {
    let at = words
        .iter()
        .position(|word| matches!(word.as_str(), "--from" | "-p" | "--package"))?;
    words.get(at + 1)
}

/// `mcp-remote` connects a client that only knows local servers to a remote one; here that bridge is not needed.
fn bridged(name: Option<&str>, words: &[String]) -> Result<Imported, ImportError> {
    let address = words.iter().find(|word| word.contains("://"));
    let address = address.ok_or_else(|| {
        ImportError::Command("mcp-remote is not told the address of the server.".into())
    })?;
    let mut server = Imported::remote(name, address)?;
    server.warn("It goes through mcp-remote, which is not needed here: the address is connected to directly.");
    for pair in words.windows(2).filter(|pair| pair[0] == "--header") {
        if let Some((name, value)) = pair[1].split_once(':') {
            server.header(name.trim(), value);
        }
    }
    Ok(server)
}
