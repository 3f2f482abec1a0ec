//! The file: zstd over lines of text.
//!
//! ```text
//! {"format":"archestra-backup","version":1,…}      what it is
//! {"table":"agents","columns":["id","name",…]}     then its rows as PostgreSQL's COPY text, and a line `\.`
//! {"rows":2,"sha256":"…"}                          of these rows
//! …
//! {"sequences":[["name",7],…]}                     and where they stand
//! {"sha256":"…"}                                   of all lines before
//! ```

use std::io::{BufRead, BufReader, Read, Write};

use db::backups::{Sequence, Table};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zstd::{Decoder, Encoder};

use super::BackupError;

const FORMAT: &str = "archestra-backup";
const VERSION: u32 = 1;
const END_OF_ROWS: &[u8] = b"\\.\n";
const PIECE: usize = 256 * 1024;
/// Longer than any line that is not rows.
const LONGEST_NOTE: u64 = 16 * 1024 * 1024;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    format: String,
    version: u32,
    pub created_at: chrono::DateTime<chrono::Utc>,
    /// `manual`, `before-migration`, `before-restore` or `scheduled`.
    pub reason: String,
    /// The program's version.
    pub program: String,
    /// The newest migration.
    pub schema: i64,
    /// Id and hash of the last entry of the audit log.
    pub audit_head: Option<(i64, String)>,
}

