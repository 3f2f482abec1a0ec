//! The built-in tools as rows beside those of servers, so that they have ids: to be listed, assigned and ruled by policies.

use chrono::{DateTime, Utc};
use db::tools::Tool;
use domain::platform::Platform;
use mcp::object::Object;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{PREFIX, definitions};

/// Writes down what this program offers. Those that it no longer has stay, as not available.
pub(crate) async fn keep(platform: &Platform) -> db::Result<()> {
    let now = platform.clock.now();
    let offered: Vec<Box<RawValue>> = definitions(false).collect();
    db::tools::sync(&platform.db, None, |before| changed(before, &offered, now)).await?;
    Ok(())
}

fn changed(before: Vec<Tool>, offered: &[Box<RawValue>], now: DateTime<Utc>) -> Vec<Tool> {
    let mut offered: Vec<Tool> = offered.iter().filter_map(|tool| row(tool, now)).collect();
    let mut changed = Vec::new();
    for mut known in before {
        let at = offered.iter().position(|tool| tool.name == known.name);
        let Some(tool) = at.map(|at| offered.swap_remove(at)) else {
            if known.available {
                known.available = false;
                changed.push(known);
            }
            continue;
        };
        if known.definition != tool.definition || !known.available {
            changed.push(Tool {
                id: known.id,
                created_at: known.created_at,
                ..tool
            });
        }
    }
    changed.extend(offered);
    changed
}

fn row(definition: &RawValue, now: DateTime<Utc>) -> Option<Tool> {
    let object = Object::parse(definition)?;
    let name = object.text("name")?;
    Some(Tool {
        id: Uuid::now_v7(),
        catalog_id: None,
        raw_name: name.strip_prefix(PREFIX)?.to_owned(),
        title: object.text("title"),
        description: object.text("description"),
        input_schema: object.read("inputSchema").unwrap_or_default(),
        definition: definition.get().to_owned(),
        // Nobody has to approve what comes with the program.
        fingerprint: String::new(),
        pending_definition: None,
        pending_fingerprint: None,
        pending_detected_at: None,
        rejected_fingerprint: None,
        paused: false,
        warnings: Vec::new(),
        available: true,
        created_at: now,
        updated_at: now,
        name,
    })
}
