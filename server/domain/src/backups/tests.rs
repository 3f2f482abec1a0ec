#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Cursor;

use chrono::DateTime;
use db::backups::{Sequence, Table};

use super::file::{Header, Reader, Writer};
use super::{BackupError, Folder, Reason};

fn table(name: &str) -> Table {
    Table {
        name: name.to_owned(),
        columns: vec!["id".to_owned(), "name".to_owned()],
    }
}

fn small() -> Vec<u8> {
    let header = Header::new(
        DateTime::default(),
        "manual",
        60,
        Some((7, "ab".to_owned())),
    );
    let mut writer = Writer::begin(Vec::new(), &header).unwrap();
    writer.table(&table("agents")).unwrap();
    writer.rows(b"1\tOps\n2\tan \\\\. in a value\n").unwrap();
    writer.rows(b"3\t\\N\n").unwrap();
    writer.end_table().unwrap();
    writer.table(&table("teams")).unwrap();
    writer.end_table().unwrap();
    let name = "team_members_position_seq".to_owned();
    writer
        .finish(vec![Sequence {
            name,
            last: Some(4),
        }])
        .unwrap()
}

fn read(bytes: &[u8]) -> Result<Vec<(String, String)>, BackupError> {
    let mut reader = Reader::begin(Cursor::new(bytes))?;
    let mut tables = Vec::new();
    while let Some(table) = reader.next_table()? {
        let mut rows = Vec::new();
        while let Some(piece) = reader.next_rows(&table)? {
            rows.extend(piece);
        }
        tables.push((table.name, String::from_utf8(rows).unwrap()));
    }
    assert_eq!(reader.header.schema, 60);
    assert_eq!(reader.sequences[0].last, Some(4));
    Ok(tables)
}

#[test]
fn what_was_written_is_read() {
    let tables = read(&small()).unwrap();
    let rows = "1\tOps\n2\tan \\\\. in a value\n3\t\\N\n".to_owned();
    assert_eq!(
        tables,
        [
            ("agents".to_owned(), rows),
            ("teams".to_owned(), String::new())
        ]
    );
}

#[test]
fn a_file_that_is_cut_off_anywhere_or_goes_on_is_refused() {
    let whole = small();
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "cut off at {end}");
    }
    let twice = [whole.clone(), whole].concat();
    assert!(read(&twice).is_err());
}

#[test]
fn every_changed_byte_is_noticed() {
    let plain = zstd::decode_all(Cursor::new(small())).unwrap();
    for index in 0..plain.len() {
        let mut changed = plain.clone();
        changed[index] ^= 1;
        let packed = zstd::encode_all(Cursor::new(changed), 1).unwrap();
        assert!(read(&packed).is_err(), "byte {index} was changed");
    }
}

#[test]
fn a_name_from_outside_leads_nowhere_but_to_a_backup() {
    let directory = tempfile::tempdir().unwrap();
    let folder = Folder::new(directory.path().join("backups"));
    assert!(folder.list().unwrap().is_empty());
    std::fs::create_dir_all(folder.path()).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "").unwrap();
    let name = "2026-01-15T12-00-00Z-manual.archestra-backup";
    std::fs::write(folder.path().join(name), "").unwrap();
    for other in [
        "",
        ".",
        "notes.txt",
        "../2026-01-15T12-00-00Z-manual.archestra-backup",
        "2026-01-15T12-00-00Z-whatever.archestra-backup",
    ] {
        assert!(folder.find(other).is_err(), "{other}");
    }
    assert!(folder.find(name).is_ok());
    let all = folder.list().unwrap();
    assert_eq!((all.len(), all[0].reason), (1, Reason::Manual));
}
