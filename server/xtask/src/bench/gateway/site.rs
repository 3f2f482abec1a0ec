//! The server as it is measured: the fixture installed through the API, once for the calls and many times for the list.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::client::{api, send};

/// The fixture's tool that answers one short text.
pub(crate) const RAW_TOOL: &str = "test_simple_text";

pub(crate) struct Site {
    /// The gateway URL of the agent with one server.
    pub(crate) path: String,
    pub(crate) tool: String,
    /// The one with many.
    pub(crate) long_path: String,
    pub(crate) tools_listed: usize,
    pub(crate) token: String,
}

impl Site {
    pub(crate) fn prepare(port: u16, backend: u16, servers: usize) -> Result<Self> {
        let cookie = sign_in(port)?;
        let call = |method: &str, path: &str, body: Option<Value>| {
            api(port, &cookie, method, path, body.as_ref())
        };
        let one = call(
            "POST",
            "/api/agents",
            Some(json!({ "name": "bench", "builtinTools": false })),
        )?;
        let many = call(
            "POST",
            "/api/agents",
            Some(json!({ "name": "bench list", "builtinTools": false })),
        )?;
        for index in 0..servers {
            let item = json!({
                "name": format!("fixture{index:02}"),
                "serverType": "remote",
                "serverUrl": format!("http://127.0.0.1:{backend}/mcp"),
            });
            let item = call("POST", "/api/internal_mcp_catalog", Some(item))?;
            let agents = if index == 0 {
                json!([id(&one)?, id(&many)?])
            } else {
                json!([id(&many)?])
            };
            let install = json!({
                "catalogId": id(&item)?,
                "name": format!("fixture{index:02}"),
                "scope": "org",
                "agentIds": agents,
            });
            call("POST", "/api/mcp_server", Some(install))?;
        }
        let token = organization_token(port, &cookie)?;
        let path = format!("/v1/mcp/{}", id(&one)?);
        let long_path = format!("/v1/mcp/{}", id(&many)?);
        Ok(Self {
            tool: format!("fixture00__{RAW_TOOL}"),
            tools_listed: listed(port, &long_path, &token)?,
            path,
            long_path,
            token,
        })
    }
}

fn organization_token(port: u16, cookie: &str) -> Result<String> {
    let tokens = api(port, cookie, "GET", "/api/tokens", None)?;
    let listed = tokens.get("tokens").unwrap_or(&tokens).as_array();
    let organization = listed
        .and_then(|tokens| {
            tokens
                .iter()
                .find(|token| token["isOrganizationToken"] == true)
        })
        .context("there is no organization token")?;
    let path = format!("/api/tokens/{}/value", id(organization)?);
    let value = api(port, cookie, "GET", &path, None)?;
    let value = value["value"].as_str().context("the token has no value")?;
    Ok(value.to_owned())
}

fn id(value: &Value) -> Result<&str> {
    value["id"]
        .as_str()
        .with_context(|| format!("no id in {value}"))
}

fn sign_in(port: u16) -> Result<String> {
    let body = json!({ "email": "admin@localhost.ai", "password": "password" }).to_string();
    let headers = [("content-type", "application/json")];
    let answer = send(port, "POST", "/api/auth/sign-in/email", &headers, &body)?;
    let cookie = answer.head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .starts_with("set-cookie:")
            .then(|| line[11..].trim().to_owned())
    });
    match cookie
        .as_deref()
        .and_then(|cookie| cookie.split(';').next())
    {
        Some(cookie) => Ok(cookie.to_owned()),
        None => bail!("signing in failed: {} {}", answer.status, answer.body),
    }
}

fn listed(port: u16, path: &str, token: &str) -> Result<usize> {
    let authorization = format!("Bearer {token}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("accept", "application/json"),
    ];
    let answer = send(port, "GET", path, &headers, "")?;
    let greeting: Value =
        serde_json::from_str(answer.body.trim()).with_context(|| answer.body.clone())?;
    let count = greeting["tools"]["count"]
        .as_u64()
        .context("the gateway does not say how many tools there are")?;
    Ok(usize::try_from(count)?)
}
