//! How long a server goes by what another one has changed: permissions, keys, tools.

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Verdict;
use super::client::Client;
use super::site::{Server, wait_until};
use crate::bench::gateway::site::Site;

pub(crate) const BOUND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(10);
const TURNS: usize = 20;

/// What is changed through `writer` is looked for on both `readers`.
pub(crate) fn judge(
    writer: &Server,
    readers: [&Server; 2],
    site: &Site,
    verdict: &mut Verdict,
) -> Result<()> {
    let found = [
        ("a role's permission", roles(writer, readers)?),
        ("a deleted key", keys(writer, readers)?),
        ("an agent's tool", tools(writer, readers, site)?),
    ];
    for (what, worst) in found {
        println!("   {what}: known on both servers within {worst:?} at worst");
        verdict.expect(worst < BOUND, || format!("{what} was stale for {worst:?}"));
    }
    Ok(())
}

fn roles(writer: &Server, readers: [&Server; 2]) -> Result<Duration> {
    let role = json!({ "name": "faults_reader", "permission": { "interaction": ["read"] } });
    let role = id(&writer.call("POST", "/api/roles", &role)?)?;
    let account = json!({ "name": "faults", "role": "faults_reader" });
    let account = id(&writer.call("POST", "/api/service-accounts", &account)?)?;
    let key = new_key(writer, &account)?.1;
    let mut worst = Duration::ZERO;
    for turn in 0..TURNS {
        let (actions, status) = if turn % 2 == 0 {
            (json!([]), 403)
        } else {
            (json!(["read"]), 200)
        };
        let permission = json!({ "permission": { "interaction": actions } });
        writer.call("PUT", &format!("/api/roles/{role}"), &permission)?;
        worst = worst.max(everywhere("the role's permission", readers, &key, status)?);
    }
    Ok(worst)
}

fn keys(writer: &Server, readers: [&Server; 2]) -> Result<Duration> {
    let account = json!({ "name": "faults keys", "role": "admin" });
    let account = id(&writer.call("POST", "/api/service-accounts", &account)?)?;
    let mut worst = Duration::ZERO;
    for _ in 0..TURNS {
        let (key_id, key) = new_key(writer, &account)?;
        everywhere("the key", readers, &key, 200)?;
        let path = format!("/api/service-accounts/{account}/api-keys/{key_id}");
        writer.call("DELETE", &path, &json!({}))?;
        worst = worst.max(everywhere("the key's end", readers, &key, 401)?);
    }
    Ok(worst)
}

fn tools(writer: &Server, readers: [&Server; 2], site: &Site) -> Result<Duration> {
    let agent = json!({ "name": "faults tools", "builtinTools": false });
    let agent = id(&writer.call("POST", "/api/agents", &agent)?)?;
    let served = site.path.rsplit('/').next().unwrap_or_default();
    let tools = writer.get_json(&format!("/api/agents/{served}/tools"))?;
    let of_site = |tool: &&Value| tool["name"] == site.tool.as_str();
    let tool = tools
        .as_array()
        .and_then(|tools| tools.iter().find(of_site));
    let tool = id(tool.context("the agent has lost its tool")?)?;
    let path = format!("/api/agents/{agent}/tools/{tool}");
    let authorization = format!("Bearer {}", site.token);
    let headers = [
        ("authorization", authorization.as_str()),
        ("accept", "application/json"),
    ];
    let mut worst = Duration::ZERO;
    for turn in 0..TURNS {
        let (method, count) = if turn % 2 == 0 {
            ("POST", 1)
        } else {
            ("DELETE", 0)
        };
        writer.call(method, &path, &json!({}))?;
        for reader in readers {
            let seen = wait_until("the tool", PATIENCE, || {
                let mut client = Client::new(reader.port, PATIENCE);
                let answer = client.send("GET", &format!("/v1/mcp/{agent}"), &headers, &[]);
                answer.is_ok_and(|answer| {
                    let greeting: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                    greeting["tools"]["count"] == count
                })
            })?;
            worst = worst.max(seen);
        }
    }
    Ok(worst)
}

fn new_key(writer: &Server, account: &str) -> Result<(String, String)> {
    let path = format!("/api/service-accounts/{account}/api-keys");
    let made = writer.call("POST", &path, &json!({ "name": "faults" }))?;
    let key = made["key"].as_str().context("no key")?;
    Ok((id(&made)?, key.to_owned()))
}

fn everywhere(what: &str, readers: [&Server; 2], key: &str, status: u16) -> Result<Duration> {
    let mut worst = Duration::ZERO;
    for reader in readers {
        let took = wait_until(what, PATIENCE, || {
            let mut client = Client::new(reader.port, PATIENCE);
            let path = "/api/interactions?limit=1";
            let answer = client.send("GET", path, &[("authorization", key)], &[]);
            answer.is_ok_and(|answer| answer.status == status)
        })?;
        worst = worst.max(took);
    }
    Ok(worst)
}

fn id(made: &Value) -> Result<String> {
    let id = made["id"]
        .as_str()
        .with_context(|| format!("no id in {made}"))?;
    Ok(id.to_owned())
}
