//! Messages on their way out: the envelope around bytes that are taken as they are.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Id, RpcError};

pub fn request(id: &Id, method: &str, params: Option<&RawValue>) -> Bytes {
    let mut out = envelope(params.map_or(0, |params| params.get().len()));
    member(&mut out, "id", id);
    method_and_params(&mut out, method, params);
    close(out)
}

pub fn notification(method: &str, params: Option<&RawValue>) -> Bytes {
    let mut out = envelope(params.map_or(0, |params| params.get().len()));
    method_and_params(&mut out, method, params);
    close(out)
}

pub fn response(id: &Id, result: &RawValue) -> Bytes {
    let mut out = envelope(result.get().len());
    member(&mut out, "id", id);
    raw_member(&mut out, "result", result);
    close(out)
}

/// Without an id the error belongs to a message whose id could not be read.
pub fn error(id: Option<&Id>, error: &RpcError) -> Bytes {
    let mut out = envelope(error.message.len());
    match id {
        Some(id) => member(&mut out, "id", id),
        None => out.extend_from_slice(b",\"id\":null"),
    }
    member(&mut out, "error", error);
    close(out)
}

fn envelope(payload: usize) -> Vec<u8> {
    const AROUND: usize = 128;
    let mut out = Vec::with_capacity(payload + AROUND);
    out.extend_from_slice(b"{\"jsonrpc\":\"2.0\"");
    out
}

fn method_and_params(out: &mut Vec<u8>, method: &str, params: Option<&RawValue>) {
    member(out, "method", &method);
    if let Some(params) = params {
        raw_member(out, "params", params);
    }
}

fn member(out: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    let before = out.len();
    // Writing into memory fails only for a value that has no JSON; ids, names and errors all have one.
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}

fn raw_member(out: &mut Vec<u8>, name: &str, value: &RawValue) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value.get().as_bytes());
}

fn close(mut out: Vec<u8>) -> Bytes {
    out.push(b'}');
    Bytes::from(out)
}
