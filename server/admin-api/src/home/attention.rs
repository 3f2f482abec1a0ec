//! What a person should look at, worst first, each with the way to mend it.

use std::sync::atomic::Ordering;

use db::statistics::Hour;
use domain::platform::Platform;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ApiError;
use crate::token_prices::still_unpriced;

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attention {
    id: &'static str,
    severity: Severity,
    title: String,
    detail: String,
    action_label: Option<&'static str>,
    action_href: Option<&'static str>,
}

#[derive(Serialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Severity {
    Error,
    Warning,
    Info,
}

/// From this share of failed calls on, something is wrong rather than unlucky.
const FAILING_PERCENT: i64 = 10;

pub(super) async fn list(platform: &Platform, hours: &[Hour]) -> Result<Vec<Attention>, ApiError> {
    let mut list = Vec::new();
    list.extend(lost_calls(platform));
    list.extend(failing_calls(hours));
    list.extend(spooled_calls(platform));
    if db::users::any_default_password(&platform.db).await? {
        list.push(Attention {
            id: "default-password",
            severity: Severity::Warning,
            title: "The default password is in force".into(),
            detail: "Anyone who can reach this server can sign in with it.".into(),
            action_label: Some("Change password"),
            action_href: Some("/settings/account"),
        });
    }
    let unpriced = still_unpriced(platform).await?;
    if !unpriced.is_empty() {
        list.push(Attention {
            id: "unpriced-models",
            severity: Severity::Info,
            title: no_price(unpriced.len()),
            detail: "Their calls are recorded without a cost.".into(),
            action_label: Some("Set prices"),
            action_href: Some("/prices"),
        });
    }
    Ok(list)
}

fn no_price(models: usize) -> String {
    match models {
        1 => "1 model has no price".to_owned(),
        many => format!("{many} models have no price"),
    }
}

fn calls(number: u64) -> String {
    match number {
        1 => "1 call".to_owned(),
        many => format!("{many} calls"),
    }
}

fn waiting(spooled: usize) -> String {
    let verb = if spooled == 1 { "waits" } else { "wait" };
    format!("{} {verb} to be recorded", calls(spooled as u64))
}

fn lost_calls(platform: &Platform) -> Option<Attention> {
    let lost = platform.recorder.status().lost.load(Ordering::Relaxed);
    (lost > 0).then(|| Attention {
        id: "lost-calls",
        severity: Severity::Error,
        title: format!("{} could not be recorded", calls(lost)),
        detail: "Neither the database nor the disk took them. The server's log names the cause."
            .into(),
        action_label: None,
        action_href: None,
    })
}

fn failing_calls(hours: &[Hour]) -> Option<Attention> {
    let requests: i64 = hours.iter().map(|hour| hour.requests).sum();
    let errors: i64 = hours.iter().map(|hour| hour.errors).sum();
    (errors > 0 && errors * 100 >= requests * FAILING_PERCENT).then(|| Attention {
        id: "failing-calls",
        severity: Severity::Warning,
        title: format!("{errors} of {requests} calls failed"),
        detail: "The log shows what the provider answered.".into(),
        action_label: Some("Show failed calls"),
        action_href: Some("/logs/llm-proxy?outcome=upstream_error"),
    })
}

fn spooled_calls(platform: &Platform) -> Option<Attention> {
    let spooled = platform.recorder.status().spooled.load(Ordering::Relaxed);
    (spooled > 0).then(|| Attention {
        id: "spooled-calls",
        severity: Severity::Warning,
        title: waiting(spooled),
        detail:
            "The database was away, or its disk is full. They are written as soon as it takes them."
                .into(),
        action_label: None,
        action_href: None,
    })
}
