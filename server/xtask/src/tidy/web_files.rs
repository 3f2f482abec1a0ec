//! Rules for a single TypeScript file of the UI; eslint and the compiler hold the rest.

use super::{Finding, SourceFile, code_lines};

const LONGEST_FILE: usize = 400;

pub(super) fn check(file: &SourceFile, findings: &mut Vec<Finding>) {
    if !file.path.starts_with("ui/") || !["ts", "tsx"].contains(&file.extension()) {
        return;
    }
    let lines = code_lines(&file.text);
    if lines > LONGEST_FILE {
        findings.push(Finding {
            rule: "long-file",
            path: file.path.clone(),
            line: None,
            text: format!("{lines} code lines, at most {LONGEST_FILE}"),
        });
    }
    for (index, line) in file.text.lines().enumerate() {
        if says_any(line) {
            findings.push(Finding {
                rule: "any",
                path: file.path.clone(),
                line: Some(index + 1),
                text: "`any` switches the type checker off; name the type or use `unknown`".into(),
            });
        }
    }
}

/// Whether the line uses `any` as a type: after `:`, `<`, `|`, `&`, `,` or `as`, not in a comment or a sentence.
pub(super) fn says_any(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default().trim();
    if code.starts_with('*') || code.starts_with("/*") {
        return false;
    }
    code.match_indices("any").any(|(start, word)| {
        let (before, after) = (&code[..start], &code[start + word.len()..]);
        let is_word =
            |character: char| character.is_alphanumeric() || "_$'\"`-".contains(character);
        let stands_alone = !before.ends_with(is_word) && !after.starts_with(is_word);
        let before = before.trim_end();
        let is_type = before.ends_with([':', '<', '|', '&'])
            || before.ends_with(" as")
            || before.ends_with("=>");
        let ends_type = after.is_empty()
            || after.starts_with([';', ',', ')', '>', '[', ' ', '=', '}', '|', '&']);
        // A sentence goes on with a word; a type goes on with punctuation.
        let next_is_word = after
            .trim_start()
            .starts_with(|character: char| character.is_alphabetic());
        stands_alone && is_type && ends_type && !next_is_word
    })
}
