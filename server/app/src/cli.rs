//! The command line.

mod audit;
mod backup;
mod commands;
mod configuration;
mod doctor;
mod package_files;
mod reference;
mod secrets;
mod support;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::config::{Config, Environment};

/// An LLM proxy, MCP gateway and admin UI for AI agents, in one program.
#[derive(Parser)]
#[command(name = "archestra", version, after_long_help = reference::help())]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Where the program keeps its own data; wins over the variable
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server (the default)
    #[command(after_long_help = reference::help())]
    Serve,
    /// Bring the database's schema up to date, and end
    Migrate,
    /// List every variable with its value, where it comes from and what it does
    Config {
        /// What every variable does, as a page of documentation, without the values
        #[arg(long)]
        markdown: bool,
    },
    /// Look for what keeps the program from starting or working well, and say how to mend it; fails if there is a fault
    Doctor {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Ask the server that runs with this configuration whether it answers; fails if it does not
    Healthy,
    /// Put together what whoever helps needs to know, without secrets and without contents
    SupportBundle {
        /// This .tar.gz instead of one in the current directory
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Give the first administrator a new password, and print it
    ResetAdmin,
    /// Delete every stored secret: the way out when `ARCHESTRA_AUTH_SECRET` is lost
    ResetSecrets,
    /// Look after stored secrets
    #[command(subcommand)]
    Secrets(Secrets),
    /// Print the configuration as YAML: everything that people decided, without secrets
    Export {
        /// This file instead of the screen
        file: Option<PathBuf>,
    },
    /// Make the configuration as a file says; what it does not speak of stays
    Apply {
        file: PathBuf,
        /// Only print what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Make backups of everything, check them, put them back
    #[command(subcommand)]
    Backup(Backup),
    /// Look after the log of changes
    #[command(subcommand)]
    Audit(Audit),
    /// Print the API's OpenAPI description
    Openapi,
    /// Print the version
    Version,
    /// Write what a package carries beside the program: completions, manual pages, the schema's number
    #[command(hide = true)]
    PackageFiles { directory: PathBuf },
}

#[derive(Subcommand)]
enum Secrets {
    /// Encrypt every value of the database anew; with another key, if the key is the program's own
    Rotate,
    /// Read every secret, each from its store
    Verify,
    /// Take every secret to another store; what was cut short goes on with the same command
    Move {
        #[arg(long, value_enum)]
        to: Store,
    },
}

#[derive(Subcommand)]
enum Backup {
    /// Write a backup of the whole database, and print where it is
    Create {
        /// This file instead of one in the data directory
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Read a whole backup, and say whether it is as it was written
    Verify { file: PathBuf },
    /// Show what would become of the database, and with --yes put the backup in its place
    Restore {
        file: PathBuf,
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Check every entry against the one before it, and name the first that was changed
    Verify,
}

#[derive(Clone, Copy, ValueEnum)]
enum Store {
    Db,
    Keyring,
    Vault,
}

pub fn run() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let environment = Environment::of_process();
    let config = Config::read(&environment).map(|config| Config {
        data_dir: arguments.data_dir.clone().or(config.data_dir.clone()),
        ..config
    });
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => commands::serve(&environment, config?),
        Command::Migrate => commands::migrate(&config?),
        Command::Config { markdown: true } => print(&reference::page()?),
        Command::Config { markdown: false } => commands::config(&environment),
        Command::Doctor { json } => doctor::doctor(&environment, config, json),
        Command::Healthy => doctor::healthy(&config?),
        Command::SupportBundle { output } => support::bundle(&environment, config, output),
        Command::ResetAdmin => commands::reset_admin(&config?),
        Command::ResetSecrets => commands::reset_secrets(&config?),
        Command::Secrets(Secrets::Rotate) => secrets::rotate(&config?),
        Command::Secrets(Secrets::Verify) => secrets::verify(&config?),
        Command::Secrets(Secrets::Move { to }) => secrets::move_to(&config?, to),
        Command::Export { file } => configuration::export(&config?, file.as_deref()),
        Command::Apply { file, dry_run } => configuration::apply(&config?, &file, dry_run),
        Command::Backup(Backup::Create { to }) => backup::create(&config?, to.as_deref()),
        Command::Backup(Backup::Verify { file }) => backup::verify(&file),
        Command::Backup(Backup::Restore { file, yes }) => backup::restore(&config?, &file, yes),
        Command::Audit(Audit::Verify) => audit::verify(&config?),
        Command::Openapi => print(&serde_json::to_string_pretty(&crate::openapi::document())?),
        Command::Version => print(crate::VERSION),
        Command::PackageFiles { directory } => package_files::write(&directory),
    }
}

/// The last word of a program that could not start.
pub fn complain(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Most messages tell their cause themselves.
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    // Without a stderr there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "archestra: {text}");
}

fn print(text: &str) -> anyhow::Result<ExitCode> {
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}
