//! What loaders say, and the library that this test itself runs on.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{here, newest, shown, wanted};

#[test]
fn the_complaint_of_a_loader_names_the_newest_version_that_is_missing() {
    let said = "postgres: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by postgres)\n\
                postgres: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by postgres)";
    assert_eq!(wanted(said), Some((2, 38)));
    assert_eq!(wanted("postgres (PostgreSQL) 18.4"), None);
}

#[cfg(target_env = "gnu")]
#[test]
fn the_library_here_is_as_new_as_this_program_needs() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // Names of symbols and their versions come first.
    let names = &program[..program.len().min(4 << 20)];
    let (needed, found) = (newest(names).unwrap(), here().unwrap());
    assert!(found >= needed, "{} {}", shown(found), shown(needed));
}
