use std::path::PathBuf;

use app::StartError;
use postgres::error::Error as PostgresError;

use super::{ASK_THE_LOG, Failure, cause_and_fix};

#[test]
fn cause_and_remedy_are_told_apart() {
    let (cause, fix) =
        cause_and_fix("the folder ./a.b/v1. x can't be used: full. Free some. Then retry");
    assert_eq!(cause, "The folder ./a.b/v1. x can't be used: full.");
    assert_eq!(fix, "Free some. Then retry.");
}

#[test]
fn an_error_without_a_remedy_gets_one() {
    let (cause, fix) = cause_and_fix("it broke");
    assert_eq!(cause, "It broke.");
    assert_eq!(fix, ASK_THE_LOG);
}

#[test]
fn who_holds_the_data_directory_is_said() {
    let error = StartError::Postgres(PostgresError::DataDirInUse {
        data_dir: PathBuf::from("/data"),
        holder: "process 42, which took it 5 minutes ago".to_owned(),
    });
    let failure = Failure::from(&error);
    assert_eq!(failure.title, "Archestra is already running");
    assert!(failure.cause.contains("process 42"), "{failure:?}");
    assert!(failure.fix.contains("Stop that process"), "{failure:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named_in_the_remedy() {
    let error = StartError::Postgres(PostgresError::Io {
        action: "create",
        path: PathBuf::from("/data"),
        source: std::io::ErrorKind::PermissionDenied.into(),
    });
    let failure = Failure::from(&error);
    assert_eq!(failure.title, "There is no place for your data");
    assert!(failure.fix.contains("write /data"), "{failure:?}");
}
