//! Sentences about ended containers.

use super::*;

fn ended(exit_code: i64) -> Ending<'static> {
    Ending {
        exit_code,
        out_of_memory: false,
        memory_limit: Some(64 * MEBIBYTE),
        engine_error: "",
        command: "npx",
    }
}

#[test]
fn running_out_of_memory_names_the_limit() {
    let sentence = sentence(Ending {
        out_of_memory: true,
        ..ended(137)
    });
    assert!(sentence.contains("64 MiB"), "{sentence}");
}

#[test]
fn a_missing_command_is_named() {
    assert!(sentence(ended(127)).contains("npx was not found"));
}

#[test]
fn every_sentence_carries_its_exit_code() {
    for code in [0, 1, 2, 125, 126, 127, 134, 137, 139, 143, 255] {
        let sentence = sentence(ended(code));
        assert!(
            sentence.contains(&format!("exit code {code}")),
            "{sentence}"
        );
        assert!(sentence.ends_with('.'), "{sentence}");
    }
}
