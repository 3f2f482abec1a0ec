//! The configurations inside a catalog item. They are kept as they were written; these types check their shape.

#![expect(
    dead_code,
    reason = "the fields are only looked at by serde, and described to clients"
)]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocalConfig {
    command: Option<String>,
    arguments: Option<Vec<String>>,
    environment: Option<Vec<EnvironmentVariable>>,
    docker_image: Option<String>,
    transport_type: Option<TransportType>,
    http_port: Option<f64>,
    http_path: Option<String>,
    service_account: Option<String>,
    node_port: Option<f64>,
    env_from: Option<Vec<Value>>,
    image_pull_secrets: Option<Vec<Value>>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum TransportType {
    Stdio,
    StreamableHttp,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentVariable {
    key: String,
    r#type: VariableType,
    value: Option<String>,
    default: Option<Value>,
    description: Option<String>,
    required: Option<bool>,
    prompt_on_installation: bool,
    /// The value is the file `/secrets/KEY` instead of a variable.
    mounted: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VariableType {
    PlainText,
    Secret,
    Boolean,
    Number,
}

pub(crate) type UserConfig = BTreeMap<String, UserConfigField>;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserConfigField {
    r#type: UserConfigType,
    title: String,
    description: String,
    required: Option<bool>,
    default: Option<Value>,
    multiple: Option<bool>,
    sensitive: Option<bool>,
    min: Option<f64>,
    max: Option<f64>,
    prompt_on_installation: Option<bool>,
    /// Sent as this header with every request to a remote server.
    header_name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum UserConfigType {
    String,
    Number,
    Boolean,
    Directory,
    File,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct AuthField {
    name: String,
    label: String,
    r#type: String,
    required: Option<bool>,
    description: Option<String>,
}

/// Its keys are those of the published contract.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OauthConfig {
    name: String,
    server_url: String,
    client_id: String,
    client_secret: Option<String>,
    redirect_uris: Vec<String>,
    scopes: Vec<String>,
    default_scopes: Vec<String>,
    supports_resource_metadata: bool,
    auth_server_url: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    resource_metadata_url: Option<String>,
    well_known_url: Option<String>,
    audience: Option<String>,
    grant_type: Option<String>,
    access_token_env_var: Option<String>,
    generic_oauth: Option<bool>,
    requires_proxy: Option<bool>,
    browser_auth: Option<bool>,
    provider_name: Option<String>,
    streamable_http_url: Option<String>,
    streamable_http_port: Option<f64>,
    description: Option<String>,
}
