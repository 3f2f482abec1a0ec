//! The part of the snapshot that says which calls go to a cheaper model.

use db::Db;
use uuid::Uuid;

use super::Snapshot;
use crate::entities::OfEntities;
use crate::optimization_rules::OptimizationRule;

pub(super) async fn read(db: &Db) -> db::Result<OfEntities<OptimizationRule>> {
    let mut rules = OfEntities::default();
    // Oldest first, and so they are tried.
    for row in db::optimization_rules::list(db).await? {
        let (entity_type, entity_id) = (row.entity_type.clone(), row.entity_id.clone());
        if let Some(rule) = OptimizationRule::from_row(row) {
            rules.add(&entity_type, &entity_id, rule);
        }
    }
    Ok(rules)
}

impl Snapshot {
    /// Whether a request has to be read at all.
    pub fn has_optimization_rules(&self) -> bool {
        !self.optimization_rules.is_empty()
    }

    /// Those that hold for an agent, in the order in which they are tried.
    pub(crate) fn optimization_rules(
        &self,
        agent: Option<Uuid>,
    ) -> impl Iterator<Item = &OptimizationRule> {
        self.optimization_rules.of(self, agent)
    }
}
