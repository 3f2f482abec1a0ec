use super::Tally;

fn read(text: &str) -> (usize, usize) {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let tally = Tally::read(&lines);
    (tally.passed, tally.failed)
}

#[test]
fn nextest_is_read_from_its_summary() {
    let text = "PASS [0.1s] a b\n     Summary [   1.2s] 12 tests run: 10 passed (1 slow), 2 failed, 3 skipped\n    \
                test result: FAILED. 0 passed; 1 failed; 0 ignored";
    assert_eq!(read(text), (10, 2));
}

#[test]
fn cargo_test_is_added_up_over_its_binaries() {
    let text = "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: FAILED. 4 passed; 1 failed; 0 ignored";
    assert_eq!(read(text), (7, 1));
}

#[test]
fn vitest_counts_tests_and_not_files() {
    let text = "\u{1b}[2m Test Files \u{1b}[22m \u{1b}[1m\u{1b}[32m3 passed\u{1b}[39m\u{1b}[22m (3)\n      Tests  40 passed (40)";
    assert_eq!(read(text), (40, 0));
}

#[test]
fn playwright_says_failures_on_a_line_of_their_own() {
    assert_eq!(
        read("  1 failed\n    [chromium] › a.spec.ts\n  3 passed (4.1s)"),
        (3, 1)
    );
}

#[test]
fn the_test_runner_of_node_says_the_word_first() {
    assert_eq!(read("# tests 5\n# pass 4\n# fail 1\n# cancelled 0"), (4, 1));
}

#[test]
fn an_output_without_a_summary_counts_nothing() {
    assert_eq!(read("the build failed"), (0, 0));
}
