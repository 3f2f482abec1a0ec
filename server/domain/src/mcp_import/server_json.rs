//! `server.json`, in which servers are published in the official registry: what to install and what it wants to be told.
//! Format: <https://github.com/modelcontextprotocol/registry>, `docs/reference/server-json`; older entries name the same
//! attributes in `snake_case`.

use serde_json::{Value, json};

use super::draft::Imported;
use super::{ImportError, hazards, secret};

/// Every way the text has to start the servers it describes; `None` if it is something else.
pub(super) fn read(value: &Value) -> Result<Option<Vec<Imported>>, ImportError> {
    let entries: Vec<&Value> = match &value["servers"] {
        Value::Array(list) => list.iter().collect(),
        _ => vec![value],
    };
    let entries: Vec<&Value> = entries
        .into_iter()
        .map(|entry| {
            if entry["server"].is_object() {
                &entry["server"]
            } else {
                entry
            }
        })
        .collect();
    let described = |entry: &&Value| entry["packages"].is_array() || entry["remotes"].is_array();
    if !entries.iter().any(described) {
        return Ok(None);
    }
    let mut servers = Vec::new();
    for entry in entries {
        let before = servers.len();
        for package in list(entry, "packages") {
            servers.extend(of_package(entry, package));
        }
        for remote in list(entry, "remotes") {
            servers.push(of_remote(entry, remote)?);
        }
        if servers.len() == before {
            return Err(ImportError::Command(
                "This server is only published in a form that can't be run here; npm, PyPI and container images can, and remote servers.".into(),
            ));
        }
    }
    Ok(Some(servers))
}

/// The first way to use one entry of the registry, packages before remote addresses.
pub fn first(entry: &Value) -> Option<Imported> {
    read(entry).ok().flatten()?.into_iter().next()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// An attribute by its name, or by the `snake_case` one it had before.
fn get<'a>(value: &'a Value, name: &str) -> &'a Value {
    if !value[name].is_null() {
        return &value[name];
    }
    let mut older = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            older.push('_');
        }
        older.extend(letter.to_lowercase());
    }
    value.get(&older).unwrap_or(&Value::Null)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    get(value, name).as_str().filter(|text| !text.is_empty())
}

/// `io.github.someone/weather` → `weather`
fn name_of(entry: &Value) -> String {
    hazards::name_of_package(entry["name"].as_str().unwrap_or_default())
}

fn describe(server: &mut Imported, entry: &Value) {
    server.item.description = text(entry, "description").map(str::to_owned);
    let version = text(entry, "version").or_else(|| text(get(entry, "versionDetail"), "version"));
    server.item.version = version.map(str::to_owned);
    server.item.repository = text(&entry["repository"], "url").map(str::to_owned);
    server.item.docs_url = text(entry, "websiteUrl").map(str::to_owned);
    if entry["status"] == "deprecated" {
        server.warn("Its publisher says that it is no longer maintained.");
    }
}

fn of_package(entry: &Value, package: &Value) -> Option<Imported> {
    let identifier = text(package, "identifier").or_else(|| text(package, "name"))?;
    let version = text(package, "version").filter(|version| *version != "latest");
    let mut server = Imported::local(&name_of(entry));
    describe(&mut server, entry);
    match text(package, "registryType").or_else(|| text(package, "registryName"))? {
        "npm" => run(
            &mut server,
            "npx",
            &["-y"],
            &versioned(identifier, version, '@'),
            package,
        ),
        "pypi" => run(
            &mut server,
            "uvx",
            &[],
            &versioned(identifier, version, '@'),
            package,
        ),
        "oci" | "docker" => {
            let tagged = identifier
                .rsplit('/')
                .next()
                .is_some_and(|last| last.contains([':', '@']));
            let image = if tagged {
                identifier.to_owned()
            } else {
                versioned(identifier, version, ':')
            };
            server.config().docker_image = Some(image);
            for argument in list_of(package, "runtimeArguments") {
                if !matches!(
                    text(argument, "name"),
                    Some("-e" | "--env" | "-i" | "--rm" | "-it")
                ) {
                    server.warn("Its options for the container engine were left out.");
                }
            }
        }
        _ => return None,
    }
    arguments(&mut server, package, "packageArguments");
    for variable in list_of(package, "environmentVariables") {
        let entry = variable_of(&mut server, variable);
        if let (Some(name), Some(entry)) = (text(variable, "name"), entry) {
            server.variable(name, entry);
        }
    }
    transport(&mut server, &package["transport"]);
    Some(server)
}

fn list_of<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    get(value, name).as_array().into_iter().flatten()
}

fn versioned(identifier: &str, version: Option<&str>, separator: char) -> String {
    version.map_or_else(
        || identifier.to_owned(),
        |version| format!("{identifier}{separator}{version}"),
    )
}

fn run(server: &mut Imported, program: &str, first: &[&str], package: &str, described: &Value) {
    server.config().command = Some(program.to_owned());
    let own = list_of(described, "runtimeArguments").count() > 0;
    if own {
        arguments(server, described, "runtimeArguments");
    }
    let missing = first.iter().filter(|word| {
        !server
            .item
            .local_config
            .as_ref()
            .is_some_and(|config| config.arguments.iter().any(|known| known == *word))
    });
    let missing: Vec<String> = missing.map(|word| (*word).to_owned()).collect();
    server.config().arguments.splice(0..0, missing);
    server.config().arguments.push(package.to_owned());
}

