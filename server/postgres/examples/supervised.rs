//! How a program uses this crate, and the program that `tests/it.rs` kills: starts a server in the
//! data directory it is given, prints one line about it, and stops when its input ends.

use postgres::child;
use postgres::installation::Installation;
use postgres::owner::OwnerLock;
use postgres::server::{Address, Options, RunAs, Server};
use std::io::{Read, Write};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    child::run_if_child();
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let data_dir = arguments
        .next()
        .ok_or("usage: supervised DATA_DIR [INSTALLATION]")?;
    let installation = Installation::find(arguments.next().as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let server = Server::start(Options {
            installation,
            owner: OwnerLock::acquire(&data_dir)?,
            directory: None,
            run_as: RunAs::Auto,
        })
        .await?;
        let connection = server.connection();
        if let Address::Socket(directory) = &connection.address {
            writeln!(std::io::stdout(), "ready {}", directory.display())?;
        }
        std::io::stdin().read_to_end(&mut Vec::new())?;
        server.stop().await;
        Ok(())
    })
}
