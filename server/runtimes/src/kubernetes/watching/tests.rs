//! That whoever watches hears of every change once, and of everything again after an interruption.
#![expect(clippy::expect_used, reason = "tests")]

use serde_json::json;

use super::*;
use crate::status::State;

fn id() -> Uuid {
    Uuid::from_u128(1)
}

fn deployment() -> Deployment {
    let labels = json!({"app": "mcp-server", "mcp-server-id": id()});
    let deployment = json!({
        "metadata": {"name": "mcp-x", "labels": labels},
        "spec": {"replicas": 1, "selector": {}, "template": {
            "metadata": {"annotations": {names::TEMPLATE: "new"}},
        }},
    });
    serde_json::from_value(deployment).expect("a Deployment")
}

fn pod() -> Pod {
    let labels = json!({"app": "mcp-server", "mcp-server-id": id()});
    let pod = json!({
        "metadata": {"name": "mcp-x-1", "labels": labels, "annotations": {names::TEMPLATE: "new"}},
        "status": {"phase": "Running", "containerStatuses": [{
            "name": names::CONTAINER, "image": "x", "imageID": "x", "ready": true, "restartCount": 0,
            "state": {"running": {}},
        }]},
    });
    serde_json::from_value(pod).expect("a pod")
}

fn states(news: &[(Uuid, Status)]) -> Vec<State> {
    news.iter().map(|(_, status)| status.state).collect()
}

#[test]
fn a_server_is_told_of_when_it_comes_changes_and_goes() {
    let mut view = View::default();
    let news = view.take(Change::Deployment(Event::Apply(deployment())));
    assert_eq!(states(&news), [State::Pending]);
    let news = view.take(Change::Pod(Event::Apply(pod())));
    assert_eq!(states(&news), [State::Running]);
    assert!(
        view.take(Change::Pod(Event::Apply(pod()))).is_empty(),
        "nothing has changed"
    );
    let news = view.take(Change::Pod(Event::Delete(pod())));
    assert_eq!(states(&news), [State::Pending]);
    let news = view.take(Change::Deployment(Event::Delete(deployment())));
    assert_eq!(states(&news), [State::NotCreated]);
}

#[test]
fn after_an_interruption_everything_is_told_again() {
    let mut view = View::default();
    view.take(Change::Pod(Event::Apply(pod())));
    view.take(Change::Deployment(Event::Apply(deployment())));
    view.take(Change::Deployment(Event::Init));
    let news = view.take(Change::Deployment(Event::InitApply(deployment())));
    assert_eq!(states(&news), [State::Running]);
    assert!(view.take(Change::Deployment(Event::InitDone)).is_empty());
}

#[test]
fn what_went_during_an_interruption_is_told_of() {
    let mut view = View::default();
    view.take(Change::Deployment(Event::Apply(deployment())));
    view.take(Change::Deployment(Event::Init));
    let news = view.take(Change::Deployment(Event::InitDone));
    assert_eq!(states(&news), [State::NotCreated]);
}

#[test]
fn a_pod_that_comes_before_its_deployment_is_kept_for_it() {
    let mut view = View::default();
    assert!(view.take(Change::Pod(Event::InitApply(pod()))).is_empty());
    let news = view.take(Change::Deployment(Event::InitApply(deployment())));
    assert_eq!(states(&news), [State::Running]);
}
