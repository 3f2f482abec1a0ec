//! The window: opened on the shell's own page, moved to the server's when there are any, hidden when closed. Also where
//! links lead.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tauri::webview::{DownloadEvent, NewWindowResponse, PageLoadEvent};
use tauri::window::Color;
use tauri::{
    AppHandle, Manager as _, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Wry,
};
use url::Origin;

use crate::page::{Action, Page, Showing};
use crate::server::{Request, Server};
#[cfg(target_os = "linux")]
use crate::{display, recovery};
use crate::{memory, server, tray};

pub(crate) const MAIN: &str = "main";
const NOTICE: &str = "notice";
/// Where the UI sends a person whose session has ended.
const SIGN_IN: &str = "/sign-in";

/// Where the server's pages are, once it runs.
#[derive(Default)]
pub(crate) struct Pages(Mutex<Option<Origin>>);

impl Pages {
    fn origin(&self) -> std::sync::MutexGuard<'_, Option<Origin>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the main window on the shell's page; it appears as soon as that is painted.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = builder(app, MAIN)
        .inner_size(1280.0, 840.0)
        .min_inner_size(680.0, 480.0)
        .on_download(|_, event| {
            show_downloaded(event);
            true
        })
        .build()?;
    #[cfg(target_os = "linux")]
    recovery::watch(&window)?;
    paint(&window)
}

/// The shell's page in the main window, as long as the server's are not there.
pub(crate) fn show_page(app: &AppHandle, page: Page) {
    let script = page.script();
    app.state::<Showing>().set(Some(page));
    if let Some(window) = app.get_webview_window(MAIN) {
        // A page that is still loading asks when it has loaded.
        complain(window.eval(script));
    }
}

/// Leads the main window to the server's pages. `url` signs its first visitor in.
pub(crate) fn enter(app: &AppHandle, url: &str) {
    let Ok(url) = Url::parse(url) else { return };
    *app.state::<Pages>().origin() = Some(url.origin());
    app.state::<Showing>().set(None);
    if let Some(window) = app.get_webview_window(MAIN) {
        complain(window.navigate(url));
    }
}

/// Out of the tray, from behind other windows, or from the task bar.
pub(crate) fn bring_back(app: &AppHandle) {
    if let Some(notice) = app.get_webview_window(NOTICE) {
        complain(notice.close());
    }
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    complain(window.show());
    complain(window.unminimize());
    complain(window.set_focus());
    let signed_out = window.url().is_ok_and(|url| url.path() == SIGN_IN);
    if signed_out && app.state::<Showing>().get().is_none() {
        app.state::<Server>().ask(Request::Enter);
    }
}

/// Closing leaves the server to the agents that use it, if there is a tray to come back from.
pub(crate) fn close(app: &AppHandle) {
    let is_of_use = !matches!(app.state::<Showing>().get(), Some(Page::Failed(_)));
    if !is_of_use || !tray::ensure(app) {
        server::quit(app);
        return;
    }
    if let Some(window) = app.get_webview_window(MAIN) {
        complain(window.hide());
    }
    if memory::tell(app, "goes-on-in-tray") {
        complain(open_notice(app));
    }
}

pub(crate) fn hide_all(app: &AppHandle) {
    for window in app.webview_windows().values() {
        complain(window.hide());
    }
}

fn open_notice(app: &AppHandle) -> tauri::Result<()> {
    let window = builder(app, NOTICE)
        .title("Archestra keeps running")
        .inner_size(460.0, 300.0)
        .resizable(false)
        .maximizable(false)
        .minimizable(false)
        .center()
        .build()?;
    paint(&window)
}

