//! New versions, for builds that were given the key of the updates they may take: `cargo xtask dist desktop` writes it into
//! the configuration. They are looked for at the start and once a day, installed when the person says so in the tray's
//! menu, and in force from the next start on.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tauri::{AppHandle, Config, Manager as _};
use tauri_plugin_updater::{Error, Update, UpdaterExt as _};

use crate::server::Server;
use crate::tray;

const DAY: Duration = Duration::from_hours(24);

/// The version that waits to be installed.
#[derive(Default)]
pub(crate) struct Found(Mutex<Option<Update>>);

impl Found {
    fn replace(&self, update: Option<Update>) -> Option<Update> {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut found, update)
    }
}

/// Without its configuration the plug-in panics.
pub(crate) fn is_configured(config: &Config) -> bool {
    config.plugins.0.contains_key("updater")
}

/// Looks now and every day, as long as the program runs.
pub(crate) fn watch(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            match look(&app).await {
                Ok(Some(update)) => {
                    tray::offer(&app, &format!("Update to {}", update.version), true);
                    app.state::<Found>().replace(Some(update));
                }
                Ok(None) => tray::offer(&app, "Up to date", false),
                Err(error) => tracing::info!(%error, "whether there is an update is not known"),
            }
            tokio::time::sleep(DAY).await;
        }
    });
}

async fn look(app: &AppHandle) -> Result<Option<Update>, Error> {
    let running = app.clone();
    // On Windows the installer takes over, and the program is ended without another word.
    let updater = app
        .updater_builder()
        .on_before_exit(move || {
            if let Some(server) = running.try_state::<Server>() {
                server.finish();
            }
        })
        .build()?;
    updater.check().await
}

/// Downloads what was found, checks its signature and puts it in place.
pub(crate) fn install(app: &AppHandle) {
    let Some(update) = app.state::<Found>().replace(None) else {
        return;
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let version = update.version.clone();
        tray::offer(&app, &format!("Installing {version} …"), false);
        match update.download_and_install(|_, _| {}, || {}).await {
            Ok(()) => tray::offer(&app, &format!("{version} starts next time"), false),
            Err(error) => {
                tracing::error!(%error, version, "the update was not installed");
                tray::offer(&app, &format!("Update to {version} (it failed once)"), true);
                app.state::<Found>().replace(Some(update));
            }
        }
    });
}
