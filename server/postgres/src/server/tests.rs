//! The file by which a server says that it runs.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Address, listens};

const PID_FILE: &str = "4711\n/data\n1790000000\n5432\n/data/socket\n\n  123456   0\nready   \n";

#[test]
fn a_ready_server_says_where_it_listens() {
    let (address, port) = listens(PID_FILE).unwrap();
    assert_eq!(address, Address::Socket("/data/socket".into()));
    assert_eq!(port, 5432);
}

#[test]
fn one_that_is_starting_or_half_written_is_not_there_yet() {
    assert_eq!(listens(&PID_FILE.replace("ready ", "starting")), None);
    assert_eq!(listens("4711\n/data\n"), None);
    assert_eq!(listens(""), None);
}
