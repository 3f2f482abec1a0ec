//! The desktop shell: one window and one tray icon over the server, which runs in this process.
//!
//! It holds no product logic. The window shows the server's own pages from the server's own address, so it needs no
//! IPC, no CORS and no API of its own: no capability is given to any page.

#[cfg(target_os = "linux")]
mod display;
mod failure;
mod memory;
mod page;
mod ports;
#[cfg(target_os = "linux")]
mod recovery;
mod server;
mod signals;
mod tray;
mod window;

use std::io::Write as _;
use std::process::ExitCode;

use app::config::{Config, Environment};
use tauri::{App, Manager as _, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;

/// Runs until the person quits or the process is told to end.
pub fn run() -> ExitCode {
    match open() {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(on_event)).unwrap_or(1)),
        Err(error) => {
            // Without a window this is the only place to say it.
            let _ = writeln!(std::io::stderr(), "archestra: {error}");
            ExitCode::FAILURE
        }
    }
}

fn open() -> Result<App, Box<dyn std::error::Error>> {
    #[cfg(target_os = "linux")]
    display::prepare()?;
    listen_to_logs();
    // What a window is restored to; whether it was hidden in the tray is not for the next start.
    let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    let app = tauri::Builder::default()
        // First, so that a second start ends before it does anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::bring_back(app);
        }))
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(kept)
                .with_filter(|label| label == window::MAIN)
                .build(),
        )
        .manage(page::Showing::default())
        .manage(tray::Tray::default())
        .manage(window::Pages::default())
        .build(context())?;
    window::open(app.handle())?;
    tray::ensure(app.handle());
    app.manage(server::Server::start(app.handle())?);
    Ok(app)
}

/// `tauri.conf.json`, the pages and the icons, as the build put them into the program.
#[expect(clippy::disallowed_methods, reason = "inside of Tauri's macro")]
fn context() -> tauri::Context {
    tauri::generate_context!()
}

/// A configuration that can't be read is shown in the window by the start itself.
fn listen_to_logs() {
    if let Ok(config) = Config::read(&Environment::of_process()) {
        app::telemetry::init(&config.logging_level, config.logging_json);
    }
}

fn on_event(app: &tauri::AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == window::MAIN => {
            api.prevent_close();
            window::close(app);
        }
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::ThemeChanged(_),
            ..
        } => window::repaint(app, &label),
        // Not asked for by us: the session ends, or the last window is gone.
        RunEvent::ExitRequested {
            code: None, api, ..
        } => {
            api.prevent_exit();
            server::quit(app);
        }
        RunEvent::Exit => {
            if let Some(server) = app.try_state::<server::Server>() {
                server.finish();
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::bring_back(app),
        _ => {}
    }
}
