//! The access matrix: every route of the table, every kind of caller, one's own and other people's objects. What is
//! expected is read from the table, so a route that is added is tested with it.

mod objects;

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::access::grants::Grants;
use reqwest::{Client, Method, Response};
use serde_json::{Map, Value, json};

use crate::harness::{TestApp, answer, browser};
use crate::people::Person;

type Row = (&'static str, &'static str, Permission);

/// It ends what the other requests need.
const LAST: &str = "/api/auth/sign-out";

#[tokio::test]
async fn every_route_of_the_description_is_in_the_table_and_every_row_is_a_route() {
    let app = TestApp::start().await;
    let document = app.get("/openapi.json").await;
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        let below_api = path.starts_with("/api");
        described.extend(
            methods
                .filter(|_| below_api)
                .map(|method| (method.to_uppercase(), path.clone())),
        );
    }
    let rows: Vec<Row> = admin_api::routes().collect();
    let table: BTreeSet<_> = rows
        .iter()
        .map(|row| (row.0.to_owned(), row.1.to_owned()))
        .collect();
    assert_eq!(table.len(), rows.len(), "a row stands twice");
    assert_eq!(table, described);
}

/// How somebody shows who they are, and what they may do.
struct Actor {
    name: String,
    client: Client,
    key: Option<String>,
    /// None: nobody is signed in.
    grants: Option<Grants>,
    /// A key with scopes.
    limited: bool,
}

impl Actor {
    fn nobody(name: &str, client: Client) -> Self {
        Self {
            name: name.to_owned(),
            client,
            key: None,
            grants: None,
            limited: false,
        }
    }

    fn person(name: &str, person: Person, grants: Grants) -> Self {
        Self {
            grants: Some(grants),
            ..Self::nobody(name, person.client)
        }
    }

    /// A key of the administrator, limited to this.
    async fn key(app: &TestApp, name: String, permission: &Map<String, Value>) -> Self {
        let body = json!({ "permission": permission });
        let key = app.post("/api/api-keys", body).await["key"].clone();
        let grants = Grants::from_map(&Value::Object(permission.clone())).unwrap();
        Self {
            key: Some(key.as_str().unwrap().to_owned()),
            grants: Some(grants),
            limited: true,
            ..Self::nobody(&name, browser())
        }
    }

    /// What the guard must say of a route: 401, 403, or nothing.
    fn expected(&self, permission: Permission) -> Option<u16> {
        if permission == Permission::Public {
            return None;
        }
        let Some(grants) = &self.grants else {
            return Some(401);
        };
        let own = permission == Permission::Own && self.limited;
        (own || !permission.allows(grants)).then_some(403)
    }

    async fn ask(&self, app: &TestApp, row: &Row) -> (u16, String) {
        let path = filled(row.1, "00000000-0000-4000-8000-000000000000");
        let method = Method::from_bytes(row.0.as_bytes()).unwrap();
        let mut request = self.client.request(method, app.url(&path));
        if let Some(key) = &self.key {
            request = request.header("authorization", key);
        }
        told(request.send().await.unwrap()).await
    }
}

/// Status and body; of a stream, which has no end, the status.
async fn told(response: Response) -> (u16, String) {
    let kind = response.headers().get("content-type").cloned();
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")) {
        return (response.status().as_u16(), String::new());
    }
    let (status, body) = answer(response).await;
    (status.as_u16(), body.to_string())
}

