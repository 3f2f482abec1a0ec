//! The order of resolution, over every combination of what there can be.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};
use db::provider_keys::{Assignment, ProviderKey as Row};
use llm::providers::{Provider, providers};
use secrecy::SecretString;
use std::time::Duration;
use url::Url;
use uuid::Uuid;

use super::{Choice, Source, choose, explanation, provider_of, steps};
use crate::snapshot::Snapshot;
use crate::upstreams::{Upstream, Upstreams, Vertex};

const OWN: Uuid = Uuid::from_u128(1);
const DEFAULT: Uuid = Uuid::from_u128(2);
/// Of the same agent, for another provider.
const OWN_ELSEWHERE: Uuid = Uuid::from_u128(3);
/// Of another agent, for the same provider.
const OF_ANOTHER: Uuid = Uuid::from_u128(4);
const DEFAULT_ELSEWHERE: Uuid = Uuid::from_u128(5);
/// Neither assigned nor the default.
const IDLE: Uuid = Uuid::from_u128(6);

/// What there is, and whether it can be seen from the agent in question.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each thing there may be"
)]
struct World {
    own: bool,
    default: bool,
    environment: bool,
    own_elsewhere: bool,
    of_another: bool,
    default_elsewhere: bool,
    environment_elsewhere: bool,
    idle: bool,
    own_is_default: bool,
    base_urls: bool,
}

impl World {
    const FLAGS: u32 = 10;

    fn of(bits: u32) -> Self {
        let bit = |index: u32| bits & (1 << index) != 0;
        Self {
            own: bit(0),
            default: bit(1),
            environment: bit(2),
            own_elsewhere: bit(3),
            of_another: bit(4),
            default_elsewhere: bit(5),
            environment_elsewhere: bit(6),
            idle: bit(7),
            own_is_default: bit(8),
            base_urls: bit(9),
        }
    }

    fn key(self, id: Uuid, provider: &str, is_default: bool) -> Row {
        Row {
            id,
            organization_id: "o".to_owned(),
            name: format!("key {}", id.as_u128()),
            provider: provider.to_owned(),
            secret_id: Some(id),
            base_url: self
                .base_urls
                .then(|| format!("https://{}.example/v1", id.as_u128())),
            scope: "org".to_owned(),
            team_id: None,
            user_id: None,
            is_default,
            vault_path: None,
            vault_key: None,
            tested_at: None,
            created_at: DateTime::<Utc>::MIN_UTC,
            updated_at: DateTime::<Utc>::MIN_UTC,
        }
    }

    fn snapshot(self, agent: Uuid, other: Uuid, provider: &str, elsewhere: &str) -> Snapshot {
        // There is one default of a provider.
        let own_is_default = self.own_is_default && !self.default;
        let rows = [
            (self.own, OWN, provider, own_is_default, Some(agent)),
            (self.default, DEFAULT, provider, true, None),
            (
                self.own_elsewhere,
                OWN_ELSEWHERE,
                elsewhere,
                false,
                Some(agent),
            ),
            (self.of_another, OF_ANOTHER, provider, false, Some(other)),
            (
                self.default_elsewhere,
                DEFAULT_ELSEWHERE,
                elsewhere,
                true,
                None,
            ),
            (self.idle, IDLE, provider, false, None),
        ];
        let (mut keys, mut assignments) = (Vec::new(), Vec::new());
        for (is_there, id, provider, is_default, agent) in rows {
            if !is_there {
                continue;
            }
            keys.push(self.key(id, provider, is_default));
            assignments.extend(agent.map(|agent_id| Assignment {
                agent_id,
                provider: provider.to_owned(),
                key_id: id,
            }));
        }
        Snapshot::of_keys(keys, assignments, Vec::new())
    }

    fn upstreams(self, provider: &Provider, elsewhere: &Provider) -> Upstreams {
        let mut upstreams = upstreams();
        for (is_set, of) in [
            (self.environment, provider),
            (self.environment_elsewhere, elsewhere),
        ] {
            let upstream = match of.id {
                "openai" => &mut upstreams.openai,
                "anthropic" => &mut upstreams.anthropic,
                _ => &mut upstreams.gemini,
            };
            upstream.api_key = is_set.then(|| SecretString::from("sk-environment"));
        }
        upstreams
    }

    /// The rule, once more and in other words.
    fn expected(self, has_agent: bool) -> (Source, Option<Uuid>) {
        if has_agent && self.own {
            (Source::Profile, Some(OWN))
        } else if self.default {
            (Source::Organization, Some(DEFAULT))
        } else if self.own && self.own_is_default {
            (Source::Organization, Some(OWN))
        } else if self.environment {
            (Source::Environment, None)
        } else {
            (Source::Nothing, None)
        }
    }
}

