//! The tray icon: what the server is doing, what today has cost, and the few things worth doing without the window.

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use app::Running;
use arboard::Clipboard;
use chrono::{DateTime, Local, NaiveTime, Utc};
use db::statistics::Hour;
use domain::pricing::usd;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager as _, Wry};

use crate::{server, window};

const OPEN: &str = "open";
const QUIT: &str = "quit";
/// Followed by a provider's id.
const COPY: &str = "copy:";

#[derive(Default)]
pub(crate) struct Tray(Mutex<State>);

#[derive(Default)]
struct State {
    words: Words,
    items: Option<Items>,
    /// Kept, because on X11 the owner of the clipboard answers for its content.
    clipboard: Option<Clipboard>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Words {
    status: String,
    today: String,
    /// The server's address for clients; none while it does not run.
    proxy: Option<String>,
}

#[derive(Clone)]
struct Items {
    status: MenuItem<Wry>,
    today: MenuItem<Wry>,
    copy: Submenu<Wry>,
}

impl Tray {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the icon there if there is a tray; false if the program can't be reached through one. On the main thread.
pub(crate) fn ensure(app: &AppHandle) -> bool {
    if !has_place() {
        return false;
    }
    if app.state::<Tray>().state().items.is_some() {
        return true;
    }
    match build_unless_panic(app) {
        Ok(items) => {
            let tray = app.state::<Tray>();
            tray.state().items = Some(items);
            refresh(app);
            true
        }
        Err(error) => {
            tracing::warn!(%error, "there will be no tray icon");
            false
        }
    }
}

/// A state of the server in which there is nothing to report or to copy.
pub(crate) fn say(app: &AppHandle, status: &str) {
    set(
        app,
        Words {
            status: status.to_owned(),
            ..Words::default()
        },
    );
}

/// What the running server does and has cost.
pub(crate) async fn show(app: &AppHandle, running: &Running) {
    let platform = &running.platform;
    let now = platform.clock.now();
    let hours = db::statistics::hours(&platform.db, None, start_of_day(now), now).await;
    let proxy = platform.settings.api_base_url.clone();
    set(
        app,
        Words {
            status: if platform.database.is_up() {
                format!("Running on {proxy}")
            } else {
                "The database is away; the proxy goes on".to_owned()
            },
            today: hours.map_or_else(|_| "Today: not known now".to_owned(), |hours| spend(&hours)),
            proxy: Some(proxy),
        },
    );
}

fn set(app: &AppHandle, words: Words) {
    let tray = app.state::<Tray>();
    {
        let mut state = tray.state();
        if state.words == words {
            return;
        }
        state.words = words;
    }
    refresh(app);
}

/// Without holding the lock: a menu is changed on the main thread, which may be waiting for it.
fn refresh(app: &AppHandle) {
    let tray = app.state::<Tray>();
    let (words, items) = {
        let state = tray.state();
        (state.words.clone(), state.items.clone())
    };
    let Some(items) = items else { return };
    let changed = items
        .status
        .set_text(&words.status)
        .and_then(|()| items.today.set_text(&words.today))
        .and_then(|()| items.copy.set_enabled(words.proxy.is_some()));
    if let Err(error) = changed {
        tracing::warn!(%error, "the tray's menu could not be changed");
    }
}

/// On Linux the tray's library loads another one now, and says by a panic that it is not installed.
fn build_unless_panic(app: &AppHandle) -> tauri::Result<Items> {
    std::panic::catch_unwind(AssertUnwindSafe(|| build(app))).unwrap_or_else(|_| {
        Err(std::io::Error::other("libayatana-appindicator3 is missing").into())
    })
}

fn build(app: &AppHandle) -> tauri::Result<Items> {
    let status = MenuItem::new(app, "", false, None::<&str>)?;
    let today = MenuItem::new(app, "", false, None::<&str>)?;
    let copy = Submenu::new(app, "Copy proxy URL", false)?;
    for provider in llm::providers::providers() {
        let id = format!("{COPY}{}", provider.id);
        copy.append(&MenuItem::with_id(
            app,
            id,
            provider.name,
            true,
            None::<&str>,
        )?)?;
    }
    let menu = Menu::with_items(
        app,
        &[
            &status,
            &today,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, OPEN, "Open Archestra", true, None::<&str>)?,
            &copy,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, QUIT, "Quit Archestra", true, None::<&str>)?,
        ],
    )?;
    let mut icon = TrayIconBuilder::with_id("main")
        .menu(&menu)
        .tooltip("Archestra")
        .on_menu_event(|app, event| choose(app, &event.id().0));
    if let Some(picture) = app.default_window_icon() {
        icon = icon.icon(picture.clone());
    }
    // The application keeps it.
    icon.build(app)?;
    Ok(Items {
        status,
        today,
        copy,
    })
}

fn choose(app: &AppHandle, item: &str) {
    match item {
        OPEN => window::bring_back(app),
        QUIT => server::quit(app),
        _ => {
            if let Some(provider) = item.strip_prefix(COPY) {
                copy_proxy_url(app, provider);
            }
        }
    }
}

fn copy_proxy_url(app: &AppHandle, provider: &str) {
    let tray = app.state::<Tray>();
    let mut state = tray.state();
    let Some(proxy) = state.words.proxy.clone() else {
        return;
    };
    let copied = Clipboard::new().and_then(|mut clipboard| {
        clipboard.set_text(format!("{proxy}/v1/{provider}"))?;
        state.clipboard = Some(clipboard);
        Ok(())
    });
    if let Err(error) = copied {
        tracing::warn!(%error, "the proxy's URL could not be copied");
    }
}

/// Midnight where the person is. A day that begins without one (a change of clocks) counts from now.
fn start_of_day(now: DateTime<Utc>) -> DateTime<Utc> {
    let here = now.with_timezone(&Local);
    here.with_time(NaiveTime::MIN)
        .earliest()
        .unwrap_or(here)
        .to_utc()
}

fn spend(hours: &[Hour]) -> String {
    let sum = |of: fn(&Hour) -> i64| hours.iter().map(of).sum::<i64>();
    let dollars = usd(sum(|hour| hour.cost_pico));
    let amount = if dollars > 0.0 && dollars < 0.01 {
        "less than $0.01".to_owned()
    } else {
        format!("${dollars:.2}")
    };
    let calls = match sum(|hour| hour.requests) {
        1 => "1 call".to_owned(),
        number => format!("{number} calls"),
    };
    match sum(|hour| hour.unpriced) {
        0 => format!("Today: {amount}, {calls}"),
        unpriced => format!("Today: {amount}, {calls} ({unpriced} without a price)"),
    }
}

/// Whether the desktop shows tray icons. Not every one does, and one that starts with the session may come later.
#[cfg(target_os = "linux")]
fn has_place() -> bool {
    use gtk::gio;
    use gtk::glib::{ToVariant as _, Variant};
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATIENCE_MILLIS: i32 = 500;
    let asked = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).and_then(|bus| {
        bus.call_sync(
            Some(WATCHER),
            "/StatusNotifierWatcher",
            "org.freedesktop.DBus.Properties",
            "Get",
            Some(&(WATCHER, "IsStatusNotifierHostRegistered").to_variant()),
            None,
            gio::DBusCallFlags::NO_AUTO_START,
            PATIENCE_MILLIS,
            gio::Cancellable::NONE,
        )
    });
    asked
        .ok()
        .and_then(|answer| answer.get::<(Variant,)>()?.0.get::<bool>())
        .unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn has_place() -> bool {
    true
}

#[cfg(test)]
mod tests;
