//! Under construction: the next commits fill it.

use bytes::Bytes;

use crate::dialect::{Dialect, RequestFacts, ResponseFacts};
use crate::error::ProxyError;

pub(super) struct OpenaiEmbeddings;

impl Dialect for OpenaiEmbeddings {
    fn read_request(&self, body: &[u8]) -> RequestFacts {
        let _ = body;
        RequestFacts::default()
    }

    fn read_response(&self, _body: &[u8]) -> ResponseFacts {
        ResponseFacts::default()
    }

    fn read_stream(&self, _raw: &[u8]) -> ResponseFacts {
        ResponseFacts::default()
    }

    fn error_body(&self, error: &ProxyError) -> Bytes {
        super::openai_error::body(error)
    }

    fn error_event(&self, error: &ProxyError) -> Bytes {
        super::openai_error::body(error)
    }
}
