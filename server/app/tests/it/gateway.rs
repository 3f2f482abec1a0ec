//! A client of one agent's gateway, in the era with a handshake.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::harness::{TestApp, browser};

pub(crate) struct Gateway {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) token: String,
}

impl Gateway {
    pub(crate) async fn of(app: &TestApp, agent: &str) -> Self {
        let tokens = app.get("/api/tokens").await;
        let id = tokens[0]["id"].as_str().unwrap();
        let value = app.get(&format!("/api/tokens/{id}/value")).await;
        Self {
            client: browser(),
            url: app.url(&format!("/v1/mcp/{agent}")),
            token: value["value"].as_str().unwrap().to_owned(),
        }
    }

    pub(crate) fn post(&self, method: &str, params: &Value) -> reqwest::RequestBuilder {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.client.post(&self.url).bearer_auth(&self.token);
        request
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-11-25")
            .json(&body)
    }

    /// The whole message that answers.
    async fn message(&self, method: &str, params: Value) -> Value {
        let response = self.post(method, &params).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{method}: {text}");
        let message = text
            .lines()
            .rfind(|line| line.contains("\"result\"") || line.contains("\"error\""));
        let message = message.unwrap_or_else(|| panic!("{method}: {text}"));
        serde_json::from_str(message.trim_start_matches("data:").trim()).unwrap()
    }

    pub(crate) async fn request(&self, method: &str, params: Value) -> Value {
        let message = self.message(method, params).await;
        assert!(message.get("error").is_none(), "{method}: {message}");
        message["result"].clone()
    }

    pub(crate) async fn tools(&self) -> Vec<String> {
        let listed = self.request("tools/list", json!({})).await;
        let tools = listed["tools"].as_array().unwrap();
        let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
        tools.iter().map(name).collect()
    }

    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let result = self.request("tools/call", params).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        result
    }

    /// What the gateway says of a call: the tool's result, or an error.
    pub(crate) async fn outcome(&self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        let message = self.message("tools/call", params).await;
        let result = message.get("result").or_else(|| message.get("error"));
        result.unwrap().clone()
    }
}