impl Header {
    pub(super) fn new(
        created_at: chrono::DateTime<chrono::Utc>,
        reason: &str,
        schema: i64,
        audit_head: Option<(i64, String)>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            created_at,
            reason: reason.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema,
            audit_head,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct TableNote {
    table: String,
    columns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct RowsNote {
    rows: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct SequencesNote {
    /// Name, and the last value if there was one.
    sequences: Vec<(String, Option<i64>)>,
}

#[derive(Serialize, Deserialize)]
struct EndNote {
    sha256: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Note {
    Table(TableNote),
    Sequences(SequencesNote),
    End(EndNote),
}

pub(super) struct Writer<W: Write> {
    out: Encoder<'static, W>,
    whole: Sha256,
    rows: u64,
    of_table: Sha256,
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(out: W, header: &Header) -> Result<Self, BackupError> {
        let mut out = Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
        out.include_checksum(true)?;
        let mut writer = Self {
            out,
            whole: Sha256::new(),
            rows: 0,
            of_table: Sha256::new(),
        };
        writer.note(header)?;
        Ok(writer)
    }

    pub(super) fn table(&mut self, table: &Table) -> Result<(), BackupError> {
        self.rows = 0;
        self.of_table = Sha256::new();
        self.note(&TableNote {
            table: table.name.clone(),
            columns: table.columns.clone(),
        })
    }

    #[expect(
        clippy::naive_bytecount,
        reason = "the compression beside it takes far longer"
    )]
    pub(super) fn rows(&mut self, piece: &[u8]) -> Result<(), BackupError> {
        // COPY writes a line break of a value as `\n`, so that every one of these ends a row.
        let ends = piece.iter().filter(|byte| **byte == b'\n').count();
        self.rows += ends as u64;
        self.of_table.update(piece);
        self.write(piece)
    }

    pub(super) fn end_table(&mut self) -> Result<(), BackupError> {
        let sha256 = hex(std::mem::take(&mut self.of_table));
        self.write(END_OF_ROWS)?;
        let rows = self.rows;
        self.note(&RowsNote { rows, sha256 })
    }

    pub(super) fn finish(mut self, sequences: Vec<Sequence>) -> Result<W, BackupError> {
        let sequences = sequences.into_iter().map(|one| (one.name, one.last));
        let sequences = sequences.collect();
        self.note(&SequencesNote { sequences })?;
        let sha256 = hex(self.whole.clone());
        self.note(&EndNote { sha256 })?;
        Ok(self.out.finish()?)
    }

    fn note(&mut self, note: &impl Serialize) -> Result<(), BackupError> {
        let mut line = serde_json::to_vec(note).map_err(std::io::Error::from)?;
        line.push(b'\n');
        self.write(&line)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.whole.update(bytes);
        Ok(self.out.write_all(bytes)?)
    }
}

/// Reads a file and checks it on the way: what was read is right once [`Reader::next_table`] says that nothing follows.
pub(super) struct Reader<R: Read> {
    input: BufReader<Decoder<'static, BufReader<R>>>,
    pub(super) header: Header,
    pub(super) sequences: Vec<Sequence>,
    whole: Sha256,
    of_table: Sha256,
    rows: u64,
    in_table: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn begin(input: R) -> Result<Self, BackupError> {
        let input = BufReader::new(Decoder::new(input)?);
        let mut reader = Self {
            input,
            header: Header::new(chrono::DateTime::default(), "", 0, None),
            sequences: Vec::new(),
            whole: Sha256::new(),
            of_table: Sha256::new(),
            rows: 0,
            in_table: false,
        };
        let line = reader.line("its beginning")?;
        let header: Header = serde_json::from_slice(&line).map_err(|_| BackupError::NoBackup)?;
        if header.format != FORMAT {
            return Err(BackupError::NoBackup);
        }
        if header.version != VERSION {
            return Err(BackupError::UnknownVersion(header.version));
        }
        reader.header = header;
        Ok(reader)
    }

    /// None: the file was read to its end, and is whole. The table before must have been read to its end.
    pub(super) fn next_table(&mut self) -> Result<Option<Table>, BackupError> {
        loop {
            let before = hex(self.whole.clone());
            let line = self.line("the name of a table")?;
            let damaged = |_| BackupError::Damaged("the name of a table".into());
            match serde_json::from_slice(&line).map_err(damaged)? {
                Note::Table(TableNote { table, columns }) => {
                    self.of_table = Sha256::new();
                    self.rows = 0;
                    self.in_table = true;
                    let name = table;
                    return Ok(Some(Table { name, columns }));
                }
                Note::Sequences(note) => {
                    let sequences = note.sequences.into_iter();
                    let sequences = sequences.map(|(name, last)| Sequence { name, last });
                    self.sequences = sequences.collect();
                }
                Note::End(end) => {
                    let nothing_follows = self.input.fill_buf().is_ok_and(<[u8]>::is_empty);
                    if end.sha256 == before && nothing_follows {
                        return Ok(None);
                    }
                    return Err(BackupError::Damaged("its checksum".into()));
                }
            }
        }
    }

    /// The next rows of a table, in pieces that end with a row; None after the last.
    pub(super) fn next_rows(&mut self, table: &Table) -> Result<Option<Vec<u8>>, BackupError> {
        let mut piece = Vec::new();
        while self.in_table && piece.len() < PIECE {
            let start = piece.len();
            let read = self.input.read_until(b'\n', &mut piece);
            // What zstd says of it is no news to anybody.
            let damaged = |_| BackupError::Damaged(format!("the rows of {}", table.name));
            read.map_err(damaged)?;
            let Some(line) = piece.get(start..).filter(|line| line.ends_with(b"\n")) else {
                return Err(BackupError::Damaged(format!("the rows of {}", table.name)));
            };
            self.whole.update(line);
            if line == END_OF_ROWS {
                piece.truncate(start);
                self.in_table = false;
                self.of_table.update(&piece);
                self.end_table(table)?;
                return Ok(Some(piece).filter(|piece| !piece.is_empty()));
            }
            self.rows += 1;
        }
        self.of_table.update(&piece);
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }

    /// Of the table that was read last.
    pub(super) fn rows_read(&self) -> u64 {
        self.rows
    }

    fn end_table(&mut self, table: &Table) -> Result<(), BackupError> {
        let damaged = || BackupError::Damaged(format!("the rows of {}", table.name));
        let line = self.line("the end of a table")?;
        let note: RowsNote = serde_json::from_slice(&line).map_err(|_| damaged())?;
        if note.rows == self.rows && note.sha256 == hex(self.of_table.clone()) {
            Ok(())
        } else {
            Err(damaged())
        }
    }

    fn line(&mut self, what: &str) -> Result<Vec<u8>, BackupError> {
        let mut line = Vec::new();
        let mut limited = (&mut self.input).take(LONGEST_NOTE);
        let read = limited.read_until(b'\n', &mut line);
        if read.is_err() || !line.ends_with(b"\n") {
            return Err(BackupError::Damaged(what.to_owned()));
        }
        self.whole.update(&line);
        Ok(line)
    }
}

fn hex(hash: Sha256) -> String {
    db::audit_log::hex(&hash.finalize())
}
