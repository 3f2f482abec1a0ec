//! How this process takes its memory, and gives it back.

use std::hint::black_box;
use std::thread::Builder;
use std::time::Duration;

/// What the allocator waits before it gives back what nobody uses, and a bit.
const UNUSED_FOR: Duration = Duration::from_millis(1500);

/// The allocator asks for huge pages, of which a server that is hardly busy touches a corner each: without them it
/// takes a quarter less. What is started from here is told the same.
pub fn prefer_small_pages() {
    // A kernel without huge pages has nothing to switch off.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// The start leaves as much behind as it keeps. The allocator looks for what it can give back when a thread that has
/// allocated ends, and in a server that nobody calls none does.
pub(crate) async fn return_what_the_start_took() {
    tokio::time::sleep(UNUSED_FOR).await;
    if let Err(error) = Builder::new().spawn(|| black_box(Box::new(0_u8))) {
        tracing::debug!(%error, "memory is given back later");
    }
}
