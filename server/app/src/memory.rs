//! How this process takes its memory.

/// The allocator asks for huge pages, of which a server that is hardly busy touches a corner each: without them it
/// takes a quarter less. What is started from here is told the same.
pub fn prefer_small_pages() {
    // A kernel without huge pages has nothing to switch off.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
