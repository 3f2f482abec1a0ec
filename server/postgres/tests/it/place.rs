//! Where data and binaries may lie: long paths, closed directories, full disks; and as whom.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::site::{Site, connect, installation, is_root, open, set_mode, start_in};
use postgres::error::Error;
use postgres::installation::Installation;
use postgres::owner::OwnerLock;
use postgres::server::{Address, Options, RunAs, Server, running_in};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

#[tokio::test]
async fn a_data_directory_with_a_long_and_odd_path_works() {
    let site = Site::new();
    let long = site
        .root()
        .join("ein langer Weg, mit \"Zeichen\" und é")
        .join("x".repeat(120));
    fs::create_dir_all(&long).unwrap();
    open(long.parent().unwrap());
    let server = start_in(&long).await.unwrap();
    let Address::Socket(directory) = server.connection().address.clone() else {
        panic!("not on a socket");
    };
    assert!(!directory.starts_with(&long), "{}", directory.display());
    assert_eq!(fs::metadata(&directory).unwrap().mode() & 0o777, 0o700);
    connect(&server).await;
    server.stop().await;
    fs::remove_dir(directory).unwrap();
}

#[tokio::test]
async fn a_data_directory_is_made_with_all_that_leads_to_it() {
    let site = Site::new();
    let server = start_in(&site.root().join("a/b/c")).await.unwrap();
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_cluster_lies_where_it_is_asked_to_and_is_found_there() {
    let site = Site::new();
    let elsewhere = site.root().join("disk/database");
    let server = Server::start(Options {
        installation: installation(),
        owner: OwnerLock::acquire(&site.data_dir()).unwrap(),
        directory: Some(elsewhere.clone()),
        run_as: RunAs::Auto,
    });
    let server = server.await.unwrap();
    connect(&server).await;
    assert!(elsewhere.join("data/PG_VERSION").exists());
    assert!(!site.cluster().exists());
    let found = running_in(&elsewhere).unwrap().unwrap();
    assert_eq!(found.address, server.connection().address);
    server.stop().await;
}

#[tokio::test]
async fn an_odd_but_short_path_keeps_its_socket_at_home() {
    let site = Site::new();
    let odd = site.root().join("a, \"b\" é");
    let server = start_in(&odd).await.unwrap();
    let expected = odd.canonicalize().unwrap().join("postgres/socket");
    assert_eq!(server.connection().address, Address::Socket(expected));
    connect(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn the_server_never_runs_as_root() {
    let site = Site::new();
    let server = site.start().await;
    let us = rustix::process::geteuid().as_raw();
    for pid in site.processes() {
        let owner = fs::metadata(format!("/proc/{pid}")).unwrap().uid();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let groups = status
            .lines()
            .find(|line| line.starts_with("Groups:"))
            .unwrap();
        if is_root() {
            let uids = status
                .lines()
                .find(|line| line.starts_with("Uid:"))
                .unwrap();
            assert!(!uids.split_whitespace().any(|uid| uid == "0"), "{uids}");
            assert_eq!(groups.trim(), "Groups:", "root's groups were kept");
        } else {
            assert_eq!(owner, us);
        }
    }
    let owner = fs::metadata(site.cluster()).unwrap().uid();
    assert_ne!(owner, 0);
    // The account owns the cluster, not the password and not our folder.
    assert_eq!(fs::metadata(site.password_file()).unwrap().uid(), us);
    assert_eq!(fs::metadata(site.data_dir()).unwrap().uid(), us);
    server.stop().await;
}

#[tokio::test]
async fn as_root_a_closed_way_to_the_data_is_named_with_the_way_out() {
    if !is_root() {
        return as_a_user_there_is_no_way_to_open().await;
    }
    let site = Site::new();
    let closed = site.root().join("closed");
    fs::create_dir_all(closed.join("app")).unwrap();
    set_mode(&closed, 0o700);
    let error = start_in(&closed.join("app")).await.err().unwrap();
    assert!(
        matches!(&error, Error::Unreachable { closed_at, .. } if *closed_at == closed),
        "{error}"
    );
    assert!(error.to_string().contains("chmod o+x"), "{error}");
}

/// The same situation for an ordinary user is none: the server runs as they do.
async fn as_a_user_there_is_no_way_to_open() {
    let site = Site::new();
    set_mode(site.root(), 0o700);
    site.start().await.stop().await;
}

#[tokio::test]
async fn binaries_out_of_the_accounts_reach_are_brought_into_it() {
    let site = Site::new();
    let hidden = site.root().join("hidden");
    let original = installation().bin_dir().parent().unwrap().to_owned();
    copy(&original, &hidden.join("postgresql"));
    set_mode(&hidden, 0o700);
    let start = || async {
        Server::start(Options {
            installation: Installation::find(Some(&hidden.join("postgresql"))).unwrap(),
            owner: OwnerLock::acquire(&site.data_dir()).unwrap(),
            directory: None,
            run_as: RunAs::Auto,
        })
        .await
    };
    if !original.join("share").exists() {
        // Debian's belongs where it was built for and is not copied.
        if is_root() {
            let error = start().await.err().unwrap();
            assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        }
        return;
    }
    let server = start().await.unwrap();
    connect(&server).await;
    server.stop().await;
    let first = staged(&site);
    assert_eq!(first.len(), usize::from(is_root()));

    start().await.unwrap().stop().await;
    assert_eq!(staged(&site), first);

    let program = hidden.join("postgresql/bin/postgres");
    let bytes = fs::read(&program).unwrap();
    fs::remove_file(&program).unwrap();
    fs::write(&program, bytes).unwrap();
    set_mode(&program, 0o755);
    start().await.unwrap().stop().await;
    let second = staged(&site);
    assert_eq!(second.len(), first.len());
    assert!(
        !is_root() || second != first,
        "a changed installation was not brought anew"
    );
}

fn staged(site: &Site) -> Vec<String> {
    let entries = fs::read_dir(site.data_dir().join("postgres")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with("installation-"))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

#[tokio::test]
async fn another_account_takes_over_the_cluster_of_the_first() {
    let site = Site::new();
    let start = async |run_as| {
        let started = Server::start(Options {
            installation: installation(),
            owner: OwnerLock::acquire(&site.data_dir()).unwrap(),
            directory: None,
            run_as,
        });
        let server = started.await.unwrap();
        connect(&server).await;
        let owner = fs::metadata(format!("/proc/{}", site.postmaster()))
            .unwrap()
            .uid();
        server.stop().await;
        owner
    };
    let first = start(RunAs::Auto).await;
    // Not one of those that are chosen unasked, which depend on the machine.
    let second = start(RunAs::User("daemon".to_owned())).await;
    // Whoever a cluster belongs to keeps it until told otherwise.
    assert_eq!(start(RunAs::Auto).await, second);
    assert_eq!(first != second, is_root());
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_named() {
    let site = Site::new();
    let started = Server::start(Options {
        installation: installation(),
        owner: OwnerLock::acquire(&site.data_dir()).unwrap(),
        directory: None,
        run_as: RunAs::User("no-such-user".to_owned()),
    })
    .await;
    if is_root() {
        let error = started.err().unwrap();
        assert!(error.to_string().contains("no-such-user"), "{error}");
    } else {
        started.unwrap().stop().await;
    }
}
