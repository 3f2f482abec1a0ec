//! What the form for a new provider starts with.

use axum::Json;
use axum::extract::State as Extract;
use domain::identity_providers::callback_url;
use identity::oidc::{PRESETS, Preset};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::State;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = IdentityProviderPreset)]
pub(crate) struct PresetBody {
    id: &'static str,
    name: &'static str,
    provider_id: &'static str,
    /// With `{…}` where something of one's own belongs.
    issuer: &'static str,
    /// Without what is the administrator's: `clientId` and `clientSecret`.
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    oidc_config: Value,
    callback_url: String,
    help: &'static str,
}

/// Providers that need a client id and little else.
#[utoipa::path(get, path = "/api/identity-providers/presets", tag = "identity providers",
    responses((status = 200, body = Vec<PresetBody>)))]
pub(crate) async fn presets(Extract(platform): State) -> Json<Vec<PresetBody>> {
    let shown = PRESETS.iter().map(|preset| PresetBody {
        id: preset.id,
        name: preset.name,
        provider_id: preset.provider_id,
        issuer: preset.issuer,
        oidc_config: config(preset),
        callback_url: callback_url(&platform, preset.provider_id),
        help: preset.help,
    });
    Json(shown.collect())
}

fn config(preset: &Preset) -> Value {
    let mut config = json!({
        "issuer": preset.issuer,
        "discoveryEndpoint": preset.discovery_endpoint,
        "pkce": true,
        "scopes": preset.scopes,
    });
    if let (Some([authorization, token, userinfo]), Some(config)) =
        (preset.endpoints, config.as_object_mut())
    {
        config.insert("skipDiscovery".into(), true.into());
        config.insert("authorizationEndpoint".into(), authorization.into());
        config.insert("tokenEndpoint".into(), token.into());
        config.insert("userInfoEndpoint".into(), userinfo.into());
    }
    config
}
