#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use app::StartError;
use app::config::{Config, Environment};

use super::{Listener, Moved};

fn taken(variable: &'static str, port: u16) -> StartError {
    StartError::Port {
        address: Ipv4Addr::LOCALHOST.into(),
        port,
        variable,
        cause: ErrorKind::AddrInUse.into(),
    }
}

#[test]
fn a_default_port_moves_to_the_next_free_one() {
    let nothing_set = Environment::default();
    let mut config = Config::read(&nothing_set).unwrap();
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    config.api_base_url.set_port(Some(port)).unwrap();

    let error = taken("ARCHESTRA_API_BASE_URL", port);
    let moved = Moved::after(&error, &config, &nothing_set).unwrap();
    moved.apply(&mut config);

    assert_eq!((moved.listener, moved.from), (Listener::Api, port));
    assert!(moved.to > port);
    assert_eq!(config.api_port(), moved.to);
}

#[test]
fn a_port_that_somebody_has_set_stays() {
    let url = "http://localhost:9000".to_owned();
    let set = Environment::from_pairs([("ARCHESTRA_API_BASE_URL".to_owned(), url)]);
    let config = Config::read(&set).unwrap();
    let error = taken("ARCHESTRA_API_BASE_URL", 9000);
    assert_eq!(Moved::after(&error, &config, &set), None);
}

#[test]
fn no_port_is_given_to_two_listeners() {
    let nothing_set = Environment::default();
    let mut config = Config::read(&nothing_set).unwrap();
    config.metrics_port = config.frontend_port() + 1;
    let error = taken("ARCHESTRA_FRONTEND_URL", config.frontend_port());
    let moved = Moved::after(&error, &config, &nothing_set).unwrap();
    assert_ne!(moved.to, config.metrics_port);
}

#[test]
fn another_failure_is_not_about_ports() {
    let nothing_set = Environment::default();
    let config = Config::read(&nothing_set).unwrap();
    assert_eq!(
        Moved::after(&StartError::NoDataDir, &config, &nothing_set),
        None
    );
}
