//! Whether providers and the collector of traces can be reached, and whether their clocks agree with ours.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock as _, SystemClock};
use url::Url;

use super::{Finding, Level, Patient, http};

/// One-time codes and signatures are refused beyond some minutes; an answer's date has whole seconds.
const UNEVEN: TimeDelta = TimeDelta::seconds(60);

struct Provider<'a> {
    name: &'static str,
    url: &'a Url,
    variable: &'static str,
    /// Somebody wants it: it is not only there by default.
    is_wanted: bool,
}

pub(super) async fn providers(patient: Arc<Patient>) -> Vec<Finding> {
    let upstreams = &patient.config.upstreams;
    let provider = |name, upstream: &'_ domain::upstreams::Upstream, variable| {
        let is_wanted = patient.environment.get(variable).is_some() || upstream.api_key.is_some();
        (name, upstream.base_url.clone(), variable, is_wanted)
    };
    let all = [
        provider("OpenAI", &upstreams.openai, "ARCHESTRA_OPENAI_BASE_URL"),
        provider(
            "Anthropic",
            &upstreams.anthropic,
            "ARCHESTRA_ANTHROPIC_BASE_URL",
        ),
        provider("Gemini", &upstreams.gemini, "ARCHESTRA_GEMINI_BASE_URL"),
    ];
    let [first, second, third] = all.each_ref().map(|(name, url, variable, is_wanted)| {
        let provider = Provider {
            name,
            url,
            variable,
            is_wanted: *is_wanted,
        };
        async move { provider.ask().await }
    });
    let answers = <[_; 3]>::from(tokio::join!(first, second, third));
    let now = SystemClock.now();
    let clocks: Vec<(&str, TimeDelta)> = answers
        .iter()
        .filter_map(|(finding, date)| Some((finding.name, now - (*date)?)))
        .collect();
    let clock = clock(&clocks);
    answers
        .into_iter()
        .map(|(finding, _)| finding)
        .chain([clock])
        .collect()
}

impl Provider<'_> {
    async fn ask(&self) -> (Finding, Option<DateTime<Utc>>) {
        let shown = http::shown(self.url);
        let cause = match http::get(self.url.clone(), None).await {
            // Without a key and at this path most answers are refusals, which come from there all the same.
            Ok(answer) => {
                return (
                    Finding::ok(self.name, format!("{shown} answers ({})", answer.status)),
                    answer.date,
                );
            }
            Err(cause) => cause,
        };
        let found = format!("{shown} can't be reached: {cause}");
        let finding = Finding::warning(
            self.name,
            found,
            "calls of its models fail",
            way(&cause, self.url, self.variable),
        );
        let level = if self.is_wanted {
            Level::Fault
        } else {
            Level::Warning
        };
        (Finding { level, ..finding }, None)
    }
}

fn way(cause: &str, url: &Url, variable: &str) -> String {
    let host = url.host_str().unwrap_or_default();
    let lower = cause.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["corrupt message", "invalidcontenttype"]) {
        format!("It speaks no TLS: write http:// instead of https:// in {variable}.")
    } else if has(&["certificate", "unknownissuer", "tls", "handshake"]) {
        format!(
            "Put the certificate of its authority into a file in PEM, and set SSL_CERT_FILE to it; or correct {variable}."
        )
    } else if has(&["lookup", "dns", "name or service", "nodename"]) {
        format!("Let this machine find the name (`getent hosts {host}`), or correct {variable}.")
    } else if has(&["refused"]) {
        format!("Start what should listen there, or correct {variable}.")
    } else {
        format!(
            "Let the firewall pass connections to {host} port {}, or correct {variable}.",
            url.port_or_known_default().unwrap_or(443)
        )
    }
}

/// One that agrees is enough: a single server may be wrong itself.
fn clock(clocks: &[(&str, TimeDelta)]) -> Finding {
    const NAME: &str = "clock";
    let Some((source, nearest)) = clocks.iter().min_by_key(|(_, ahead)| ahead.abs()) else {
        return Finding::ok(NAME, "nobody to compare it with answers");
    };
    uneven(source, *nearest)
        .unwrap_or_else(|| Finding::ok(NAME, format!("agrees with that of {source}")))
}

/// `ahead` is how far ours is before the other.
pub(super) fn uneven(source: &str, ahead: TimeDelta) -> Option<Finding> {
    let seconds = ahead.abs().num_seconds();
    let apart = match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", (seconds + 30) / 60),
        _ => format!("{} hours", (seconds + 1_800) / 3_600),
    };
    let side = if ahead > TimeDelta::zero() {
        "ahead of"
    } else {
        "behind"
    };
    (ahead.abs() > UNEVEN).then(|| {
        Finding::fault(
            "clock",
            format!("this machine's clock is {apart} {side} that of {source}"),
            "one-time codes, signed requests and sign-ins at identity providers are refused",
            "Run `sudo timedatectl set-ntp true` (in a virtual machine also look at the host's clock).",
        )
    })
}

/// The place of traces, if one was named: by default there is none.
pub(super) async fn collector(patient: Arc<Patient>) -> Vec<Finding> {
    const VARIABLE: &str = "ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT";
    let endpoint = patient
        .environment
        .get(VARIABLE)
        .and_then(|value| Url::parse(value).ok());
    let Some(endpoint) = endpoint else {
        return vec![Finding::ok("traces", "no collector is named")];
    };
    let shown = http::shown(&endpoint);
    vec![match http::get(endpoint.clone(), None).await {
        Ok(_) => Finding::ok("traces", format!("{shown} answers")),
        Err(cause) => Finding::warning(
            "traces",
            format!("the collector at {shown} can't be reached: {cause}"),
            "traces are lost; calls are not held up",
            way(&cause, &endpoint, VARIABLE),
        ),
    }]
}
