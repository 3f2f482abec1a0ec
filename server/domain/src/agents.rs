//! Rules about agents.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use db::Db;
use uuid::Uuid;

/// The kinds of the published contract.
pub const AGENT_TYPES: [&str; 4] = ["profile", "agent", "llm_proxy", "mcp_gateway"];

/// Makes sure that calls without an agent in their URL have one.
pub async fn ensure_default(db: &Db, organization_id: &str, now: DateTime<Utc>) -> db::Result<()> {
    let agents = db::agents::all(db).await?;
    if agents.iter().any(|agent| agent.is_default) {
        return Ok(());
    }
    let mut agent = new(organization_id, "Default Agent", now);
    agent.is_default = true;
    match db::agents::insert(db, &agent).await {
        // Another replica was faster.
        Err(db::Error::Conflict(_)) => Ok(()),
        other => other,
    }
}

pub fn new(organization_id: &str, name: &str, now: DateTime<Utc>) -> db::agents::Agent {
    let id = Uuid::now_v7();
    db::agents::Agent {
        id,
        organization_id: organization_id.to_owned(),
        name: name.to_owned(),
        slug: slug(name, id),
        agent_type: AGENT_TYPES[0].to_owned(),
        description: None,
        icon: None,
        scope: "org".to_owned(),
        system_prompt: None,
        is_default: false,
        consider_context_untrusted: false,
        author_id: None,
        settings: serde_json::Value::Object(serde_json::Map::new()),
        created_at: now,
        updated_at: now,
        labels: Vec::new(),
    }
}

/// A readable id for URLs: the name in lower-case ASCII, made unique by the end of the id.
fn slug(name: &str, id: Uuid) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_end_matches('-').chars().take(48).collect();
    let id = id.simple().to_string();
    let suffix = &id[id.len() - 6..];
    if slug.is_empty() {
        format!("agent-{suffix}")
    } else {
        format!("{slug}-{suffix}")
    }
}
