//! `docker run …`: its image, its variables and what comes after the image.

use super::draft::Imported;
use super::{ImportError, hazards};

/// Options with a value, from the reference of `docker container run`.
const WITH_VALUE: [&str; 41] = [
    "-a",
    "--attach",
    "--add-host",
    "--cap-add",
    "--cap-drop",
    "--cpus",
    "--device",
    "--dns",
    "--entrypoint",
    "-e",
    "--env",
    "--env-file",
    "--gpus",
    "--group-add",
    "-h",
    "--hostname",
    "--ip",
    "-l",
    "--label",
    "--link",
    "--log-driver",
    "--log-opt",
    "-m",
    "--memory",
    "--mount",
    "--name",
    "--net",
    "--network",
    "--pid",
    "--platform",
    "-p",
    "--publish",
    "--pull",
    "--restart",
    "--security-opt",
    "--shm-size",
    "--tmpfs",
    "-u",
    "--user",
    "-v",
    "--volume",
];
const ALSO_WITH_VALUE: [&str; 8] = [
    "-w",
    "--workdir",
    "--ulimit",
    "--userns",
    "--ipc",
    "--pids-limit",
    "--runtime",
    "--expose",
];

/// The words after `docker`.
pub(super) fn read(name: Option<&str>, words: &[String]) -> Result<Imported, ImportError> {
    let words = match words {
        [first, rest @ ..] if first == "container" => rest,
        _ => words,
    };
    let [first, rest @ ..] = words else {
        return Err(ImportError::Command(
            "docker is not told what to do.".into(),
        ));
    };
    if first == "mcp" {
        return Err(ImportError::Command(
            "Docker's own MCP gateway starts other servers; import those one by one instead."
                .into(),
        ));
    }
    if first != "run" {
        return Err(ImportError::Command(
            "Only `docker run …` starts a server; other docker commands can't be imported.".into(),
        ));
    }
    let mut server = Imported::local(name.unwrap_or_default());
    let mut interactive = false;
    let mut given_name = None;
    let mut at = 0;
    while let Some(word) = rest.get(at).filter(|word| word.starts_with('-')) {
        at += 1;
        if word == "--" {
            break;
        }
        let (option, value) = option(word, rest.get(at));
        if value.is_some() && !word.contains('=') && !is_glued(word) {
            at += 1;
        }
        interactive |=
            matches!(option, "-i" | "--interactive") || is_cluster(word) && word.contains('i');
        if option == "--name" {
            given_name.clone_from(&value);
        }
        apply(&mut server, option, value.as_deref());
    }
    let image = rest
        .get(at)
        .ok_or_else(|| ImportError::Command("docker run is not told which image to run.".into()))?;
    check_image(image)?;
    let fallback = given_name.unwrap_or_else(|| hazards::name_of_package(image));
    server.item.name = hazards::name(name.unwrap_or(&fallback));
    server.config().docker_image = Some(image.clone());
    if server.config().http_port.is_some() && !interactive {
        server.config().transport_type = "streamable-http";
        server.config().http_path = Some("/mcp".to_owned());
    }
    if !image.contains('@') && !image.rsplit('/').next().unwrap_or_default().contains(':') {
        server.warn(
            "The image has no version, so it may change under you. Name one, for example :1.2.3.",
        );
    }
    server.arguments(&rest[at + 1..]);
    Ok(server)
}

/// The option and its value, joined by `=`, by nothing (`-eKEY=1`) or standing after it.
fn option<'a>(word: &'a str, next: Option<&String>) -> (&'a str, Option<String>) {
    if let Some((option, value)) = word.split_once('=')
        && option.starts_with("--")
    {
        return (option, Some(value.to_owned()));
    }
    if is_glued(word) {
        return (&word[..2], Some(word[2..].to_owned()));
    }
    let takes_value = WITH_VALUE.contains(&word) || ALSO_WITH_VALUE.contains(&word);
    (word, next.filter(|_| takes_value).cloned())
}

fn is_glued(word: &str) -> bool {
    word.len() > 2
        && ["-e", "-p", "-v", "-u", "-w", "-m"]
            .iter()
            .any(|option| word.starts_with(option))
        && !word.starts_with("--")
}

/// `-it`, `-dit`
fn is_cluster(word: &str) -> bool {
    word.len() > 1
        && word[1..]
            .chars()
            .all(|letter| matches!(letter, 'i' | 't' | 'd'))
}

fn apply(server: &mut Imported, option: &str, value: Option<&str>) {
    let value = value.unwrap_or_default();
    match option {
        "-e" | "--env" => match value.split_once('=') {
            Some((key, value)) => server.environment(key, value),
            None if value.is_empty() => {}
            None => server.asked(value),
        },
        "-p" | "--publish" => {
            let inside = value.rsplit(':').next().unwrap_or(value);
            server.config().http_port = inside.split('/').next().and_then(|port| port.parse().ok());
        }
        "--entrypoint" => server.config().command = Some(value.to_owned()),
        "--env-file" => server.warn("Its file of variables was not read. Add the variables it needs."),
        "-v" | "--volume" | "--mount" | "--device" if value.contains("docker.sock") => server.warn(
            "It wants to control the container engine of the machine (docker.sock). That was left out: it would give it everything.",
        ),
        "-v" | "--volume" | "--mount" | "--device" => {
            server.warn("Folders of the machine are not given to containers here; what it mounts was left out.");
        }
        "--privileged" | "--cap-add" | "--security-opt" | "--pid" | "--ipc" | "--userns" => {
            server.warn(format!("{option} would take away the walls around the container. It was left out."));
        }
        "--network" | "--net" => server.warn("Its own network setting was left out."),
        "-u" | "--user" if matches!(value.split(':').next(), Some("0" | "root")) => {
            server.warn("It asks to run as root. That was left out.");
        }
        _ => {}
    }
}

/// The characters of an image reference, so that nothing else is hidden in one.
fn check_image(image: &str) -> Result<(), ImportError> {
    let allowed = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '.' | '/' | ':' | '@' | '_' | '-')
    };
    let begins = image.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    if begins && image.len() <= 255 && image.chars().all(allowed) {
        return Ok(());
    }
    Err(ImportError::Command(
        "What stands where docker run wants an image is not one.".into(),
    ))
}
