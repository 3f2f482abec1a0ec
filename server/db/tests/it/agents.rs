//! Agents under many hands: one default, whole sets of teams, and delegations in order.

use db::agent_delegations::{self, Replaced};
use db::{agents, teams};
use uuid::Uuid;

use crate::rows::{database, insert_agent, insert_team};

#[tokio::test]
async fn writes_to_one_agent_at_once_leave_the_teams_of_one_of_them() {
    let test = database().await;
    let agent = insert_agent(&test.db, "Ops").await;
    let mut of_team = Vec::new();
    for name in ["A", "B", "C", "D"] {
        of_team.push(insert_team(&test.db, name).await.id);
    }
    let write = async |team: Uuid| {
        let kept = Some(&[team][..]);
        agents::update_with_teams::<db::Error>(&test.db, agent.id, kept, |_| Ok(())).await
    };
    for _ in 0..5 {
        let (a, b, c, d) = tokio::join!(
            write(of_team[0]),
            write(of_team[1]),
            write(of_team[2]),
            write(of_team[3])
        );
        for written in [a, b, c, d] {
            assert!(written.unwrap().is_some());
        }
        let left = teams::of_agents(&test.db, Some(&[agent.id])).await.unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[tokio::test]
async fn of_several_that_become_the_default_at_once_one_is() {
    let test = database().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        ids.push(insert_agent(&test.db, name).await.id);
    }
    let choose = async |id: Uuid| {
        agents::update::<db::Error>(&test.db, id, |agent| {
            agent.is_default = true;
            Ok(())
        })
        .await
    };
    let (a, b, c) = tokio::join!(choose(ids[0]), choose(ids[1]), choose(ids[2]));
    for chosen in [a, b, c] {
        assert!(chosen.unwrap().is_some());
    }
    let all = agents::all(&test.db).await.unwrap();
    assert_eq!(all.iter().filter(|agent| agent.is_default).count(), 1);
}

#[tokio::test]
async fn delegations_are_replaced_as_a_whole_and_keep_their_order() {
    let test = database().await;
    let from = insert_agent(&test.db, "From").await.id;
    let one = insert_agent(&test.db, "One").await.id;
    let two = insert_agent(&test.db, "Two").await.id;
    let replace = async |targets: &[Uuid]| {
        agent_delegations::replace(&test.db, from, targets)
            .await
            .unwrap()
            .unwrap()
    };
    assert_eq!(replace(&[two, one]).await.added, [two, one]);
    let kept = agent_delegations::of_agent(&test.db, from).await.unwrap();
    assert_eq!(kept, [two, one]);
    let expected = Replaced {
        added: vec![],
        removed: vec![two],
    };
    assert_eq!(replace(&[one]).await, expected);
    assert!(
        agent_delegations::remove(&test.db, from, one)
            .await
            .unwrap()
    );
    assert!(
        !agent_delegations::remove(&test.db, from, one)
            .await
            .unwrap()
    );
    let none = agent_delegations::replace(&test.db, Uuid::nil(), &[]).await;
    assert_eq!(none.unwrap(), None);
}
