#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::{Listing, Model, Released, provider_of};

fn read(listing: Listing, body: &serde_json::Value) -> Option<Vec<Model>> {
    listing.read(body.to_string().as_bytes())
}

#[test]
fn openais_list_is_sorted_and_knows_what_can_chat() {
    let body = json!({ "object": "list", "data": [
        { "id": "gpt-4o", "object": "model", "created": 1_715_367_049, "owned_by": "system" },
        { "id": "text-embedding-3-small", "object": "model" },
        { "id": "gpt-4o", "object": "model" },
        { "id": "anthropic/claude-sonnet-4", "name": "Claude", "context_length": 200_000 },
        { "object": "model" },
    ]});
    let models = read(Listing::OpenAi, &body).unwrap();
    let facts: Vec<_> = models.iter().map(|m| (m.id.as_str(), m.chats)).collect();
    let expected = [
        ("anthropic/claude-sonnet-4", true),
        ("gpt-4o", true),
        ("text-embedding-3-small", false),
    ];
    assert_eq!(facts, expected);
    assert_eq!(models[0].context_length, Some(200_000));
    assert_eq!(models[1].released, Some(Released::Unix(1_715_367_049)));
}

#[test]
fn anthropics_and_geminis_lists_are_read() {
    let body = json!({ "data": [{ "type": "model", "id": "claude-sonnet-4-5-20250929",
        "display_name": "Claude Sonnet 4.5", "created_at": "2025-09-29T00:00:00Z" }], "has_more": false });
    let models = read(Listing::Anthropic, &body).unwrap();
    assert_eq!(models[0].name.as_deref(), Some("Claude Sonnet 4.5"));
    let created = Released::Text("2025-09-29T00:00:00Z".to_owned());
    assert_eq!(models[0].released, Some(created));

    let body = json!({ "models": [
        { "name": "models/gemini-2.5-pro", "displayName": "Gemini 2.5 Pro", "inputTokenLimit": 1_048_576,
          "supportedGenerationMethods": ["generateContent", "countTokens"] },
        { "name": "models/gemini-embedding-001", "supportedGenerationMethods": ["embedContent"] },
    ]});
    let models = read(Listing::Gemini, &body).unwrap();
    assert_eq!(models[0].id, "gemini-2.5-pro");
    assert_eq!(models[0].context_length, Some(1_048_576));
    assert_eq!((models[0].chats, models[1].chats), (true, false));
}

#[test]
fn what_is_no_listing_is_none() {
    for body in [
        json!({}),
        json!({ "error": "x" }),
        json!("text"),
        json!({ "data": 1 }),
    ] {
        for listing in [Listing::OpenAi, Listing::Anthropic, Listing::Gemini] {
            assert_eq!(read(listing, &body), None, "{listing:?} {body}");
        }
    }
    assert_eq!(Listing::OpenAi.read(b"<html>"), None);
    assert_eq!(
        read(Listing::OpenAi, &json!({ "data": [] })),
        Some(Vec::new())
    );
}

#[test]
fn a_models_name_tells_its_provider() {
    for (model, provider) in [
        ("claude-sonnet-4-5", Some("anthropic")),
        ("Claude-3-opus", Some("anthropic")),
        ("gpt-5-mini", Some("openai")),
        ("o1", Some("openai")),
        ("o3-mini", Some("openai")),
        ("o4-mini", Some("openai")),
        ("chatgpt-4o-latest", Some("openai")),
        ("ft:gpt-4o-mini:acme::1", Some("openai")),
        ("gemini-2.5-flash", Some("gemini")),
        ("models/gemini-2.5-flash", Some("gemini")),
        ("llama3.2", None),
        ("my-claude", None),
        ("", None),
    ] {
        let found = provider_of(model).map(|provider| provider.id);
        assert_eq!(found, provider, "{model}");
    }
}
