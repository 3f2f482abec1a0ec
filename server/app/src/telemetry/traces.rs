//! The way of traces to their collector: OTLP over HTTP, on a thread of its own, so that no request ever waits for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::traces::Traces;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::StartError;
use crate::config::Config;

/// One delivery.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the default place is looked at, and how long.
const LOOK_EVERY: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_secs(1);

pub(crate) fn open(config: &Config, instance: &str) -> Result<Traces, StartError> {
    let to = &config.traces;
    let failed = |cause: String| StartError::Traces(cause);
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let messenger = Messenger {
        client: client.map_err(|error| failed(error.to_string()))?,
        runtime: Handle::current(),
        is_failing: AtomicBool::new(false),
    };
    let authorization = to.authorization.as_ref();
    let headers: HashMap<String, String> = authorization
        .map(|value| ("authorization".to_owned(), value.expose_secret().to_owned()))
        .into_iter()
        .collect();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(messenger)
        .with_endpoint(to.endpoint.as_str())
        .with_headers(headers)
        .with_timeout(PATIENCE)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let resource = Resource::builder()
        .with_service_name(to.service_name.clone())
        .with_attribute(opentelemetry::KeyValue::new(
            "service.version",
            crate::VERSION,
        ))
        .with_attribute(opentelemetry::KeyValue::new(
            "service.instance.id",
            instance.to_owned(),
        ))
        .build();
    let traces = Traces::told_to(exporter, resource, to.settings);
    traces.want(!to.is_default);
    Ok(traces)
}

/// Where nobody said where traces go, they are made while somebody listens at the usual place.
pub(crate) async fn look_for_collector(traces: Traces, endpoint: Url, stop: CancellationToken) {
    let host = endpoint.host_str().unwrap_or_default().to_owned();
    let port = endpoint.port_or_known_default().unwrap_or_default();
    loop {
        let connecting = TcpStream::connect((host.as_str(), port));
        let answered = tokio::time::timeout(LOOK, connecting).await;
        traces.want(matches!(answered, Ok(Ok(_))));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Sends from the exporter's thread through this program's own runtime, and says once when that begins to fail.
#[derive(Debug)]
struct Messenger {
    client: reqwest::Client,
    runtime: Handle,
    is_failing: AtomicBool,
}

#[async_trait]
impl HttpClient for Messenger {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let place = request.uri().clone();
        let client = self.client.clone();
        let sent = self
            .runtime
            .spawn(async move { send(&client, request).await })
            .await;
        let sent = sent.unwrap_or_else(|ended| Err(ended.into()));
        match &sent {
            Ok(response) if response.status().is_success() => {
                if self.is_failing.swap(false, Ordering::Relaxed) {
                    tracing::info!(%place, "traces are delivered again");
                }
            }
            Ok(response) => self.say(&place, response.status().as_str()),
            Err(error) => self.say(&place, &error.to_string()),
        }
        sent
    }
}

impl Messenger {
    fn say(&self, place: &http::Uri, cause: &str) {
        if !self.is_failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %place, cause,
                "traces cannot be delivered, so the oldest are dropped; nothing else is affected. Check \
                 ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT"
            );
        }
    }
}

async fn send(
    client: &reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let answer = client.execute(request.try_into()?).await?;
    let status = answer.status();
    let mut response = Response::new(answer.bytes().await?);
    *response.status_mut() = status;
    Ok(response)
}
