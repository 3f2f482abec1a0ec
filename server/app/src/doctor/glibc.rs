//! Which C library programs need, and which one is here. A loader that lacks a version says so in one sentence.

use std::path::Path;

/// Of a symbol's version, `GLIBC_2.38`.
type Version = (u32, u32);

/// What the loader's complaint asks for: it names the versions that are "not found" in the library.
pub(super) fn wanted(complaint: &str) -> Option<Version> {
    complaint
        .contains("not found")
        .then(|| newest(complaint.as_bytes()))?
}

/// The newest version that the library of this process knows.
pub(super) fn here() -> Option<Version> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let library = maps.lines().find_map(|line| {
        let path = line.get(line.find('/')?..)?;
        (Path::new(path).file_name()? == "libc.so.6").then_some(path)
    })?;
    newest(&std::fs::read(library).ok()?)
}

pub(super) fn shown(version: Version) -> String {
    format!("{}.{}", version.0, version.1)
}

fn newest(text: &[u8]) -> Option<Version> {
    const MARK: &[u8] = b"GLIBC_";
    const LONGEST: usize = 8;
    let after = |place: usize| {
        let rest = &text[place + MARK.len()..];
        rest.get(..LONGEST).unwrap_or(rest)
    };
    let versions = text
        .windows(MARK.len())
        .enumerate()
        .filter(|(_, window)| *window == MARK);
    versions.filter_map(|(place, _)| parse(after(place))).max()
}

fn parse(text: &[u8]) -> Option<Version> {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
        .unwrap_or(text.len());
    let (major, minor) = std::str::from_utf8(&text[..end]).ok()?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}

#[cfg(test)]
mod tests;
