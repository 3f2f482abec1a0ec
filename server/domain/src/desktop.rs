//! The desktop window's sign-in: a token that only this process's own window is given, good for one use.

use std::sync::Mutex;

use crate::api_keys::digest;

/// Empty until one is issued; issuing again replaces the last.
#[derive(Debug, Default)]
pub struct OneTimeToken(Mutex<Option<[u8; 32]>>);

impl OneTimeToken {
    pub fn issue(&self, token: &str) {
        *self.slot() = Some(digest(token));
    }

    /// True once, for the right token.
    pub fn redeem(&self, token: &str) -> bool {
        let mut slot = self.slot();
        if *slot != Some(digest(token)) {
            return false;
        }
        *slot = None;
        true
    }

    /// A panic elsewhere cannot leave a half-written token behind, so a poisoned lock is still good.
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<[u8; 32]>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
