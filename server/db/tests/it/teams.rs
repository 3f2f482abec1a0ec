//! Teams, their members and their agents.

use db::teams::{self, ExternalGroup, TeamMember};
use uuid::Uuid;

use crate::rows::{database, insert_agent, insert_item, insert_team, noon};

#[tokio::test]
async fn members_are_listed_in_the_order_they_joined() {
    let test = database().await;
    let team = insert_team(&test.db, "Core").await;
    for user in ["bob", "ann"] {
        let member = TeamMember {
            id: Uuid::now_v7(),
            team_id: team.id,
            user_id: user.to_owned(),
            role: "member".to_owned(),
            synced_from_sso: false,
            created_at: noon(),
        };
        teams::add_member(&test.db, &member).await.unwrap();
        assert!(teams::add_member(&test.db, &member).await.is_err());
    }
    let members = teams::members(&test.db, team.id).await.unwrap();
    let users: Vec<&str> = members
        .iter()
        .map(|member| member.user_id.as_str())
        .collect();
    assert_eq!(users, ["bob", "ann"]);
    assert_eq!(teams::of_user(&test.db, "ann").await.unwrap().len(), 1);
    assert!(
        teams::remove_member(&test.db, team.id, "ann")
            .await
            .unwrap()
    );
    assert_eq!(teams::all_members(&test.db).await.unwrap().len(), 1);
    let group = ExternalGroup {
        id: Uuid::now_v7(),
        team_id: team.id,
        group_identifier: "cn=core".to_owned(),
        created_at: noon(),
    };
    teams::add_external_group(&test.db, &group).await.unwrap();
    assert_eq!(
        teams::external_groups(&test.db, team.id)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        teams::remove_external_group(&test.db, team.id, group.id)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn an_agents_teams_keep_their_order_and_a_deleted_team_is_in_nothing() {
    let test = database().await;
    let (first, second) = (
        insert_team(&test.db, "A").await,
        insert_team(&test.db, "B").await,
    );
    let agent = insert_agent(&test.db, "Ops").await;
    teams::set_agent_teams(&test.db, agent.id, &[second.id, first.id])
        .await
        .unwrap();
    let mut item = insert_item(&test.db, "time").await;
    item = db::mcp_catalog::update(&test.db, item.id, |item| {
        item.team_ids = vec![second.id, first.id];
        Ok::<_, db::Error>(())
    })
    .await
    .unwrap()
    .unwrap();
    let of_agent = teams::of_agents(&test.db, Some(&[agent.id])).await.unwrap();
    assert_eq!(
        of_agent,
        [
            (agent.id, second.id, "B".to_owned()),
            (agent.id, first.id, "A".to_owned())
        ]
    );
    let renamed = teams::update(&test.db, first.id, |team| {
        team.name = "C".to_owned();
        Ok::<_, db::Error>(())
    });
    assert_eq!(renamed.await.unwrap().unwrap().name, "C");
    assert!(teams::delete(&test.db, second.id).await.unwrap());
    assert_eq!(teams::of_agents(&test.db, None).await.unwrap().len(), 1);
    let item = db::mcp_catalog::find(&test.db, item.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(item.team_ids, [first.id]);
    assert_eq!(teams::list(&test.db).await.unwrap().len(), 1);
}
