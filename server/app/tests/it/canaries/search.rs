//! Where canaries are looked for, and in which clothes: as they are, encoded, and compressed.

use std::fmt::{self, Write as _};
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use testkit::database::TestDatabase;
use url::form_urlencoded;

use super::world::CORE;

#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Log,
    Answers,
    Database,
    Metrics,
    Traces,
    Processes,
    Containers,
}

pub(super) struct Searched {
    needles: Vec<String>,
    /// How much there was to look through.
    sizes: Vec<(Place, usize)>,
    pub(super) found: Vec<String>,
}

impl Searched {
    pub(super) fn for_each(canaries: &[String]) -> Self {
        let mut needles: Vec<String> = canaries.iter().flat_map(|one| clothes(one)).collect();
        needles.push(CORE.to_owned());
        needles.dedup();
        Self {
            needles,
            sizes: Vec::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn look(&mut self, place: Place, text: &str) {
        self.sizes.push((place, text.len()));
        for needle in &self.needles {
            for (at, _) in text.match_indices(needle).take(3) {
                let start = text.floor_char_boundary(at.saturating_sub(300));
                let end = text.floor_char_boundary(at + needle.len() + 60);
                let excerpt = &text[start..end];
                self.found.push(format!("{place:?}: {needle} in {excerpt}"));
            }
        }
    }
}

impl fmt::Display for Searched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} needles, bytes:", self.needles.len())?;
        let mut sizes = self.sizes.iter();
        sizes.try_for_each(|(place, size)| write!(formatter, " {place:?} {size}"))
    }
}

fn clothes(canary: &str) -> Vec<String> {
    let encoded: String = form_urlencoded::byte_serialize(canary.as_bytes()).collect();
    let mut all = vec![canary.to_owned(), encoded, hex(canary.as_bytes())];
    // Base64 of something longer depends on where in it the canary begins; the characters at its ends on its neighbours.
    for before in 0..3 {
        let shifted = [&[0; 3][..before], canary.as_bytes()].concat();
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&shifted);
            all.push(text[(before * 8).div_ceil(6)..text.len() - 2].to_owned());
        }
    }
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Every row of every table as JSON, with what is compressed in it.
pub(super) async fn dump(database: &TestDatabase) -> String {
    let tables = "SELECT string_agg(format('%I.%I', schemaname, tablename), ' ') FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let tables = database.text(tables).await.unwrap().unwrap();
    let mut all = String::new();
    for table in tables.split(' ') {
        let rows = format!("SELECT string_agg(to_jsonb(t)::text, E'\\n') FROM {table} t");
        let rows = database.text(&rows).await.unwrap().unwrap_or_default();
        writeln!(all, "{table}: {rows}").unwrap();
    }
    // How a body of a recorded call begins: as bytes, with the magic number of zstd.
    let bodies: Vec<String> = all.split("\\\\x").skip(1).filter_map(readable).collect();
    assert!(!bodies.is_empty(), "bodies were read");
    all.extend(bodies);
    assert!(all.contains("provider-key-") && all.contains("the key is wrong"));
    all
}

/// Bytes as Postgres writes them.
fn readable(text: &str) -> Option<String> {
    let digits = &text.as_bytes()[..text.find('"')?];
    let bytes = digits.chunks_exact(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let bytes: Vec<u8> = bytes.collect::<Option<_>>()?;
    let plain = zstd::decode_all(&bytes[..]).unwrap_or(bytes);
    Some(String::from_utf8_lossy(&plain).into_owned())
}

/// The command line of everything that runs.
pub(super) fn processes() -> String {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.collect::<Vec<_>>().join("\n")
}
