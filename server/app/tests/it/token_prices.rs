//! Prices: built in, set by people, and back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::TestApp;

fn price_of<'a>(prices: &'a Value, model: &str) -> &'a Value {
    prices
        .as_array()
        .unwrap()
        .iter()
        .find(|price| price["model"] == model)
        .unwrap()
}

#[tokio::test]
async fn a_custom_price_hides_the_built_in_one_until_it_is_deleted() {
    let app = TestApp::signed_in().await;
    let prices = app.get("/api/token-prices").await;
    let built_in = prices
        .as_array()
        .unwrap()
        .iter()
        .find(|price| price["provider"] == "openai")
        .unwrap()
        .clone();
    assert_eq!(built_in["source"], "builtin");
    assert!(built_in["asOf"].as_str().unwrap().starts_with("202"));

    let path = format!("/api/token-prices/{}", built_in["id"].as_str().unwrap());
    let (status, custom) = app
        .send(
            Method::PUT,
            &path,
            Some(json!({ "pricePerMillionInput": "0.50" })),
        )
        .await;
    assert_eq!(status, 200, "{custom}");
    assert_eq!(
        custom["pricePerMillionInput"], "0.50",
        "text comes back byte for byte"
    );
    assert_eq!(
        custom["pricePerMillionOutput"],
        built_in["pricePerMillionOutput"]
    );

    let model = built_in["model"].as_str().unwrap();
    let listed = app.get("/api/token-prices").await;
    assert_eq!(price_of(&listed, model)["source"], "custom");
    let path = format!("/api/token-prices/{}", custom["id"].as_str().unwrap());
    app.send(Method::DELETE, &path, None).await;
    let listed = app.get("/api/token-prices").await;
    assert_eq!(price_of(&listed, model)["source"], "builtin");
}

#[tokio::test]
async fn a_price_is_a_decimal_number_for_a_known_provider() {
    let app = TestApp::signed_in().await;
    let body = |provider: &str, input: &str| json!({ "provider": provider, "model": "m", "pricePerMillionInput": input, "pricePerMillionOutput": "1" });
    for (provider, input) in [
        ("nobody", "1"),
        ("openai", "-1"),
        ("openai", "1,5"),
        ("openai", ""),
    ] {
        let given = Some(body(provider, input));
        app.refusal(
            Method::POST,
            "/api/token-prices",
            given,
            (400, "api_validation_error"),
        )
        .await;
    }
    app.post("/api/token-prices", body("openai", "1")).await;
    app.refusal(
        Method::POST,
        "/api/token-prices",
        Some(body("openai", "2")),
        (409, "api_conflict_error"),
    )
    .await;
}
