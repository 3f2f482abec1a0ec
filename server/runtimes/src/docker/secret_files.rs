//! Secrets as files in a container that has not started yet.
//!
//! They are written through the engine's archive call and not mounted: an engine may be on another machine or in a
//! virtual one, where it could not see a directory of ours. They live and die with the container.

use std::collections::BTreeMap;

use bollard::errors::Error as EngineError;
use bollard::query_parameters::{
    DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bollard::{Docker as Client, body_full};
use futures_util::TryStreamExt;
use secrecy::{ExposeSecret, SecretString};
use std::io::{self, Read};

use crate::spec::SECRETS_DIRECTORY;

/// `user` as the image states it: a name, a number, or either with a group. Empty means root.
pub(super) async fn put(
    client: &Client,
    container: &str,
    user: &str,
    files: &BTreeMap<String, SecretString>,
) -> Result<(), EngineError> {
    if files.is_empty() {
        return Ok(());
    }
    let owner = owner(client, container, user).await?;
    let archive = archive(owner, files)?;
    let options = UploadToContainerOptionsBuilder::default().path("/").build();
    client
        .upload_to_container(container, Some(options), body_full(archive.into()))
        .await
}

fn archive(
    (user, group): (u64, u64),
    files: &BTreeMap<String, SecretString>,
) -> io::Result<Vec<u8>> {
    let directory = SECRETS_DIRECTORY.trim_start_matches('/');
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_uid(user);
    header.set_gid(group);
    header.set_entry_type(tar::EntryType::Directory);
    header.set_size(0);
    header.set_mode(0o500);
    archive.append_data(&mut header, format!("{directory}/"), io::empty())?;
    for (name, secret) in files {
        let contents = secret.expose_secret().as_bytes();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(contents.len() as u64);
        header.set_mode(0o400);
        archive.append_data(&mut header, format!("{directory}/{name}"), contents)?;
    }
    archive.into_inner()
}

async fn owner(client: &Client, container: &str, user: &str) -> Result<(u64, u64), EngineError> {
    let (user, group) = user.split_once(':').unwrap_or((user, ""));
    let group = group.parse().ok();
    if user.is_empty() {
        return Ok((0, group.unwrap_or(0)));
    }
    if let Ok(number) = user.parse() {
        return Ok((number, group.unwrap_or(0)));
    }
    let options = DownloadFromContainerOptionsBuilder::default()
        .path("/etc/passwd")
        .build();
    let chunks = client.download_from_container(container, Some(options));
    let archive: Vec<u8> = chunks
        .try_fold(Vec::new(), |mut all, chunk| async move {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await?;
    let (number, its_group) = look_up(&archive, user)?.unwrap_or((0, 0));
    Ok((number, group.unwrap_or(its_group)))
}

/// `name:password:uid:gid:…`, as passwd(5) has it.
fn look_up(archive: &[u8], user: &str) -> io::Result<Option<(u64, u64)>> {
    let mut accounts = String::new();
    for entry in tar::Archive::new(archive).entries()? {
        entry?.read_to_string(&mut accounts)?;
    }
    let account = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(user) {
            return None;
        }
        let mut numbers = fields.skip(1).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    Ok(account)
}