fn transport(server: &mut Imported, transport: &Value) {
    let kind = transport["type"].as_str().unwrap_or("stdio");
    if kind == "sse" {
        server.warn("It is described as an HTTP+SSE server, the old transport.");
    }
    if kind == "stdio" {
        return;
    }
    let address = transport["url"]
        .as_str()
        .and_then(|address| url::Url::parse(address).ok());
    let config = server.config();
    config.transport_type = "streamable-http";
    config.http_port = Some(address.as_ref().and_then(url::Url::port).unwrap_or(8080));
    config.http_path =
        Some(address.map_or_else(|| "/mcp".to_owned(), |address| address.path().to_owned()));
}

fn arguments(server: &mut Imported, package: &Value, which: &str) {
    for (at, argument) in list_of(package, which).enumerate() {
        let name = text(argument, "name");
        let hint = name.or_else(|| text(argument, "valueHint"));
        let fallback = format!("argument_{}", at + 1);
        let value = value_of(server, argument, hint.unwrap_or(&fallback));
        let Some(name) = name.filter(|_| argument["type"] != "positional") else {
            server.config().arguments.extend(value);
            continue;
        };
        if get(argument, "isRequired") == true || value.is_some() {
            server.config().arguments.push(name.to_owned());
            server.config().arguments.extend(value);
        }
    }
}

/// A fixed value, one with questions in it, or a question; nothing for what is optional and has no default.
fn value_of(server: &mut Imported, input: &Value, name: &str) -> Option<String> {
    if let Some(value) = text(input, "value") {
        return Some(filled(server, value, &input["variables"]));
    }
    let default = get(input, "default");
    if get(input, "isRequired") != true && default.is_null() {
        return None;
    }
    let key = hazards::key_of(name, 1);
    Some(question(server, &key, input))
}

fn question(server: &mut Imported, key: &str, input: &Value) -> String {
    let sensitive = get(input, "isSecret") == true || secret::names_a_secret(key);
    let kind = match input["format"].as_str() {
        Some("number") => "number",
        Some("boolean") => "boolean",
        Some("filepath") => "file",
        _ => "string",
    };
    let about = text(input, "description").map(str::to_owned);
    let stands_for = server.question(key, kind, sensitive, about);
    if let Some(field) = server.item.user_config.get_mut(key) {
        field["required"] = json!(get(input, "isRequired") == true);
        if let Some(default) = text(input, "default").filter(|_| !sensitive) {
            field["default"] = json!(default);
        }
    }
    stands_for
}

/// Puts a question in the place of every `{variable}`.
fn filled(server: &mut Imported, template: &str, variables: &Value) -> String {
    let mut text = template.to_owned();
    for (name, variable) in variables.as_object().into_iter().flatten() {
        let place = format!("{{{name}}}");
        if text.contains(&place) {
            let stands_for = question(server, &hazards::key_of(name, 1), variable);
            text = text.replace(&place, &stands_for);
        }
    }
    text
}

fn variable_of(server: &mut Imported, variable: &Value) -> Option<Value> {
    let name = text(variable, "name")?;
    let is_secret = get(variable, "isSecret") == true || secret::names_a_secret(name);
    if let Some(warning) = hazards::of_variable(name) {
        server.warn(warning);
    }
    if let Some(value) = text(variable, "value") {
        let value = filled(server, value, &variable["variables"]);
        return Some(
            json!({ "key": name, "type": "plain_text", "value": value, "promptOnInstallation": false, "required": false }),
        );
    }
    let required = get(variable, "isRequired") == true;
    let kind = match variable["format"].as_str() {
        _ if is_secret => "secret",
        Some("number") => "number",
        Some("boolean") => "boolean",
        _ => "plain_text",
    };
    let mut entry =
        json!({ "key": name, "type": kind, "promptOnInstallation": true, "required": required });
    if let Some(about) = text(variable, "description") {
        entry["description"] = json!(about);
    }
    if let Some(default) = text(variable, "default").filter(|_| !is_secret) {
        entry["default"] = json!(default);
    }
    Some(entry)
}

fn of_remote(entry: &Value, remote: &Value) -> Result<Imported, ImportError> {
    let template = text(remote, "url").unwrap_or_default();
    let mut questions = Imported::local("questions");
    let address = filled(&mut questions, template, &remote["variables"]);
    // A question in the host would not parse; what stands there for now is put back afterwards.
    let parsed = address
        .replace("${user_config.", "0user-config-")
        .replace('}', "-0");
    let mut server = Imported::remote(
        Some(&name_of(entry)),
        if address == template {
            template
        } else {
            &parsed
        },
    )?;
    if address != template {
        server.item.server_url = Some(address);
        server.item.user_config = questions.item.user_config;
    }
    describe(&mut server, entry);
    for header in list(remote, "headers") {
        let Some(name) = text(header, "name") else {
            continue;
        };
        let about = text(header, "description").map(str::to_owned);
        let is_secret = get(header, "isSecret") == true || secret::names_a_secret(name);
        if name.eq_ignore_ascii_case("authorization") {
            server.bearer();
            server.item.description = server.item.description.or(about);
        } else if let Some(value) = text(header, "value").filter(|_| !is_secret) {
            server.header(name, value);
        } else {
            server.header_question(name, about, is_secret);
        }
    }
    if text(remote, "type").or_else(|| text(remote, "transportType")) == Some("sse") {
        server.warn("It is described as an HTTP+SSE server, the old transport.");
    }
    Ok(server)
}
