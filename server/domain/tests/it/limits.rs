//! Limits over one database and several processes: exact for calls, prompt for costs, and the same for all.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use db::interactions::{Interaction, NewInteraction};
use db::limits::Limit;
use db::records::{Batch, insert_batch};
use domain::limits::{Refusal, ServerCall, Standing as _};
use domain::snapshot::Server;
use futures_util::future::join_all;
use testkit::clock::ManualClock;
use testkit::platform::{ORGANIZATION, Options, TestPlatform};
use testkit::wait;
use uuid::Uuid;

/// Two processes, and an agent of a team.
struct World {
    clock: Arc<ManualClock>,
    one: TestPlatform,
    two: TestPlatform,
    agent: Uuid,
    team: Uuid,
    server: Arc<Server>,
}

fn options(clock: &Arc<ManualClock>) -> Options {
    let mut options = Options::with_upstream(&"http://127.0.0.1:9".parse().unwrap());
    options.clock = clock.clone();
    options
}

impl World {
    async fn start() -> Self {
        let clock = Arc::new(ManualClock::default());
        let one = TestPlatform::start(options(&clock)).await.unwrap();
        let (db, now) = (&one.platform.db, one.platform.clock.now());
        let agent = domain::agents::new(ORGANIZATION, "Bot", now);
        db::agents::insert(db, &agent).await.unwrap();
        let team = db::teams::Team {
            id: Uuid::now_v7(),
            organization_id: ORGANIZATION.to_owned(),
            name: "Research".to_owned(),
            description: None,
            created_by: None,
            convert_tool_results_to_toon: false,
            created_at: now,
            updated_at: now,
        };
        db::teams::insert(db, &team).await.unwrap();
        db::teams::set_agent_teams(db, agent.id, &[team.id])
            .await
            .unwrap();
        let two = one.replica(options(&clock)).await.unwrap();
        one.refresh().await.unwrap();
        Self {
            clock,
            one,
            two,
            agent: agent.id,
            team: team.id,
            server: server(),
        }
    }

    async fn limit(&self, kind: &str, value: i64, change: impl FnOnce(&mut Limit)) -> Uuid {
        let now = self.one.platform.clock.now();
        let mut limit = Limit {
            id: Uuid::now_v7(),
            entity_type: "agent".to_owned(),
            entity_id: self.agent.to_string(),
            limit_type: kind.to_owned(),
            limit_value: value,
            models: None,
            mcp_server_name: None,
            tool_name: None,
            last_cleanup: None,
            created_at: now,
            updated_at: now,
        };
        change(&mut limit);
        db::limits::insert(&self.one.platform.db, &limit)
            .await
            .unwrap();
        self.one.refresh().await.unwrap();
        self.two.refresh().await.unwrap();
        limit.id
    }

    async fn every(&self, interval: &str) {
        let sql = format!("UPDATE organization SET limit_cleanup_interval = '{interval}'");
        self.one.database.execute(&sql).await.unwrap();
        self.one.refresh().await.unwrap();
        self.two.refresh().await.unwrap();
    }

    async fn used(&self, limit: Uuid) -> f64 {
        let platform = &self.one.platform;
        let (usage, _) = db::limits::usage(&platform.db, platform.clock.now())
            .await
            .unwrap();
        usage
            .iter()
            .find(|usage| usage.limit.id == limit)
            .unwrap()
            .used()
    }

    async fn call(&self, at: &TestPlatform, tool: &str) -> Result<(), Refusal> {
        let platform = &at.platform;
        let snapshot = platform.snapshot.load().clone();
        let full = format!("files__{tool}");
        let call = ServerCall {
            agent: self.agent,
            server: &self.server,
            tool: Some((&full, tool)),
        };
        platform
            .limits
            .take_call(&platform.db, &snapshot, call)
            .await
    }

    /// A recorded call that cost so many dollars.
    fn batch(&self, number: u128, model: &str, dollars: i64) -> Batch {
        let mut new = recorded(number, self.one.platform.clock.now());
        new.row.agent_id = Some(self.agent);
        new.row.model = Some(model.to_owned());
        new.model_names = vec![model.to_owned()];
        new.row.cost_pico = Some(dollars * 1_000_000_000_000);
        Batch {
            interactions: vec![new],
            tool_calls: Vec::new(),
        }
    }

