#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::float_cmp, reason = "sums of halves are exact")]

use db::{Db, Endpoint};
use llm::usage::Usage;
use uuid::Uuid;

use super::*;
use crate::availability::Availability;
use crate::snapshot::{Agent, SnapshotHandle};

fn agent(labels: &[(&str, &str)]) -> Agent {
    Agent {
        id: Uuid::from_u128(7),
        name: "Team \"A\"\\\n".to_owned(),
        description: None,
        scope: "org".to_owned(),
        author_id: None,
        settings: serde_json::Value::Null,
        labels: labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn call<'a>(agent: Option<&'a Agent>, usage: Option<&'a Usage>) -> LlmCall<'a> {
    LlmCall {
        provider: "openai",
        model: "gpt-4o-mini",
        agent,
        status: 200,
        usage,
        cost_pico: Some(1_500_000_000_000),
        duration: Duration::from_millis(1500),
        first_byte: Some(Duration::from_millis(500)),
    }
}

/// Nothing of it is ever connected to.
fn recorder(spool: &std::path::Path) -> Recorder {
    let nowhere = Endpoint::Url("postgresql://x@127.0.0.1:1/x".to_owned().into());
    let db = Db::connect_lazily(&nowhere, 1, Duration::from_secs(1)).unwrap();
    let up = Availability::default();
    Recorder::start(db, up, SnapshotHandle::default(), spool.to_owned()).unwrap()
}

fn encoded(metrics: &Metrics) -> String {
    let spool = tempfile::tempdir().unwrap();
    metrics.encode(&recorder(spool.path())).unwrap()
}

/// The value of the only series whose line begins so.
fn value(text: &str, start: &str) -> f64 {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with(start))
        .collect();
    assert_eq!(lines.len(), 1, "{start}: {lines:?}\n{text}");
    lines[0].rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_line_is_a_comment_or_a_series_with_a_number_and_names_end_as_dashboards_expect() {
    let metrics = Metrics::default();
    metrics.http_request("POST", "/v1/openai/{*rest}", 200, Duration::from_millis(3));
    let agent = agent(&[("team", "a\"b")]);
    metrics.llm_call(&call(
        Some(&agent),
        Some(&Usage {
            input: 9,
            output: 30,
            ..Usage::default()
        }),
    ));
    let text = encoded(&metrics);
    assert!(text.ends_with("# EOF\n"));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
        let name = series.split('{').next().unwrap();
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
            "{line}"
        );
        assert_eq!(series.contains('{'), series.ends_with('}'), "{line}");
    }
    for name in [
        "http_request_duration_seconds_bucket{",
        "llm_request_duration_seconds_count{",
        "llm_tokens_total{",
        "llm_cost_total{",
        "llm_time_to_first_token_seconds_sum{",
        "llm_tokens_per_second_count{",
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
        "archestra_recorder_lost_total ",
    ] {
        assert!(
            text.contains(&format!("\n{name}")),
            "{name} is missing in\n{text}"
        );
    }
}

#[tokio::test]
async fn calls_add_up_to_their_time_tokens_and_cost() {
    let metrics = Metrics::default();
    let usage = Usage {
        input: 9,
        output: 30,
        cache_read: 4,
        ..Usage::default()
    };
    metrics.llm_call(&call(None, Some(&usage)));
    metrics.llm_call(&call(None, Some(&usage)));
    metrics.llm_call(&LlmCall {
        status: 0,
        cost_pico: None,
        first_byte: None,
        ..call(None, None)
    });
    let text = encoded(&metrics);
    let labels = "provider=\"openai\",model=\"gpt-4o-mini\",agent_id=\"\",agent_name=\"\",profile_id=\"\",profile_name=\"\"";
    let tokens = |kind: &str| {
        value(
            &text,
            &format!("llm_tokens_total{{{labels},type=\"{kind}\"}}"),
        )
    };
    assert_eq!(
        (tokens("input"), tokens("output"), tokens("cache_read")),
        (18.0, 60.0, 8.0)
    );
    assert!(
        !text.contains("type=\"cache_write\""),
        "no series without a token"
    );
    assert_eq!(value(&text, &format!("llm_cost_total{{{labels}}}")), 3.0);
    let duration = |part: &str, status: u16| {
        value(
            &text,
            &format!("llm_request_duration_seconds_{part}{{{labels},status_code=\"{status}\"}}"),
        )
    };
    assert_eq!(
        (
            duration("count", 200),
            duration("sum", 200),
            duration("count", 0)
        ),
        (2.0, 3.0, 1.0)
    );
    assert_eq!(
        value(
            &text,
            &format!("llm_time_to_first_token_seconds_sum{{{labels}}}")
        ),
        1.0
    );
    assert_eq!(
        value(&text, &format!("llm_tokens_per_second_sum{{{labels}}}")),
        60.0,
        "30 tokens in a second, twice"
    );
}

#[tokio::test]
async fn an_agents_labels_become_label_names_that_prometheus_takes() {
    let metrics = Metrics::default();
    let agent = agent(&[
        ("cost-center", "x"),
        ("größe", "l"),
        ("1st", "no name may begin so"),
        ("", "nor be empty"),
        ("model", "ours comes first"),
        ("status_code", "ours, too"),
        ("cost center", "taken by then"),
    ]);
    metrics.llm_call(&call(Some(&agent), None));
    let text = encoded(&metrics);
    let line = text
        .lines()
        .find(|line| line.starts_with("llm_cost_total{"))
        .unwrap();
    assert!(
        line.contains("agent_name=\"Team \\\"A\\\"\\\\\\n\""),
        "{line}"
    );
    assert!(line.contains(",cost_center=\"x\",gr__e=\"l\"}"), "{line}");
    assert!(
        !line.contains("1st") && !line.contains("ours") && !line.contains("taken"),
        "{line}"
    );
}
