//! What was read a moment ago, for calls that must not wait for a store.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use uuid::Uuid;

use crate::Fields;
use crate::stores::vault::CACHE_FOR;

#[derive(Default)]
pub(crate) struct Recent(Mutex<HashMap<Uuid, (Instant, Fields)>>);

impl Recent {
    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, (Instant, Fields)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, id: Uuid) -> Option<Fields> {
        let all = self.all();
        let (at, fields) = all.get(&id)?;
        (at.elapsed() < CACHE_FOR).then(|| fields.clone())
    }

    pub(crate) fn keep(&self, id: Uuid, fields: Fields) {
        let mut all = self.all();
        all.retain(|_, (at, _)| at.elapsed() < CACHE_FOR);
        all.insert(id, (Instant::now(), fields));
    }

    pub(crate) fn forget(&self, id: Uuid) {
        self.all().remove(&id);
    }
}
