//! Makes the images of real MCP servers that tests outside Rust install, and starts an engine for them if none runs.

#![expect(clippy::print_stderr, reason = "it talks to the terminal")]

use std::process::ExitCode;

use testkit::docker_images::{self, Image};

fn main() -> ExitCode {
    if let Err(why) = docker_images::engine() {
        eprintln!("there is no container engine for the MCP servers: {why}");
        return ExitCode::FAILURE;
    }
    for image in Image::ALL {
        eprintln!("{}", docker_images::image(image));
    }
    ExitCode::SUCCESS
}
