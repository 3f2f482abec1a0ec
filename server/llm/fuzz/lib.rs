//! What every dialect must keep to, whatever the bytes: no panic, and facts that survive being
//! read back from the body a stream stands for.

use http::Method;
use llm::dialect::Dialect;
use llm::providers::provider;

/// Reads the bytes in all the ways the proxy does.
pub fn read(provider_id: &str, path: &str, bytes: &[u8]) {
    let operation = provider(provider_id).and_then(|it| it.operation(&Method::POST, path));
    let dialect: &dyn Dialect = operation.expect("the path is an operation").dialect;
    dialect.read_request(bytes);
    dialect.read_response(bytes);
    let stream = dialect.read_stream(bytes);
    if let Some(assembled) = &stream.assembled {
        let body = dialect.read_response(assembled.to_string().as_bytes());
        // Put together, a hostile stream may nest deeper than the parser reads.
        if !body.complete {
            return;
        }
        assert_eq!(body.usage, stream.usage);
        assert_eq!(body.finish_reason, stream.finish_reason);
        assert_eq!(body.tool_calls, stream.tool_calls);
    }
}
