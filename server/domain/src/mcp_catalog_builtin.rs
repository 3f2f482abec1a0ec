//! The servers that are offered without a network: a curated list, with the day each was last started by our own test
//! (`server/app/tests/mcp-catalogue`). What has no such day was not tried: a remote server, or one that would not start
//! without its service.

use std::sync::LazyLock;

use serde_json::{Map, Value};

static CATALOGUE: LazyLock<(String, Vec<Map<String, Value>>)> = LazyLock::new(read);

/// The day the list was last gone through.
pub fn as_of() -> &'static str {
    &CATALOGUE.0
}

/// Every server, in the attributes of a catalogue item and some of its own: slug, title, category, needs, testedAt,
/// testedVersion, toolCount.
pub fn items() -> &'static [Map<String, Value>] {
    &CATALOGUE.1
}

/// The file is part of the program; a test reads it.
fn read() -> (String, Vec<Map<String, Value>>) {
    let text = include_str!("mcp_catalog_builtin.json");
    let file: Value = serde_json::from_str(text).unwrap_or_default();
    let items = file["items"].as_array().into_iter().flatten();
    let items = items.filter_map(Value::as_object).cloned().collect();
    (file["asOf"].as_str().unwrap_or_default().to_owned(), items)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn at_least_thirty_servers_are_offered_and_each_is_complete() {
        assert!(items().len() >= 30);
        assert_eq!(as_of().len(), 10);
        let mut names = BTreeSet::new();
        for item in items() {
            let slug = item["slug"].as_str();
            assert!(names.insert(slug), "{slug:?} stands twice");
            assert_eq!(item["name"].as_str(), slug);
            assert!(
                item["description"]
                    .as_str()
                    .is_some_and(|text| text.ends_with('.'))
            );
            let remote = item["serverType"] == "remote";
            assert_eq!(remote, item.contains_key("serverUrl"), "{slug:?}");
            assert_eq!(!remote, item.contains_key("localConfig"), "{slug:?}");
        }
    }

    #[test]
    fn what_was_started_is_pinned_to_the_version_that_was() {
        let started = items().iter().filter(|item| item["testedAt"].is_string());
        let mut count = 0;
        for item in started {
            let version = item["testedVersion"]
                .as_str()
                .map(|version| format!("@{version}"));
            let arguments = item["localConfig"]["arguments"]
                .as_array()
                .into_iter()
                .flatten();
            let pinned = arguments.filter_map(Value::as_str).any(|word| {
                version
                    .as_ref()
                    .is_some_and(|version| word.ends_with(version))
            });
            assert!(pinned, "{}", item["slug"]);
            count += 1;
        }
        assert!(count >= 25, "only {count} were started");
    }
}