/// What both windows have in common.
fn builder<'a>(
    app: &'a AppHandle,
    label: &'static str,
) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
    let navigating = app.clone();
    let shown = AtomicBool::new(false);
    WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .title("Archestra")
        .visible(false)
        .on_navigation(move |url| follow(&navigating, label, url))
        .on_new_window(|url, _| {
            open_in_browser(&url);
            NewWindowResponse::Deny
        })
        .on_page_load(move |window, load| {
            if load.event() != PageLoadEvent::Finished {
                return;
            }
            if is_own_page(load.url()) {
                complain(window.eval(page_of(&window).script()));
            }
            if !shown.swap(true, Ordering::Relaxed) {
                complain(window.show());
                complain(window.set_focus());
            }
        })
}

/// After the system has turned dark or light.
pub(crate) fn repaint(app: &AppHandle, label: &str) {
    if let Some(window) = app.get_webview_window(label) {
        complain(paint(&window));
    }
}

/// The colour of the pages' ground, so that nothing flashes before they are painted.
fn paint(window: &WebviewWindow) -> tauri::Result<()> {
    #[cfg(target_os = "linux")]
    let dark_by_theme = display::theme_is_dark();
    #[cfg(not(target_os = "linux"))]
    let dark_by_theme = false;
    let ground = if dark_by_theme || window.theme()? == Theme::Dark {
        Color(12, 17, 20, 255)
    } else {
        Color(247, 250, 251, 255)
    };
    window.set_background_color(Some(ground))
}

fn page_of(window: &WebviewWindow) -> Page {
    if window.label() == NOTICE {
        return Page::InTray;
    }
    window.state::<Showing>().get().unwrap_or_default()
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    Here,
    Browser,
    Nowhere,
    Do(Action),
}

/// True if the window goes there itself.
fn follow(app: &AppHandle, label: &str, url: &Url) -> bool {
    let shows_own_page = label == NOTICE || app.state::<Showing>().get().is_some();
    let origin = app.state::<Pages>().origin().clone();
    match way(url, shows_own_page, origin.as_ref()) {
        Way::Here => return true,
        Way::Browser => open_in_browser(url),
        Way::Nowhere => {}
        Way::Do(action) => {
            let app = app.clone();
            // A window can't be closed from inside its own question whether it may navigate.
            tauri::async_runtime::spawn(async move { act(&app, action) });
        }
    }
    false
}

fn way(url: &Url, shows_own_page: bool, server: Option<&Origin>) -> Way {
    if is_own_page(url) {
        return match Action::from_path(url.path()) {
            _ if !shows_own_page => Way::Nowhere,
            Some(action) => Way::Do(action),
            None => Way::Here,
        };
    }
    if server == Some(&url.origin()) || url.as_str() == "about:blank" {
        return Way::Here;
    }
    match url.scheme() {
        "http" | "https" | "mailto" => Way::Browser,
        _ => Way::Nowhere,
    }
}

/// The shell's page has a scheme of its own, on Windows a host.
fn is_own_page(url: &Url) -> bool {
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

fn act(app: &AppHandle, action: Action) {
    match action {
        Action::Retry => app.state::<Server>().ask(Request::Retry),
        Action::Continue => app.state::<Server>().ask(Request::Enter),
        Action::Quit => server::quit(app),
        Action::Dismiss => {
            if let Some(notice) = app.get_webview_window(NOTICE) {
                complain(notice.close());
            }
        }
    }
}

fn open_in_browser(url: &Url) {
    let url = url.to_string();
    // Finding a browser can take a moment, in which the window should not stand still.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = tauri_plugin_opener::open_url(&url, None::<&str>) {
            tracing::warn!(%error, url, "no program opens this link");
        }
    });
}

/// The web view chooses a free name among the person's downloads; the file is shown there when it has arrived.
fn show_downloaded(event: DownloadEvent<'_>) {
    let DownloadEvent::Finished {
        path: Some(path),
        success: true,
        ..
    } = event
    else {
        return;
    };
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = tauri_plugin_opener::reveal_item_in_dir(&path) {
            tracing::info!(%error, path = %path.display(), "saved");
        }
    });
}

/// A window that is gone can't be told anything, which is no reason to stop.
fn complain(result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the window did not do as it was told");
    }
}

#[cfg(test)]
mod tests;
