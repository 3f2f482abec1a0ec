//! What the configuration says of traces: where they go, how many, with what in them.

#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::traces::Settings;
use secrecy::SecretString;
use url::Url;

use super::{ConfigError, Environment, Reader};

#[derive(Debug, Clone)]
pub struct Traces {
    /// Complete, with `/v1/traces`.
    pub endpoint: Url,
    /// Nobody said where, so they are made only while somebody listens there.
    pub is_default: bool,
    /// The value of the header `Authorization`.
    pub authorization: Option<SecretString>,
    pub service_name: String,
    pub settings: Settings,
}

const ENDPOINT: &str = "ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT";
/// Where OTLP over HTTP takes traces.
const PATH: &str = "/v1/traces";

impl Traces {
    pub(super) fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let reader = Reader(environment);
        let captures = reader.switch("ARCHESTRA_OTEL_CAPTURE_CONTENT");
        let rate = environment.value("ARCHESTRA_OTEL_TRACES_SAMPLE_RATE");
        let name = environment.value("OTEL_SERVICE_NAME");
        Ok(Self {
            endpoint: complete(reader.url(ENDPOINT)?),
            is_default: environment.get(ENDPOINT).is_none(),
            authorization: authorization(environment),
            service_name: name.unwrap_or_default().to_owned(),
            settings: Settings {
                sample_rate: rate.and_then(|rate| rate.parse().ok()).unwrap_or(1.0),
                content: captures.then(|| reader.number("ARCHESTRA_OTEL_CONTENT_MAX_LENGTH")),
                verbose: reader.switch("ARCHESTRA_OTEL_VERBOSE_TRACING"),
            },
        })
    }
}

/// A collector is often named without the path, or with a part of it.
fn complete(mut endpoint: Url) -> Url {
    let path = endpoint.path().trim_end_matches('/');
    let base = path.strip_suffix(PATH).unwrap_or(path);
    let base = base.strip_suffix("/v1").unwrap_or(base);
    let path = format!("{base}{PATH}");
    endpoint.set_path(&path);
    endpoint
}

/// A token wins over a name and its password, which count together only.
fn authorization(environment: &Environment) -> Option<SecretString> {
    let part = |name: &str| environment.get(&format!("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_{name}"));
    if let Some(token) = part("BEARER") {
        return Some(format!("Bearer {token}").into());
    }
    let (name, password) = part("USERNAME").zip(part("PASSWORD"))?;
    let pair = BASE64_STANDARD.encode(format!("{name}:{password}"));
    Some(format!("Basic {pair}").into())
}
