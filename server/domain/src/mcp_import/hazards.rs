//! What of a paste can't work in a container or may do harm, said in words, and names made safe.

use url::{Host, Url};

use super::ImportError;

/// Characters that show as nothing or turn the line around.
pub(super) fn refuse_invisible(text: &str) -> Result<(), ImportError> {
    let hidden = |letter: &char| {
        letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
            || matches!(*letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    match text.chars().find(hidden) {
        Some(letter) => Err(ImportError::Invisible(u32::from(letter))),
        None => Ok(()),
    }
}

pub(super) fn of_variable(key: &str) -> Option<String> {
    let known = [
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "DYLD_INSERT_LIBRARIES",
        "NODE_OPTIONS",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "BASH_ENV",
        "PATH",
    ];
    known.contains(&key.to_uppercase().as_str()).then(|| format!("{key} changes what programs in the container run. Keep it only if you know why it is there."))
}

pub(super) fn of_argument(value: &str) -> Option<String> {
    let drive = value.as_bytes().get(1) == Some(&b':')
        && value
            .as_bytes()
            .get(2)
            .is_some_and(|byte| matches!(byte, b'\\' | b'/'));
    let home = [
        "/Users/",
        "/home/",
        "~/",
        "./",
        "../",
        "${workspaceFolder}",
        "${HOME}",
        "$HOME",
        "%USERPROFILE%",
    ];
    let path = drive || home.iter().any(|start| value.starts_with(start));
    path.then(|| "A path of your own computer does not exist in the container. Change it to one that does, for example /tmp.".to_owned())
}

pub(super) fn of_command(command: &str) -> Option<String> {
    let shells = [
        "sh",
        "bash",
        "zsh",
        "dash",
        "fish",
        "cmd",
        "cmd.exe",
        "powershell",
        "powershell.exe",
        "pwsh",
    ];
    let program = command.rsplit(['/', '\\']).next().unwrap_or_default();
    if shells.contains(&program.to_lowercase().as_str()) {
        return Some(
            "It starts through a shell. Read the whole line before you save it.".to_owned(),
        );
    }
    of_argument(command)
}

pub(super) fn of_address(url: &Url) -> Vec<String> {
    let mut warnings = Vec::new();
    let inside = match url.host() {
        Some(Host::Domain(name)) => {
            let last = name.rsplit('.').next().unwrap_or(name);
            matches!(last, "localhost" | "internal" | "local")
        }
        Some(Host::Ipv4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.to_ipv4_mapped().is_some()
        }
        None => false,
    };
    if inside {
        warnings.push("This address is inside your network. An administrator must allow it before anything is sent there.".to_owned());
    } else if url.scheme() == "http" {
        warnings.push(
            "The address is not encrypted (http). Use https if the server has it.".to_owned(),
        );
    }
    if url.path().trim_end_matches('/').ends_with("/sse") {
        warnings.push("This looks like the old HTTP+SSE address. If the server has a Streamable HTTP one (often ending in /mcp), use that.".to_owned());
    }
    if url.host_str().is_some_and(|host| {
        matches!(
            host,
            "github.com"
                | "www.npmjs.com"
                | "pypi.org"
                | "hub.docker.com"
                | "smithery.ai"
                | "glama.ai"
        )
    }) {
        warnings.push("This is a page about a server, not the server's own address. Look there for the command or the address to paste.".to_owned());
    }
    warnings
}

/// A name for the catalogue: what was given, within its bounds.
pub(super) fn name(given: &str) -> String {
    let name: String = given.trim().chars().take(100).collect();
    if name.is_empty() {
        "mcp-server".to_owned()
    } else {
        name
    }
}

/// `mcp.linear.app` → `linear`
pub(super) fn name_of_host(host: &str) -> String {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.parse::<std::net::IpAddr>().is_ok() {
        return name(host);
    }
    let labels: Vec<&str> = host
        .split('.')
        .filter(|label| !matches!(*label, "mcp" | "www" | "api"))
        .collect();
    name(labels.first().copied().unwrap_or(host))
}

/// `@scope/server-github@1.2` → `github`; `@vendor/mcp` says more by its vendor.
pub(super) fn name_of_package(package: &str) -> String {
    let mut parts = package.rsplit('/');
    let last = parts.next().unwrap_or(package);
    let last = last
        .split(['@', ':', '=', '<', '>', '['])
        .find(|part| !part.is_empty());
    let last = last.unwrap_or(package);
    let vendor = parts.next().map(|part| part.trim_start_matches('@'));
    let vendor = vendor
        .and_then(|part| part.rsplit('.').next())
        .filter(|part| !part.is_empty());
    let mut short = last;
    for affix in ["awslabs.", "mcp-server-", "server-", "mcp-"] {
        short = short.strip_prefix(affix).unwrap_or(short);
    }
    for affix in ["-mcp-server", "-server", "-mcp"] {
        short = short.strip_suffix(affix).unwrap_or(short);
    }
    match short {
        "" | "mcp" | "server" => name(vendor.unwrap_or(last)),
        _ => name(short),
    }
}

/// `--api-key` and `X-Api-Key` as a key of the installation form; what has no name is counted.
pub(super) fn key_of(name: &str, count: usize) -> String {
    let key: String = name
        .trim_matches('-')
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .take(60)
        .collect();
    if key.trim_matches('_').is_empty() {
        format!("argument_{count}")
    } else {
        key
    }
}

/// `api_key` → `Api key`
pub(super) fn title_of(key: &str) -> String {
    let words = key.replace(['_', '-'], " ");
    let mut letters = words.trim().chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
