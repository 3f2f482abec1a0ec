//! The files under `tests/golden/{dialect}/`: `.sse` and `.stream.json` are streams, other `.json`
//! are whole bodies. They are byte-exact; nothing here may change them.

use std::fs;
use std::path::Path;

use http::Method;
use llm::dialect::{Dialect, ResponseFacts};
use llm::providers::provider;

pub(crate) const DIALECTS: [(&str, &str, &str); 5] = [
    ("openai_chat", "openai", "chat/completions"),
    ("openai_responses", "openai", "responses"),
    ("openai_embeddings", "openai", "embeddings"),
    ("anthropic_messages", "anthropic", "v1/messages"),
    (
        "gemini_generate",
        "gemini",
        "v1beta/models/m:streamGenerateContent",
    ),
];

pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) dialect: &'static dyn Dialect,
}

impl Recorded {
    pub(crate) fn is_stream(&self) -> bool {
        self.is_event_stream() || self.name.ends_with(".stream.json")
    }

    pub(crate) fn is_event_stream(&self) -> bool {
        has_extension(&self.name, "sse")
    }

    pub(crate) fn read(&self, bytes: &[u8]) -> ResponseFacts {
        if self.is_stream() {
            self.dialect.read_stream(bytes)
        } else {
            self.dialect.read_response(bytes)
        }
    }
}

pub(crate) fn dialect(folder: &str) -> &'static dyn Dialect {
    let (_, id, path) = DIALECTS.iter().find(|(name, ..)| *name == folder).unwrap();
    let operation = provider(id).unwrap().operation(&Method::POST, path);
    operation.unwrap().dialect
}

/// All files of a dialect, in order of their names.
pub(crate) fn recorded(folder: &str) -> Vec<Recorded> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(folder);
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<Recorded> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| Recorded {
            name: path.file_name().unwrap().to_str().unwrap().to_owned(),
            bytes: fs::read(&path).unwrap(),
            dialect: dialect(folder),
        })
        .collect();
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|found| found == extension)
}
