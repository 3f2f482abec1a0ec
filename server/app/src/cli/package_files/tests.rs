#![expect(clippy::unwrap_used, reason = "tests")]

use clap::CommandFactory as _;

use super::{Arguments, write};
use crate::config::VARIABLES;

#[test]
fn a_package_gets_completions_manual_pages_and_the_schemas_number() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path()).unwrap();
    let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
    for name in ["archestra.bash", "_archestra", "archestra.fish"] {
        assert!(read(name).contains("reset-admin"), "{name}");
    }
    let schema: i64 = read("schema").trim().parse().unwrap();
    assert_eq!(schema, db::Db::newest_migration());
    let visible = |command: &&clap::Command| !command.is_hide_set();
    for command in Arguments::command().get_subcommands().filter(visible) {
        let name = command.get_name();
        assert!(
            read(&format!("archestra-{name}.1")).contains(".TH"),
            "{name}"
        );
    }
}

#[test]
fn the_manual_page_describes_every_variable() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path()).unwrap();
    let page = std::fs::read_to_string(directory.path().join("archestra.1")).unwrap();
    for variable in VARIABLES {
        assert!(page.contains(variable.name), "{}", variable.name);
    }
}

/// A setting that a package proposes and the program does not know would be warned about at every start.
#[test]
fn the_packaged_settings_are_variables_of_this_program() {
    let settings = include_str!("../../../../../packaging/linux/archestra.env");
    let mut proposed = 0;
    for line in settings.lines() {
        let Some((name, _)) = line.strip_prefix('#').and_then(|line| line.split_once('=')) else {
            continue;
        };
        if name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        {
            proposed += 1;
            assert!(VARIABLES.iter().any(|known| known.name == name), "{name}");
        }
    }
    assert!(proposed > 10, "{proposed}");
}
