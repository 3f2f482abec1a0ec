//! However many names, paths and codes come, there are only so many series.

use std::collections::{BTreeMap, HashSet};

use super::*;

/// Series of each family, without the parts of histograms.
fn families(text: &str) -> BTreeMap<String, usize> {
    let mut families: BTreeMap<String, HashSet<&str>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, labels) = line.split_once('{').unwrap_or((line, ""));
        if !name.ends_with("_bucket") {
            let labels = labels.rsplit_once('}').map_or("", |(labels, _)| labels);
            families.entry(name.to_owned()).or_default().insert(labels);
        }
    }
    families
        .into_iter()
        .map(|(name, series)| (name, series.len()))
        .collect()
}

fn values(text: &str, key: &str) -> HashSet<String> {
    let start = format!("{key}=\"");
    text.lines()
        .filter_map(|line| Some(line.split_once(&start)?.1.split('"').next()?.to_owned()))
        .collect()
}

/// The sum of a counter over all its series.
fn sum(text: &str, name: &str) -> u64 {
    text.lines()
        .filter(|line| line.starts_with(&format!("{name}{{")))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum()
}

const FLOOD: usize = 5_000;

#[test]
fn a_flood_of_names_makes_no_flood_of_series_and_loses_no_call() {
    let metrics = Metrics::default();
    let usage = Usage {
        input: 1,
        output: 1,
        cache_read: 1,
        ..Usage::default()
    };
    for number in 0..FLOOD {
        let name = format!("made-up-{number}");
        let agent = Agent {
            id: Uuid::from_u128(number as u128),
            name: name.clone(),
            labels: vec![
                ("owner".to_owned(), name.clone()),
                (name.clone(), name.clone()),
            ],
            ..agent(&[])
        };
        let run = Some(Run {
            id: &name,
            external_agent_id: &name,
        });
        metrics.llm_call(&LlmCall {
            model: &name,
            status: u16::try_from(number).unwrap(),
            run,
            ..call(Some(&agent), Some(&usage))
        });
        let tool = CalledTool {
            agent: &agent,
            server: &name,
            tool: &name,
        };
        metrics.mcp_call(&McpCall {
            tool,
            ..tool_call(&agent, &name)
        });
        metrics.blocked_tool(tool, Blocked::Policy);
        metrics.http_request(&name, &name, u16::try_from(number).unwrap(), Duration::ZERO);
    }
    let text = metrics.families().unwrap();
    for (family, series) in families(&text) {
        assert!(series <= labels::MOST_SERIES + 1, "{family} has {series}");
    }
    let flood = FLOOD as u64;
    assert_eq!(sum(&text, "mcp_tool_calls_total"), flood);
    assert_eq!(sum(&text, "llm_blocked_tools_total"), flood);
    assert_eq!(sum(&text, "agent_runs_total"), flood);
    assert_eq!(sum(&text, "llm_request_duration_seconds_count"), flood);
    assert_eq!(sum(&text, "http_request_duration_seconds_count"), flood);
    assert!(text.contains("llm_cost_total{overflow=\"true\"} "));
}

#[test]
fn one_agent_that_invents_names_leaves_room_for_the_others() {
    let metrics = Metrics::default();
    let (loud, quiet) = (
        agent(&[]),
        Agent {
            id: Uuid::from_u128(8),
            ..agent(&[])
        },
    );
    for number in 0..FLOOD {
        let name = format!("{number}-{}", "x".repeat(1_000));
        metrics.llm_call(&LlmCall {
            model: &name,
            ..call(Some(&loud), None)
        });
        metrics.mcp_call(&tool_call(&loud, &name));
        metrics.http_request(&name, "/v1/openai/{*path}", 200, Duration::ZERO);
        metrics.http_request(
            "GET",
            "/v1/openai/{*path}",
            u16::try_from(number).unwrap(),
            Duration::ZERO,
        );
    }
    metrics.llm_call(&call(Some(&quiet), None));
    metrics.mcp_call(&tool_call(&quiet, "add"));
    let text = metrics.families().unwrap();
    let told_apart = |key: &str| values(&text, key).len();
    assert_eq!(told_apart("model"), 201, "200 and the others");
    assert_eq!(told_apart("tool_name"), 1_001, "1,000 and the others");
    assert_eq!(told_apart("method"), 2, "GET and the others");
    assert_eq!(values(&text, "route").len(), 1);
    assert!(
        told_apart("status_code") <= 502,
        "0, 100 to 599 and the others"
    );
    assert!(!text.contains(&"x".repeat(121)), "names are cut");
    assert!(!text.contains("overflow"));
    let quiet = quiet.id.to_string();
    for family in [
        "llm_request_duration_seconds_count{",
        "mcp_tool_calls_total{",
    ] {
        let line = text
            .lines()
            .find(|line| line.starts_with(family) && line.contains(&quiet));
        assert!(
            line.is_some_and(|line| line.contains("=\"other\"")),
            "{line:?}"
        );
    }
}
