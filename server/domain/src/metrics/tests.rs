#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::float_cmp, reason = "sums of halves are exact")]

mod cardinality;

use chrono::{DateTime, Utc};
use llm::usage::Usage;
use uuid::Uuid;

use super::*;
use crate::pricing::CacheCost;
use crate::snapshot::Agent;

fn agent(labels: &[(&str, &str)]) -> Agent {
    Agent {
        id: Uuid::from_u128(7),
        name: "Team \"A\"\\\n".to_owned(),
        agent_type: "profile".to_owned(),
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
        source: "api",
        agent,
        run: None,
        status: 200,
        usage,
        cost_pico: Some(1_500_000_000_000),
        cache: None,
        duration: Duration::from_millis(1500),
        first: Some(First {
            byte: Duration::from_millis(500),
            token: Duration::from_millis(250),
        }),
        ended_at: DateTime::<Utc>::UNIX_EPOCH,
        trace_id: None,
    }
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

#[test]
fn every_line_is_a_comment_or_a_series_with_a_number_and_names_end_as_dashboards_expect() {
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
    let text = metrics.families().unwrap();
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
        "llm_token_usage_sum{",
        "llm_time_to_first_token_seconds_sum{",
        "llm_time_to_first_byte_seconds_sum{",
        "llm_tokens_per_second_count{",
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
        "process_max_fds ",
    ] {
        assert!(
            text.contains(&format!("\n{name}")),
            "{name} is missing in\n{text}"
        );
    }
}

const NO_AGENT: &str = "provider=\"openai\",model=\"gpt-4o-mini\",source=\"api\",agent_id=\"\",agent_name=\"\",\
                        agent_type=\"\",profile_id=\"\",profile_name=\"\"";

#[test]
fn calls_add_up_to_their_tokens_and_cost() {
    let metrics = Metrics::default();
    let usage = Usage {
        input: 9,
        output: 30,
        cache_read: 4,
        ..Usage::default()
    };
    let cache = Some(CacheCost {
        cost_pico: 500_000_000_000,
        saved_pico: 2_000_000_000_000,
    });
    for _ in 0..2 {
        metrics.llm_call(&LlmCall {
            cache,
            ..call(None, Some(&usage))
        });
    }
    let text = metrics.families().unwrap();
    let sum = |family: &str, more: &str| value(&text, &format!("llm_{family}{{{NO_AGENT}{more}}}"));
    assert_eq!(sum("tokens_total", ",type=\"input\""), 18.0);
    assert_eq!(sum("tokens_total", ",type=\"output\""), 60.0);
    assert_eq!(sum("cache_tokens_total", ",cache_type=\"read\""), 8.0);
    assert!(
        !text.contains("cache_type=\"write\""),
        "no series without a token"
    );
    assert_eq!(sum("token_usage_sum", ""), 78.0, "without cached tokens");
    assert_eq!(sum("cost_total", ""), 3.0);
    assert_eq!(sum("cache_cost_total", ""), 1.0);
    assert_eq!(sum("cache_savings_total", ""), 4.0);
}

#[test]
fn calls_add_up_to_their_time() {
    let metrics = Metrics::default();
    let usage = Usage {
        output: 30,
        ..Usage::default()
    };
    metrics.llm_call(&call(None, Some(&usage)));
    metrics.llm_call(&call(None, Some(&usage)));
    metrics.llm_call(&LlmCall {
        status: 0,
        first: None,
        ..call(None, None)
    });
    let text = metrics.families().unwrap();
    let sum = |family: &str, more: &str| value(&text, &format!("llm_{family}{{{NO_AGENT}{more}}}"));
    let duration = |part: &str, status: u16| {
        let family = format!("request_duration_seconds_{part}");
        sum(&family, &format!(",status_code=\"{status}\""))
    };
    assert_eq!(duration("count", 200), 2.0);
    assert_eq!(duration("sum", 200), 3.0);
    assert_eq!(duration("count", 0), 1.0);
    assert_eq!(sum("time_to_first_byte_seconds_sum", ""), 1.0);
    assert_eq!(sum("time_to_first_token_seconds_sum", ""), 0.5);
    let rate = sum("tokens_per_second_sum", "");
    assert_eq!(rate, 60.0, "30 tokens in a second, twice");
}

#[test]
fn an_agents_labels_become_label_names_that_prometheus_takes() {
    let metrics = Metrics::default();
    let agent = agent(&[
        ("cost-center", "x"),
        ("größe", "l"),
        ("1st", "no name may begin so"),
        ("", "nor be empty"),
        ("model", "ours comes first"),
        ("status_code", "ours, too"),
        ("__address__", "Prometheus's own"),
        ("cost center", "taken by then"),
    ]);
    metrics.llm_call(&call(Some(&agent), None));
    let text = metrics.families().unwrap();
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
        ["1st", "ours", "taken", "own"]
            .iter()
            .all(|word| !line.contains(word)),
        "{line}"
    );
}

#[test]
fn buckets_name_the_latest_trace_that_fell_into_them() {
    let metrics = Metrics::default();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    metrics.llm_call(&LlmCall {
        trace_id: Some("00000000000000000000000000000001"),
        ..call(None, None)
    });
    metrics.llm_call(&LlmCall {
        trace_id: Some(trace),
        ended_at: DateTime::from_timestamp_millis(1_700_000_000_500).unwrap(),
        ..call(None, None)
    });
    // One that is not sampled takes nothing away.
    metrics.llm_call(&call(None, None));
    let agent = agent(&[]);
    metrics.mcp_call(&McpCall {
        trace_id: Some(trace),
        ..tool_call(&agent, "add")
    });
    let text = metrics.families().unwrap();
    let exemplar = format!(" # {{trace_id=\"{trace}\"}} ");
    let named: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(&exemplar))
        .collect();
    assert_eq!(named.len(), 3, "{named:?}");
    let [calls, starts, tools] = named[..] else {
        panic!()
    };
    assert!(
        calls.starts_with("llm_request_duration_seconds_bucket{le=\"2.0\",")
            && calls.ends_with(" 1.5 1700000000.5"),
        "{calls}"
    );
    assert!(
        starts.starts_with("llm_time_to_first_token_seconds_bucket{le=\"0.25\","),
        "{starts}"
    );
    assert!(
        tools.starts_with("mcp_tool_call_duration_seconds_bucket{le=\"0.01\","),
        "{tools}"
    );
}

#[test]
fn a_run_counts_once_however_many_calls_it_makes() {
    let metrics = Metrics::default();
    for id in ["one", "two", "one", "one"] {
        let run = Some(Run {
            id,
            external_agent_id: "nightly",
        });
        metrics.llm_call(&LlmCall {
            run,
            ..call(None, None)
        });
    }
    let agent = agent(&[]);
    metrics.agent_run(Some(&agent), "archestra_chat");
    let text = metrics.families().unwrap();
    let counted = |program: &str| {
        let end = format!("external_agent_id=\"{program}\"}} ");
        let line = text.lines().find(|line| line.contains(&end)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    assert_eq!((counted("nightly"), counted("archestra_chat")), (2, 1));
}

fn tool_call<'a>(agent: &'a Agent, tool: &'a str) -> McpCall<'a> {
    McpCall {
        tool: CalledTool {
            agent,
            server: "calculator",
            tool,
        },
        is_error: false,
        duration: Duration::from_millis(8),
        request_bytes: 100,
        response_bytes: 1_000,
        ended_at: DateTime::<Utc>::UNIX_EPOCH,
        trace_id: None,
    }
}
