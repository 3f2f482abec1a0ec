#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::config::Environment;

fn chosen(directory: &Path, elsewhere: &Path) -> PathBuf {
    let name = "ARCHESTRA_POSTGRES_DATA_DIR".to_owned();
    let value = elsewhere.to_str().unwrap().to_owned();
    let config = Config::read(&Environment::from_pairs([(name, value)])).unwrap();
    postgres(&config, directory).unwrap()
}

/// As a PostgreSQL of ours leaves it.
fn database(directory: &Path) {
    std::fs::create_dir_all(directory.join("data")).unwrap();
    std::fs::write(directory.join("data/PG_VERSION"), "17\n").unwrap();
}

#[test]
fn a_new_database_goes_where_it_is_asked_to() {
    let (data, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(chosen(data.path(), disk.path()), disk.path());
    let nothing = Config::read(&Environment::default()).unwrap();
    let usual = data.path().join("postgres");
    assert_eq!(postgres(&nothing, data.path()).unwrap(), usual);
}

#[test]
fn a_database_that_is_in_the_data_directory_is_not_left_behind() {
    let (data, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let usual = data.path().join("postgres");
    database(&usual);
    assert_eq!(chosen(data.path(), disk.path()), usual);
    database(disk.path());
    assert_eq!(chosen(data.path(), disk.path()), disk.path());
}
