use super::*;

fn accept(value: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, http::HeaderValue::from_static(value));
    headers
}

#[test]
fn open_metrics_is_for_those_who_ask_for_it() {
    // What Prometheus 2.42 sends.
    let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                      text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    for wanted in [
        prometheus,
        "application/openmetrics-text",
        "text/plain, Application/OpenMetrics-Text; version=1.0.0",
    ] {
        assert!(wants_open_metrics(&accept(wanted)), "{wanted}");
    }
    assert!(!wants_open_metrics(&HeaderMap::new()));
    for unwanted in [
        "*/*",
        "text/plain",
        "text/html, application/json",
        "text/plain, application/openmetrics-text;q=0.5",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=often",
    ] {
        assert!(!wants_open_metrics(&accept(unwanted)), "{unwanted}");
    }
}

#[test]
fn the_older_format_has_full_names_of_counters_and_no_exemplars() {
    let open = "# HELP calls Calls.\n# TYPE calls counter\n# UNIT calls calls\ncalls_total{tool=\"a # b\"} 3\n\
                # HELP took Time.\n# TYPE took histogram\n\
                took_bucket{le=\"1.0\",tool=\" # {trace_id=\\\"no\\\"}\"} 1 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 0.5 1.7\n\
                # HELP up calls and so on.\n# TYPE up gauge\nup 1\n# EOF\n";
    let plain = "# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{tool=\"a # b\"} 3\n\
                 # HELP took Time.\n# TYPE took histogram\n\
                 took_bucket{le=\"1.0\",tool=\" # {trace_id=\\\"no\\\"}\"} 1\n\
                 # HELP up calls and so on.\n# TYPE up gauge\nup 1\n";
    assert_eq!(plain_text::from_open_metrics(open), plain);
}