fn upstreams() -> Upstreams {
    let upstream = |host: &str| Upstream {
        base_url: format!("https://{host}.configured").parse().unwrap(),
        api_key: None,
    };
    Upstreams {
        openai: upstream("openai"),
        anthropic: upstream("anthropic"),
        gemini: upstream("gemini"),
        vertex: None,
        local_servers: true,
        timeout: Duration::from_secs(1),
        body_limit: 1,
    }
}

fn check(world: World, provider: &'static Provider, elsewhere: &'static Provider, asked: bool) {
    let (agent, other) = (Uuid::from_u128(100), Uuid::from_u128(200));
    let snapshot = world.snapshot(agent, other, provider.id, elsewhere.id);
    let upstreams = world.upstreams(provider, elsewhere);
    let case = format!("{world:?} {} of agent {asked}", provider.id);
    let choice = choose(&snapshot, &upstreams, asked.then_some(agent), provider);
    let found = (choice.source, choice.key.as_ref().map(|key| key.id));
    assert_eq!(found, world.expected(asked), "{case}");

    let base_url = choice.base_url(&upstreams).unwrap();
    let host = match (world.base_urls, found.1) {
        (true, Some(id)) => format!("{}.example", id.as_u128()),
        _ => format!("{}.configured", provider.id),
    };
    assert_eq!(base_url.host_str(), Some(host.as_str()), "{case}");

    let name = asked.then_some("Support");
    let text = explanation(&upstreams, name, &choice);
    let named = match choice.key {
        Some(key) => format!("“{}”", key.name),
        None => format!("ARCHESTRA_CHAT_{}_API_KEY", provider.id.to_uppercase()),
    };
    assert!(text.contains(&named), "{case}: {text}");
    let steps = steps(&snapshot, &upstreams, name.map(|n| (agent, n)), provider);
    let used: Vec<Source> = steps.iter().filter(|s| s.used).map(|s| s.source).collect();
    let expected: Vec<Source> = match found.0 {
        Source::Nothing => Vec::new(),
        source => vec![source],
    };
    assert_eq!(used, expected, "{case}");
}

#[test]
fn the_profiles_key_comes_first_then_the_organizations_then_the_environments() {
    let mut cases = 0;
    for bits in 0..1 << World::FLAGS {
        for provider in providers() {
            for elsewhere in providers().iter().filter(|other| other.id != provider.id) {
                for asked in [true, false] {
                    check(World::of(bits), provider, elsewhere, asked);
                    cases += 1;
                }
            }
        }
    }
    let pairs = providers().len() * (providers().len() - 1);
    assert_eq!(cases, (1 << World::FLAGS) * pairs * 2);
}

#[test]
fn vertex_stands_where_the_environments_key_would() {
    let gemini = llm::providers::provider("gemini").unwrap();
    let mut upstreams = upstreams();
    upstreams.vertex = Some(Vertex {
        project: "p".to_owned(),
        location: "l".to_owned(),
        credentials_file: None,
        base_url: None::<Url>,
    });
    for bits in 0..1 << World::FLAGS {
        let world = World {
            environment: true,
            ..World::of(bits)
        };
        let agent = Uuid::from_u128(100);
        let snapshot = world.snapshot(agent, Uuid::nil(), "gemini", "openai");
        let choice: Choice = choose(&snapshot, &upstreams, Some(agent), gemini);
        assert_eq!(choice.source, world.expected(true).0);
        if choice.source == Source::Environment {
            let text = explanation(&upstreams, Some("Support"), &choice);
            assert!(text.contains("VERTEX"), "{text}");
        }
    }
}

#[test]
fn a_model_belongs_to_whoever_alone_lists_it_else_to_whom_its_name_is_typical_for() {
    let models = [
        ("llama3.2", "openai"),
        ("gpt-4o", "gemini"),
        ("claude-both", "openai"),
        ("claude-both", "anthropic"),
        ("odd", "gemini"),
        ("odd", "openai"),
    ];
    let models = models.map(|(model, provider)| (model.to_owned(), provider.to_owned()));
    let snapshot = Snapshot::of_keys(Vec::new(), Vec::new(), models.into());
    for (model, expected) in [
        ("llama3.2", Some("openai")),
        ("gpt-4o", Some("gemini")),
        ("claude-both", Some("anthropic")),
        ("odd", Some("gemini")),
        ("gpt-5", Some("openai")),
        ("unheard-of", None),
    ] {
        let found = provider_of(&snapshot, model).map(|provider| provider.id);
        assert_eq!(found, expected, "{model}");
    }
}
