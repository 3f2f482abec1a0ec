//! `archestra support-bundle`: what whoever helps needs to know, in one file that its sender can read first.

mod database;
mod facts;
mod redaction;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use domain::clock::{Clock as _, SystemClock};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{commands, doctor, print};
use crate::config::{Config, ConfigError, Environment};
use crate::data_dir;
use crate::doctor::http;
use redaction::Redaction;

/// Of each file of the database server's log.
const LOG_BYTES: usize = 256 << 10;

struct File {
    name: &'static str,
    about: &'static str,
    text: String,
}

pub(super) fn bundle(
    environment: &Environment,
    config: Result<Config, ConfigError>,
    output: Option<PathBuf>,
) -> anyhow::Result<ExitCode> {
    let now = SystemClock.now();
    let runtime = commands::runtime()?;
    let directory = config
        .as_ref()
        .ok()
        .and_then(|config| data_dir::choose(config).ok());
    let redaction = Redaction::new(environment, directory.as_deref());
    let mut files = vec![configuration(environment), facts::file(now)?];
    files.extend(directory.as_deref().map(log));
    files.extend(runtime.block_on(asked(environment, config))?);
    runtime.shutdown_background();
    for file in &mut files {
        file.text = redaction.apply(&file.text);
    }
    files.insert(0, about(&files, now));
    let path = output.unwrap_or_else(|| {
        now.format("archestra-support-%Y%m%d-%H%M%S.tar.gz")
            .to_string()
            .into()
    });
    write(&path, &files, now).with_context(|| {
        format!(
            "{} could not be written. Name another place with --output",
            path.display()
        )
    })?;
    let list: Vec<String> = files.iter().map(line).collect();
    print(&format!(
        "{}\n{}\n\nSecrets and contents were left out. Look through it before you send it: tar -xzf {}",
        path.display(),
        list.join("\n"),
        path.display()
    ))
}

fn line(file: &File) -> String {
    format!(
        "  {:<20} {:>6} bytes  {}",
        file.name,
        file.text.len(),
        file.about
    )
}

fn about(files: &[File], now: DateTime<Utc>) -> File {
    let list: Vec<String> = files
        .iter()
        .map(|file| format!("{:<20} {}", file.name, file.about))
        .collect();
    let text = format!(
        "Made on {} by version {}. Values of secret variables, of keys and of installed servers are not in here, and nobody's \
         messages are. Names of this machine, its addresses and its paths are.\n\n{}\n",
        now.to_rfc3339(),
        crate::VERSION,
        list.join("\n")
    );
    File {
        name: "README.txt",
        about: "what is in here",
        text,
    }
}

fn configuration(environment: &Environment) -> File {
    let unknown: Vec<&str> = environment.unknown().collect();
    let mut text = commands::configuration(environment);
    text += "\n\nNot variables of this program: ";
    text += &unknown.join(", ");
    File {
        name: "configuration.txt",
        about: "what `archestra config` prints",
        text,
    }
}

/// What other parts of the program say, each for itself: one that does not answer leaves the others.
async fn asked(
    environment: &Environment,
    config: Result<Config, ConfigError>,
) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    if let Ok(config) = &config {
        let (ready, metrics, database) = tokio::join!(
            http::local(config, "/ready"),
            http::metrics(config),
            database::state(config)
        );
        files.push(server(ready)?);
        files.push(snapshot(metrics));
        let text = serde_json::to_string_pretty(&database)?;
        files.push(File {
            name: "database.json",
            about: "migrations, sizes of tables, counts of servers",
            text,
        });
    }
    let findings = crate::doctor::run(environment, config).await;
    let text = serde_json::to_string_pretty(&doctor::report(&findings))?;
    files.push(File {
        name: "doctor.json",
        about: "what `archestra doctor --json` prints",
        text,
    });
    Ok(files)
}

fn server(ready: Result<http::Answer, String>) -> anyhow::Result<File> {
    let state = match ready {
        Ok(answer) => json!({
            "status": answer.status,
            "ready": serde_json::from_str::<Value>(&answer.body).unwrap_or_default(),
        }),
        Err(cause) => json!({ "unreachable": cause }),
    };
    let text = serde_json::to_string_pretty(&state)?;
    Ok(File {
        name: "server.json",
        about: "what the running server says of itself",
        text,
    })
}

fn snapshot(metrics: Result<http::Answer, String>) -> File {
    let text = match metrics {
        Ok(answer) if answer.status == 200 => answer.body,
        Ok(answer) => format!("The port of metrics answers {}.\n", answer.status),
        Err(cause) => format!("There are none: {cause}.\n"),
    };
    File {
        name: "metrics.txt",
        about: "the metrics at this moment",
        text,
    }
}

/// The database server's log holds no statement. Our own goes to standard error, where whoever runs the program keeps it.
fn log(directory: &Path) -> File {
    let mut text = "The server writes its log to standard error and keeps none itself: add what your system has of it (`journalctl \
                    --unit archestra`, `docker logs`, `kubectl logs`) after reading it.\n"
        .to_owned();
    for name in ["postgres/server.log.1", "postgres/server.log"] {
        if let Ok(bytes) = std::fs::read(directory.join(name)) {
            let last = &bytes[bytes.len().saturating_sub(LOG_BYTES)..];
            text += "\n=== ";
            text += name;
            text += "\n";
            text += &String::from_utf8_lossy(last);
        }
    }
    File {
        name: "log.txt",
        about: "the log of the program's own PostgreSQL, without statements",
        text,
    }
}

fn write(path: &Path, files: &[File], now: DateTime<Utc>) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let gzip = GzEncoder::new(options.open(path)?, Compression::default());
    let mut archive = tar::Builder::new(gzip);
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.text.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(now.timestamp()).unwrap_or_default());
        let name = Path::new("archestra-support").join(file.name);
        archive.append_data(&mut header, name, file.text.as_bytes())?;
    }
    archive.into_inner()?.finish()?.flush()
}
