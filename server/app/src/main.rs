//! The headless program: `archestra serve` and what belongs to it.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    postgres::child::run_if_child();
    app::memory::prefer_small_pages();
    match app::cli::run() {
        Ok(code) => code,
        Err(error) => {
            app::cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
