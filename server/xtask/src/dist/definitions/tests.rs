#![expect(clippy::unwrap_used, reason = "tests")]

use anyhow::bail;

use super::with_checksums;

#[test]
fn a_checksum_stands_where_its_file_was_named() {
    let filled = with_checksums("a: @SHA256 one.deb@, b: @SHA256 two.rpm@.", |name| {
        Ok(format!("<{name}>"))
    });
    assert_eq!(filled.unwrap(), "a: <one.deb>, b: <two.rpm>.");
}

#[test]
fn without_its_file_nothing_is_filled_in() {
    let filled = with_checksums("@SHA256 missing.dmg@", |name| bail!("there is no {name}"));
    assert!(filled.unwrap_err().to_string().contains("missing.dmg"));
}
