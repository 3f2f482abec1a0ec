//! Tools of agents: assigned, listed, changed, taken away.

use db::Error;
use db::agent_tools::{self, AgentTool, AgentToolFilter, AgentToolSort};
use db::agents::Agent;
use db::mcp_catalog::CatalogItem;
use db::tools::Tool;
use testkit::database::TestDatabase;

use crate::rows::{assignment, database, insert_agent, insert_item, server, tool};

/// An agent with both tools of an item, the first of them bound to an installation.
struct Assigned {
    test: TestDatabase,
    item: CatalogItem,
    now: Tool,
    agent: Agent,
    bound: AgentTool,
}

async fn assigned() -> Assigned {
    let test = database().await;
    let item = insert_item(&test.db, "time").await;
    let (now, convert) = (tool(&item, "now"), tool(&item, "convert"));
    db::tools::sync(&test.db, Some(item.id), |_| {
        vec![now.clone(), convert.clone()]
    })
    .await
    .unwrap();
    let installed = server(&item, "ann");
    db::mcp_servers::insert(&test.db, &installed).await.unwrap();
    let agent = insert_agent(&test.db, "Ops").await;
    let mut bound = assignment(agent.id, now.id);
    bound.execution_source_mcp_server_id = Some(installed.id);
    let new = agent_tools::assign(&test.db, &[bound.clone(), assignment(agent.id, convert.id)])
        .await
        .unwrap();
    assert_eq!(new.len(), 2);
    let again = agent_tools::assign(&test.db, &[assignment(agent.id, now.id)])
        .await
        .unwrap();
    assert!(again.is_empty());
    Assigned {
        test,
        item,
        now,
        agent,
        bound,
    }
}

#[tokio::test]
async fn tools_are_assigned_once_and_listed_with_their_names() {
    let Assigned {
        test,
        item,
        now,
        agent,
        bound,
    } = assigned().await;
    let filter = AgentToolFilter {
        agent_id: Some(agent.id),
        sort: AgentToolSort::Name,
        limit: 1,
        offset: 1,
        ..AgentToolFilter::default()
    };
    let (rows, total) = agent_tools::list(&test.db, &filter).await.unwrap();
    assert_eq!((rows.len(), total), (1, 2));
    assert_eq!(rows[0].tool.name, "time__now");
    assert_eq!(
        (rows[0].agent_name.as_str(), rows[0].server_name.as_deref()),
        ("Ops", Some("time"))
    );
    assert_eq!(format!("{:?}", rows[0].assignment), format!("{bound:?}"));
    let owned = AgentToolFilter {
        server_owner_id: Some("bob".to_owned()),
        search: Some("OPS".to_owned()),
        exclude_builtin: true,
        origin: Some(item.id),
        tool_id: Some(now.id),
        limit: 10,
        ..AgentToolFilter::default()
    };
    assert_eq!(agent_tools::list(&test.db, &owned).await.unwrap().1, 0);
}

#[tokio::test]
async fn an_assignment_is_changed_taken_away_and_goes_with_its_item() {
    let Assigned {
        test,
        item,
        now,
        agent,
        bound,
    } = assigned().await;
    let dynamic = agent_tools::update(&test.db, bound.id, |row| {
        row.credential_resolution_mode = "dynamic".to_owned();
        Ok::<_, Error>(())
    });
    assert_eq!(
        dynamic.await.unwrap().unwrap().credential_resolution_mode,
        "dynamic"
    );
    let agents = agent_tools::agents_of_tools(&test.db, &[now.id])
        .await
        .unwrap();
    assert_eq!(agents, [(now.id, agent.id, "Ops".to_owned())]);
    assert!(
        agent_tools::unassign(&test.db, agent.id, now.id)
            .await
            .unwrap()
    );
    assert!(
        !agent_tools::unassign(&test.db, agent.id, now.id)
            .await
            .unwrap()
    );
    assert_eq!(
        agent_tools::of_agent(&test.db, agent.id)
            .await
            .unwrap()
            .len(),
        1
    );
    db::mcp_catalog::delete(&test.db, item.id).await.unwrap();
    assert!(agent_tools::all(&test.db).await.unwrap().is_empty());
}
