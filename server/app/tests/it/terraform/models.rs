//! `archestra_llm_provider_api_key` and `archestra_llm_model`.

use serde_json::{Value, json};

use super::{Terraform, id};

const PROVIDERS: [&str; 17] = [
    "anthropic",
    "azure",
    "bedrock",
    "cerebras",
    "cohere",
    "deepseek",
    "gemini",
    "groq",
    "minimax",
    "mistral",
    "ollama",
    "openai",
    "openrouter",
    "perplexity",
    "vllm",
    "xai",
    "zhipuai",
];

pub(super) async fn walk(terraform: &Terraform) {
    let address = terraform.llm.url().unwrap();
    for provider in PROVIDERS {
        if provider == "gemini" {
            // It lists its models in a form of its own.
            let gemini = json!({ "models": [{ "name": "models/g" }] }).to_string();
            terraform
                .llm
                .reply(testkit::provider::Reply::json(200, gemini));
        }
        let create = json!({ "name": format!("{provider} key "), "provider": provider, "apiKey": "sk-secret",
            "isPrimary": false, "scope": "org", "baseUrl": address });
        let patches = [
            json!({ "name": "Renamed" }),
            json!({ "scope": "personal" }),
            json!({}),
        ];
        terraform
            .life("llm_provider_api_key", create, &patches)
            .await;
    }
    let unknown = json!({ "name": "x", "provider": "made-up", "apiKey": "k" });
    terraform
        .refused("llm_provider_api_key / create", &[], Some(unknown), 400)
        .await;
    models(terraform).await;
}

/// The model is there as soon as its key is.
async fn models(terraform: &Terraform) {
    let create =
        json!({ "name": "Main", "provider": "openai", "apiKey": "sk-secret", "isPrimary": true });
    let patches = [
        json!({ "isPrimary": false }),
        json!({ "apiKey": "sk-other", "isPrimary": true }),
    ];
    let key = terraform
        .begin("llm_provider_api_key", create, &patches)
        .await;
    let found = find(terraform, "model-b").await;
    for unset in [
        "inputModalities",
        "outputModalities",
        "customPricePerMillionInput",
    ] {
        assert_eq!(found[unset], Value::Null, "{unset}");
    }
    let model = id(&found);
    assert!(
        found["apiKeys"]
            .as_array()
            .unwrap()
            .iter()
            .any(|has| has["id"] == *key)
    );
    let mut expected = json!({ "ignored": false });
    for patch in [
        json!({ "customPricePerMillionInput": "0.50", "customPricePerMillionOutput": "1.00", "ignored": true }),
        json!({ "inputModalities": ["text", "image"], "outputModalities": ["text"] }),
        json!({ "customPricePerMillionOutput": null }),
        json!({ "inputModalities": null }),
        json!({ "customPricePerMillionInput": null, "customPricePerMillionOutput": "2.0" }),
    ] {
        super::merge(&mut expected, &patch);
        terraform.post("llm_model / update", &[model], patch).await;
        super::echoed("llm_model", &expected, &find(terraform, "model-b").await);
    }
    let cleared = json!({ "customPricePerMillionInput": null, "customPricePerMillionOutput": null, "ignored": false,
        "embeddingDimensions": null, "inputModalities": null, "outputModalities": null });
    terraform
        .post("llm_model / delete", &[model], cleared.clone())
        .await;
    let found = find(terraform, "model-b").await;
    super::echoed("llm_model", &cleared, &found);
    assert_eq!(
        (&found["isCustomPrice"], &found["priceSource"]),
        (&json!(false), &json!("default"))
    );
}

async fn find(terraform: &Terraform, model: &str) -> Value {
    let listed = terraform.get("llm_model / find", &[]).await;
    let mut models = listed.as_array().unwrap().iter();
    let found = models.find(|row| row["modelId"] == model && row["provider"] == "openai");
    found.unwrap().clone()
}