/// A path with something in place of its parameters.
fn filled(path: &str, with: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { with } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// What the guard says, and no handler: who may see or change one object is another question.
fn is_guards(status: u16, body: &str) -> bool {
    match status {
        401 => body.contains("Sign in, or send an API key"),
        403 => {
            body.contains("does not allow")
                || body.contains("can't look after its owner's account")
                || body.contains("No permission is defined")
        }
        _ => false,
    }
}

async fn actors(app: &TestApp) -> Vec<Actor> {
    let grants = |role| Grants::of_predefined(role).unwrap();
    let custom = json!({ "profile": ["read", "update"], "organization": ["read"], "invitation": ["cancel"] });
    let role = json!({ "name": "custom", "permission": custom });
    app.post("/api/roles", role).await;
    let expired = Person::join(app, "expired", "admin", &[]).await;
    app.database
        .execute(&format!(
            "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = '{}'",
            expired.id
        ))
        .await
        .unwrap();
    let mut actors = vec![
        Actor::nobody("anonymous", browser()),
        Actor::nobody("an expired session", expired.client),
        Actor::person(
            "a custom role",
            Person::join(app, "custom", "custom", &[]).await,
            Grants::from_map(&custom).unwrap(),
        ),
    ];
    for role in ["member", "editor", "admin"] {
        let person = Person::join(app, role, role, &[]).await;
        actors.push(Actor::person(role, person, grants(role)));
    }
    let scope = json!({ "profile": ["read"] });
    let scope = scope.as_object().unwrap();
    actors.push(Actor::key(app, "a key with a scope".to_owned(), scope).await);
    actors
}

#[tokio::test]
async fn every_route_lets_in_exactly_whom_the_table_names() {
    let app = TestApp::signed_in().await;
    let mut rows: Vec<Row> = admin_api::routes().collect();
    rows.sort_by_key(|row| row.1 == LAST);
    let mut wrong = Vec::new();
    let (mut let_in, mut refused) = (0, 0);
    for actor in actors(&app).await {
        for row in &rows {
            let (status, body) = actor.ask(&app, row).await;
            let says = is_guards(status, &body).then_some(status);
            match actor.expected(row.2) {
                None => let_in += 1,
                Some(_) => refused += 1,
            }
            if says != actor.expected(row.2) || status >= 500 && status != 503 {
                let expected = actor.expected(row.2);
                wrong.push(format!(
                    "{}: {} {}: {status}, not {expected:?}: {body}",
                    actor.name, row.0, row.1
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(let_in > 500 && refused > 500, "{let_in} and {refused}");
}

/// The names of what a row asks for, as a permission map each; one of them is enough.
fn alternatives(permission: Permission) -> Vec<(&'static str, &'static str)> {
    match permission {
        Permission::Role(resource, action) => vec![(resource.name(), action.name())],
        Permission::Either(resource, one, other) => vec![
            (resource.name(), one.name()),
            (resource.name(), other.name()),
        ],
        _ => Vec::new(),
    }
}

fn only((resource, action): (&str, &str)) -> Map<String, Value> {
    Map::from_iter([(resource.to_owned(), json!([action]))])
}

fn all_but(without: &[(&str, &str)]) -> Map<String, Value> {
    let mut map = Grants::all().to_map();
    for (resource, action) in without {
        let actions = map[*resource].as_array_mut().unwrap();
        actions.retain(|one| one != action);
    }
    map
}

#[tokio::test]
async fn the_one_permission_of_a_route_is_enough_and_all_the_others_are_not() {
    let app = TestApp::signed_in().await;
    let mut groups: BTreeMap<Vec<(&str, &str)>, Vec<Row>> = BTreeMap::new();
    for row in admin_api::routes() {
        groups.entry(alternatives(row.2)).or_default().push(row);
    }
    groups.remove(&Vec::new());
    for rows in groups.values_mut() {
        // They call other routes for their caller, who needs what these ask for as well.
        rows.retain(|row| !row.1.starts_with("/api/configuration/"));
    }
    assert!(groups.len() > 40, "only {} permissions", groups.len());
    let mut wrong = Vec::new();
    for (permissions, rows) in groups {
        let mut keys = vec![(
            Actor::key(
                &app,
                format!("all but {permissions:?}"),
                &all_but(&permissions),
            )
            .await,
            Some(403),
        )];
        for permission in &permissions {
            let name = format!("only {permission:?}");
            let actor = Actor::key(&app, name, &only(*permission)).await;
            keys.push((actor, None));
        }
        for (actor, expected) in &keys {
            for row in &rows {
                let (status, body) = actor.ask(&app, row).await;
                if is_guards(status, &body).then_some(status) != *expected {
                    wrong.push(format!(
                        "{}: {} {}: {status} {body}",
                        actor.name, row.0, row.1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
