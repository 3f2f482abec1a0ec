//! Whether something answers, as whoever watches it last saw it.

use std::sync::Arc;

use tokio::sync::watch;

/// Clones see the same state.
#[derive(Debug, Clone)]
pub struct Availability(Arc<watch::Sender<bool>>);

impl Default for Availability {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(true)))
    }
}

impl Availability {
    pub fn is_up(&self) -> bool {
        *self.0.borrow()
    }

    pub fn set(&self, up: bool) {
        self.0
            .send_if_modified(|state| std::mem::replace(state, up) != up);
    }

    /// Resolves as soon as it does not answer, so that nobody need wait out a timeout.
    pub async fn lost(&self) {
        // The sender cannot be gone: it is `self`.
        let _ = self.0.subscribe().wait_for(|up| !up).await;
    }
}
