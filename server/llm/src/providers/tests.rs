use http::Method;

use super::{Credential, provider, providers};

fn path(id: &str, rest: &str) -> Option<String> {
    provider(id).map(|provider| provider.upstream_path(rest))
}

fn kind(id: &str, rest: &str) -> Option<&'static str> {
    provider(id)?
        .operation(&Method::POST, rest)
        .map(|operation| operation.kind)
}

#[test]
fn every_provider_is_found_by_its_id() {
    for known in providers() {
        assert_eq!(provider(known.id).map(|found| found.name), Some(known.name));
        assert!(!known.default_base_url.ends_with('/'));
    }
    assert!(provider("acme").is_none());
}

#[test]
fn each_provider_sends_its_key_in_its_own_header() {
    let credential = |id| provider(id).map(|provider| provider.credential);
    assert_eq!(credential("openai"), Some(Credential::Bearer));
    assert_eq!(credential("anthropic"), Some(Credential::XApiKey));
    assert_eq!(credential("gemini"), Some(Credential::XGoogApiKey));
}

#[test]
fn paths_are_completed_the_way_each_base_url_needs() {
    for (id, rest, upstream) in [
        ("openai", "chat/completions", "chat/completions"),
        ("openai", "v1/chat/completions", "chat/completions"),
        ("openai", "v1", ""),
        ("openai", "", ""),
        ("openai", "v1beta/things", "v1beta/things"),
        ("anthropic", "v1/messages", "v1/messages"),
        ("anthropic", "messages", "v1/messages"),
        (
            "anthropic",
            "messages/count_tokens",
            "v1/messages/count_tokens",
        ),
        ("anthropic", "api/hello", "api/hello"),
        ("anthropic", "apis", "v1/apis"),
        ("anthropic", "", ""),
        (
            "gemini",
            "v1beta/models/m:generateContent",
            "v1beta/models/m:generateContent",
        ),
        (
            "gemini",
            "v1/models/m:generateContent",
            "v1/models/m:generateContent",
        ),
        ("gemini", "v1alpha/models", "v1alpha/models"),
        ("gemini", "v1beta1/projects/p", "v1beta1/projects/p"),
        (
            "gemini",
            "models/m:generateContent",
            "v1beta/models/m:generateContent",
        ),
        ("gemini", "upload/v1beta/files", "upload/v1beta/files"),
        ("gemini", "videos", "v1beta/videos"),
    ] {
        assert_eq!(path(id, rest).as_deref(), Some(upstream), "{id} {rest}");
    }
}

#[test]
fn known_calls_are_recognised_with_and_without_a_version() {
    for (id, rest, expected) in [
        ("openai", "chat/completions", Some("openai:chatCompletions")),
        (
            "openai",
            "v1/chat/completions/",
            Some("openai:chatCompletions"),
        ),
        ("openai", "responses", Some("openai:responses")),
        (
            "openai",
            "responses/compact",
            Some("openai:responsesCompact"),
        ),
        ("openai", "responses/resp_1/cancel", None),
        ("openai", "embeddings", Some("openai:embeddings")),
        ("openai", "models", None),
        ("anthropic", "v1/messages", Some("anthropic:messages")),
        ("anthropic", "messages", Some("anthropic:messages")),
        (
            "anthropic",
            "v1/messages/count_tokens",
            Some("anthropic:countTokens"),
        ),
        ("anthropic", "v1/messages/batches", None),
        (
            "anthropic",
            "v1/chat/completions",
            Some("openai:chatCompletions"),
        ),
        ("anthropic", "v1/responses", None),
        (
            "gemini",
            "v1beta/models/m:generateContent",
            Some("gemini:generateContent"),
        ),
        ("gemini", "models/m:countTokens", Some("gemini:countTokens")),
        (
            "gemini",
            "v1/models/m:embedContent",
            Some("gemini:embedContent"),
        ),
        (
            "gemini",
            "v1/models/m:batchEmbedContents",
            Some("gemini:batchEmbedContents"),
        ),
        (
            "gemini",
            "v1beta/openai/chat/completions",
            Some("openai:chatCompletions"),
        ),
        (
            "gemini",
            "v1beta/openai/embeddings",
            Some("openai:embeddings"),
        ),
        ("gemini", "v1beta/cachedContents", None),
    ] {
        assert_eq!(kind(id, rest), expected, "{id} {rest}");
    }
}

#[test]
fn only_posts_are_operations() {
    for known in providers() {
        for rest in [
            "v1/messages",
            "chat/completions",
            "v1beta/models/m:generateContent",
        ] {
            assert!(known.operation(&Method::GET, rest).is_none());
        }
    }
}

#[test]
fn gemini_names_model_and_streaming_in_the_path() {
    for (rest, model, streaming) in [
        (
            "v1beta/models/gemini-2.5-flash:streamGenerateContent",
            Some("gemini-2.5-flash"),
            true,
        ),
        (
            "models/gemini-2.5-pro:generateContent",
            Some("gemini-2.5-pro"),
            false,
        ),
        (
            "v1/projects/p/locations/l/publishers/google/models/gemini-2.5-pro:generateContent",
            Some("gemini-2.5-pro"),
            false,
        ),
        (
            "v1beta/tunedModels/mine:generateContent",
            Some("tunedModels/mine"),
            false,
        ),
        ("v1beta/models/:generateContent", None, false),
    ] {
        let operation = provider("gemini").and_then(|gemini| gemini.operation(&Method::POST, rest));
        let facts = operation.map(|found| (found.model_in_path, found.streaming_in_path));
        assert_eq!(facts, Some((model.map(str::to_owned), streaming)), "{rest}");
    }
}
