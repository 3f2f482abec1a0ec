//! Names of images, whose credentials go where, and bytes of layers.

use super::*;

fn secret(registry: &str) -> PullSecret {
    PullSecret {
        registry: registry.to_owned(),
        username: registry.to_owned(),
        password: "canary".into(),
    }
}

fn user_for(image: &str, registries: &[&str]) -> Option<String> {
    let secrets: Vec<PullSecret> = registries.iter().map(|registry| secret(registry)).collect();
    credentials(image, &secrets)?.username
}

#[test]
fn a_password_goes_to_its_own_registry_only() {
    let all = ["ghcr.io", "https://index.docker.io/v1/", "localhost:5000"];
    assert_eq!(user_for("ghcr.io/a/b:1", &all).as_deref(), Some(all[0]));
    assert_eq!(user_for("mcp/github", &all).as_deref(), Some(all[1]));
    assert_eq!(user_for("docker.io/mcp/x", &all).as_deref(), Some(all[1]));
    assert_eq!(user_for("localhost:5000/x", &all).as_deref(), Some(all[2]));
    assert_eq!(user_for("ghcr.io.evil.example/a/b", &all), None);
    assert_eq!(user_for("quay.io/a/b", &all), None);
}

#[test]
fn a_name_without_a_tag_means_the_latest() {
    assert_eq!(with_tag("mcp/github"), "mcp/github:latest");
    assert_eq!(with_tag("localhost:5000/x"), "localhost:5000/x:latest");
    assert_eq!(with_tag("node:22"), "node:22");
    assert_eq!(with_tag("a/b@sha256:00"), "a/b@sha256:00");
}

#[test]
fn bytes_of_all_layers_are_added_up() {
    let mut layers = Layers::default();
    layers.note("a".to_owned(), "Pulling fs layer", None, None);
    assert_eq!(layers.progress(String::new()).total_bytes, None);
    layers.note("a".to_owned(), "Downloading", Some(10), Some(100));
    layers.note("b".to_owned(), "Downloading", Some(5), Some(50));
    let progress = layers.progress(String::new());
    assert_eq!((progress.done_bytes, progress.total_bytes), (15, Some(150)));
    layers.note("a".to_owned(), "Download complete", None, None);
    assert_eq!(layers.progress(String::new()).done_bytes, 105);
}

#[test]
fn a_refused_pull_says_what_is_missing() {
    let error = EngineError::DockerResponseServerError {
        status_code: 404,
        message: "pull access denied for x/y, repository does not exist\n".to_owned(),
    };
    let sentence = unavailable("x/y", &error).to_string();
    assert!(sentence.contains("pull secret"), "{sentence}");
}
