//! Parameters that a tool wants to see in HTTP headers as well (`x-mcp-header`), learnt from its own list.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::era::headers::{ParamHeader, param_headers, param_value};
use crate::object::Object;

#[derive(Default)]
pub(super) struct ToolHeaders {
    of_tool: Mutex<HashMap<String, Vec<ParamHeader>>>,
}

impl ToolHeaders {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<ParamHeader>>> {
        self.of_tool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what a page of tools says and takes out the tools whose marks are not allowed, as the transport demands.
    pub(super) fn learn(&self, page: Box<RawValue>) -> Box<RawValue> {
        if memchr::memmem::find(page.get().as_bytes(), b"x-mcp-header").is_none() {
            return page;
        }
        let Some(mut object) = Object::parse(&page) else {
            return page;
        };
        let tools: Vec<&RawValue> = match object.get("tools").map(RawValue::get) {
            Some(list) => serde_json::from_str(list).unwrap_or_default(),
            None => return page,
        };
        let kept: Vec<Box<RawValue>> = tools
            .into_iter()
            .filter(|tool| self.learn_tool(tool))
            .map(ToOwned::to_owned)
            .collect();
        object.set("tools", Cow::Owned(crate::object::raw(&kept)));
        object.to_raw()
    }

    fn learn_tool(&self, tool: &RawValue) -> bool {
        let Some(tool) = Object::parse(tool) else {
            return true;
        };
        let name = tool.text("name").unwrap_or_default();
        let schema: Value = tool.read("inputSchema").unwrap_or_default();
        match param_headers(&schema) {
            Ok(headers) => {
                if headers.is_empty() {
                    self.lock().remove(&name);
                } else {
                    self.lock().insert(name, headers);
                }
                true
            }
            Err(fault) => {
                tracing::warn!(tool = name, "a tool is left out: {fault}");
                false
            }
        }
    }

    /// The headers that a call of a tool needs.
    pub(super) fn add(&self, params: Option<&RawValue>, headers: &mut HeaderMap) {
        let known = self.lock();
        if known.is_empty() {
            return;
        }
        let Some(object) = params.and_then(Object::parse) else {
            return;
        };
        let Some(wanted) = object.text("name").and_then(|name| known.get(&name)) else {
            return;
        };
        let arguments: Value = object.read("arguments").unwrap_or_default();
        for header in wanted {
            if let Some(value) = param_value(&arguments, header) {
                headers.insert(header.name.clone(), value);
            }
        }
    }
}
