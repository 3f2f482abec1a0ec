//! Waiting for a condition instead of for a time.

use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Looks until there is something to see.
///
/// # Panics
/// When nothing was to be seen for 20 s.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    let Ok(seen) = tokio::time::timeout(PATIENCE, looking).await else {
        panic!("{what}: not within {PATIENCE:?}");
    };
    seen
}
