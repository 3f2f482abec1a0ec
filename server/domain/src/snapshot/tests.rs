#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn server(id: u128, scope: &str, owner: Option<&str>, team: Option<u128>) -> Arc<Server> {
    Arc::new(Server {
        id: Uuid::from_u128(id),
        name: "time".to_owned(),
        catalog_id: CATALOG,
        catalog_name: "time".to_owned(),
        server_type: "local".to_owned(),
        scope: scope.to_owned(),
        owner_id: owner.map(str::to_owned),
        team_id: team.map(Uuid::from_u128),
        desired: "running".to_owned(),
        generation: 0,
        status: "success".to_owned(),
        error: None,
        restarts: 0,
        reinstall_required: false,
    })
}

const CATALOG: Uuid = Uuid::from_u128(1);
const ANN: &str = "ann";

fn tool(mode: CredentialMode, server: Option<u128>) -> AgentTool {
    AgentTool {
        assignment_id: Uuid::nil(),
        tool: Arc::new(Tool {
            id: Uuid::nil(),
            catalog_id: Some(CATALOG),
            name: "time__now".to_owned(),
            raw_name: "now".to_owned(),
            definition: serde_json::value::to_raw_value("{}").unwrap(),
            paused: false,
            available: true,
            warnings: Vec::new(),
        }),
        static_server: server.map(Uuid::from_u128),
        mode,
        response_modifier: None,
    }
}

fn chosen(servers: Vec<Arc<Server>>, tool: &AgentTool, caller: &TokenKind) -> Option<u128> {
    let snapshot = Snapshot {
        gateway: Gateway::of(servers, &[(ANN, 70)]),
        ..Snapshot::default()
    };
    let server = snapshot.server_for(tool, caller);
    server.ok().map(|server| server.id.as_u128())
}

#[test]
fn a_caller_uses_their_own_installation_then_their_teams_then_the_organizations() {
    let all = || {
        vec![
            server(10, "org", None, None),
            server(20, "team", Some("bob"), Some(70)),
            server(30, "team", Some(ANN), Some(71)),
            server(40, "personal", Some("bob"), None),
            server(50, "personal", Some(ANN), None),
        ]
    };
    let dynamic = tool(CredentialMode::Dynamic, None);
    let ann = TokenKind::User(ANN.to_owned());
    assert_eq!(chosen(all(), &dynamic, &ann), Some(50));
    assert_eq!(chosen(all()[..4].to_vec(), &dynamic, &ann), Some(20));
    assert_eq!(chosen(all()[..1].to_vec(), &dynamic, &ann), Some(10));
    assert_eq!(chosen(all()[2..4].to_vec(), &dynamic, &ann), None);
    let team = |id| TokenKind::Team(Uuid::from_u128(id));
    assert_eq!(chosen(all(), &dynamic, &team(71)), Some(30));
    assert_eq!(chosen(all(), &dynamic, &team(72)), Some(10));
    assert_eq!(chosen(all()[1..].to_vec(), &dynamic, &team(72)), None);
    let organization = TokenKind::Organization;
    assert_eq!(
        chosen(all()[3..].to_vec(), &dynamic, &organization),
        Some(40)
    );
}

#[test]
fn a_bound_tool_uses_what_it_is_bound_to_while_that_is_there() {
    let servers = || {
        vec![
            server(10, "org", None, None),
            server(40, "personal", Some("bob"), None),
        ]
    };
    let ann = TokenKind::User(ANN.to_owned());
    let bound = tool(CredentialMode::Static, Some(40));
    assert_eq!(chosen(servers(), &bound, &ann), Some(40));
    assert_eq!(chosen(servers()[..1].to_vec(), &bound, &ann), Some(10));
    assert_eq!(chosen(Vec::new(), &bound, &ann), None);
}