    async fn spend(&self, number: u128, model: &str, dollars: i64) {
        let batch = self.batch(number, model, dollars);
        insert_batch(&self.one.platform.db, &batch).await.unwrap();
    }

    fn refusal(&self, at: &TestPlatform, model: &str) -> Option<String> {
        let platform = &at.platform;
        let snapshot = platform.snapshot.load();
        let names = || vec![model.to_owned()];
        let checked = platform
            .limits
            .check_cost(&snapshot, Some(self.agent), names);
        checked.err().map(|used_up| used_up.to_string())
    }
}

fn server() -> Arc<Server> {
    Arc::new(Server {
        id: Uuid::now_v7(),
        name: "my files".to_owned(),
        catalog_id: Uuid::nil(),
        catalog_name: "files".to_owned(),
        server_type: "remote".to_owned(),
        scope: "org".to_owned(),
        owner_id: None,
        team_id: None,
        desired: "running".to_owned(),
        generation: 0,
        status: "success".to_owned(),
        error: None,
        restarts: 0,
        reinstall_required: false,
    })
}

fn recorded(number: u128, at: DateTime<Utc>) -> NewInteraction {
    NewInteraction {
        row: Interaction {
            id: Uuid::from_u128(number),
            created_at: at,
            agent_id: None,
            external_agent_id: None,
            user_id: None,
            session_id: None,
            session_source: None,
            provider: "openai".to_owned(),
            kind: "openai:chatCompletions".to_owned(),
            requested_model: None,
            model: None,
            stream: false,
            status: 200,
            outcome: "ok".to_owned(),
            error: None,
            input_tokens: Some(10),
            output_tokens: Some(5),
            cache_read_tokens: Some(0),
            cache_write_tokens: Some(0),
            cost_pico: None,
            first_byte_us: None,
            duration_us: 1,
            tool_call_count: 0,
            request_bytes: 2,
            response_bytes: 2,
        },
        request: Vec::new(),
        response: Vec::new(),
        truncated: false,
        model_names: Vec::new(),
        optimization: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_callers_in_two_processes_exactly_as_many_get_through_as_the_limit_says() {
    const VALUE: i64 = 37;
    let world = World::start().await;
    let tools = world.limit("tool_calls", VALUE, |_| {}).await;
    let of_team = |limit: &mut Limit| {
        limit.entity_type = "team".to_owned();
        limit.entity_id = world.team.to_string().to_uppercase();
    };
    let team = world.limit("mcp_server_calls", 1_000, of_team).await;
    let (one, two) = (&world.one, &world.two);
    let calls = (0..100).map(|number| world.call([one, two][number % 2], "read"));
    let mut through = 0;
    for call in join_all(calls).await {
        match call {
            Ok(()) => through += 1,
            Err(refused) => {
                let said = refused.to_string();
                assert!(said.contains("limit of 37 calls of any tool"), "{said}");
                assert!(said.contains("the agent \u{201c}Bot\u{201d}"), "{said}");
            }
        }
    }
    assert_eq!(through, VALUE);
    let (usage, _) = db::limits::usage(&one.platform.db, one.platform.clock.now())
        .await
        .unwrap();
    let calls = |id| {
        usage
            .iter()
            .find(|usage| usage.limit.id == id)
            .unwrap()
            .calls
    };
    assert_eq!(
        (calls(tools), calls(team)),
        (VALUE, VALUE),
        "what was refused took nothing of the other limit"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_calls_that_a_limit_means_count_and_without_one_nothing_is_asked() {
    let world = World::start().await;
    let one_tool = |limit: &mut Limit| {
        limit.mcp_server_name = Some("files".to_owned());
        limit.tool_name = Some("files__read".to_owned());
    };
    let limit = world.limit("tool_calls", 1, one_tool).await;
    world.call(&world.one, "write").await.unwrap();
    assert!(world.used(limit).await.abs() < f64::EPSILON);
    world.call(&world.one, "read").await.unwrap();
    world.call(&world.two, "read").await.unwrap_err();
    // No query: without a database, calls that no limit means go through, and others do not.
    world.one.database.set_away(true).await.unwrap();
    world.call(&world.one, "write").await.unwrap();
    let unknown = world.call(&world.one, "read").await;
    assert!(matches!(unknown, Err(Refusal::Database(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_survives_a_restart_and_starts_anew_with_its_window_and_by_hand() {
    let world = World::start().await;
    let limit = world.limit("mcp_server_calls", 2, |_| {}).await;
    world.every("1h").await;
    world.call(&world.one, "a").await.unwrap();
    world.call(&world.two, "b").await.unwrap();
    let again = world.one.replica(options(&world.clock)).await.unwrap();
    again.refresh().await.unwrap();
    let refused = world.call(&again, "c").await.unwrap_err().to_string();
    assert!(
        refused.contains("starts anew at 2026-01-15 13:00 UTC"),
        "{refused}"
    );
    world.clock.advance(Duration::from_mins(59));
    world.call(&world.one, "c").await.unwrap_err();
    world.clock.advance(Duration::from_mins(1));
    for _ in 0..2 {
        world.call(&again, "c").await.unwrap();
    }
    let refused = world.call(&world.two, "c").await.unwrap_err().to_string();
    assert!(refused.contains("2026-01-15 14:00 UTC"), "{refused}");
    let platform = &world.one.platform;
    let now = platform.clock.now();
    assert!(db::limits::reset(&platform.db, limit, now).await.unwrap());
    world.call(&world.two, "c").await.unwrap();
    assert!((world.used(limit).await - 1.0).abs() < f64::EPSILON);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_records_stops_the_other_within_a_second() {
    let world = World::start().await;
    world.one.follow();
    world.two.follow();
    let limit = world.limit("token_cost", 10, |_| {}).await;
    world.spend(1, "gpt-4o", 6).await;
    world.spend(1, "gpt-4o", 6).await;
    assert!(
        (world.used(limit).await - 6.0).abs() < 1e-9,
        "the same call counts once"
    );
    assert_eq!(world.refusal(&world.two, "gpt-4o"), None);
    let began = std::time::Instant::now();
    let batch = world.batch(2, "gpt-4o", 5);
    let record = batch.interactions[0].clone();
    world
        .one
        .platform
        .recorder
        .record(Box::new(move |_| record));
    let said = wait::until("the refusal", async || world.refusal(&world.two, "gpt-4o")).await;
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(
        said,
        "The token cost limit of the agent \u{201c}Bot\u{201d} is used up: $11.00 of $10 spent. It does not start anew by itself. An administrator can raise it"
    );
    db::limits::update::<db::Error>(
        &world.one.platform.db,
        limit,
        world.one.platform.clock.now(),
        |limit| {
            limit.limit_value = 100;
            Ok(())
        },
    )
    .await
    .unwrap();
    wait::until("more room", async || {
        world.refusal(&world.two, "gpt-4o").is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn costs_count_for_the_models_and_the_window_that_a_limit_is_about() {
    let world = World::start().await;
    world.every("24h").await;
    let about = |models: &[&str]| models.iter().map(|model| (*model).to_owned()).collect();
    let dear = world
        .limit("token_cost", 10, |limit| {
            limit.models = Some(about(&["gpt-4o", "o3"]));
        })
        .await;
    let all = world
        .limit("token_cost", 50, |limit| {
            limit.entity_type = "organization".to_owned();
            limit.entity_id = ORGANIZATION.to_owned();
        })
        .await;
    let yesterday = world.batch(9, "gpt-4o", 7);
    world.spend(1, "gpt-4o", 10).await;
    world.spend(2, "gpt-4o-mini", 30).await;
    let (dear_used, all_used) = (world.used(dear).await, world.used(all).await);
    assert!((dear_used - 10.0).abs() < 1e-9 && (all_used - 40.0).abs() < 1e-9);
    world.two.refresh().await.unwrap();
    let said = world.refusal(&world.two, "o3").unwrap();
    assert!(
        said.contains("$10.00 of $10 spent on gpt-4o, o3. It starts anew at 2026-01-16 12:00 UTC."),
        "{said}"
    );
    assert_eq!(world.refusal(&world.two, "gpt-4o-mini"), None);
    // A new window is known without a look at the database; calls of the last one come too late.
    world.clock.advance(Duration::from_hours(24));
    assert_eq!(world.refusal(&world.two, "o3"), None);
    world.spend(3, "gpt-4o", 1).await;
    insert_batch(&world.one.platform.db, &yesterday)
        .await
        .unwrap();
    assert!((world.used(dear).await - 1.0).abs() < 1e-9);
    assert!((world.used(all).await - 1.0).abs() < 1e-9);
}
