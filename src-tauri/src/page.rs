//! The shell's own page, for as long as the server has none to show: it is starting, it could not start, its ports have
//! moved, or it goes on in the tray. All its words are here; `pages/` only lays them out.
//!
//! The page is told what to show by a script call, and its buttons are navigations that the window catches
//! (`window`), so it needs no IPC.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::failure::Failure;
use crate::ports::{Listener, Moved};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Page {
    #[default]
    Starting,
    Failed(Failure),
    /// Shown before the server's pages, until the person goes on.
    PortsMoved(Vec<Moved>),
    /// In a small window of its own.
    InTray,
}

/// What the main window shows; None means the server's pages.
#[derive(Debug)]
pub(crate) struct Showing(Mutex<Option<Page>>);

impl Default for Showing {
    fn default() -> Self {
        Self(Mutex::new(Some(Page::default())))
    }
}

impl Showing {
    pub(crate) fn get(&self) -> Option<Page> {
        self.slot().clone()
    }

    pub(crate) fn set(&self, page: Option<Page>) {
        *self.slot() = page;
    }

    /// The value is replaced whole, so a panic elsewhere leaves a good one behind.
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a button of the page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Retry,
    Continue,
    Quit,
    /// Close the small window.
    Dismiss,
}

impl Action {
    /// The path that the page's button navigates to.
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        match path {
            "/do/retry" => Some(Self::Retry),
            "/do/continue" => Some(Self::Continue),
            "/do/quit" => Some(Self::Quit),
            "/do/dismiss" => Some(Self::Dismiss),
            _ => None,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Retry => "/do/retry",
            Self::Continue => "/do/continue",
            Self::Quit => "/do/quit",
            Self::Dismiss => "/do/dismiss",
        }
    }
}

/// What `pages/page.js` lays out.
#[derive(Debug, Serialize)]
struct Layout {
    /// `busy`, `problem` or `notice`
    kind: &'static str,
    title: &'static str,
    text: String,
    /// Said when nothing has happened for a while.
    patience: Option<&'static str>,
    fix: Option<String>,
    rows: Vec<Row>,
    /// The first is what most people want.
    buttons: Vec<Button>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
struct Button {
    label: &'static str,
    path: &'static str,
}

impl Page {
    /// The script that makes the shell's page show this.
    pub(crate) fn script(&self) -> String {
        let layout = serde_json::to_string(&self.layout()).unwrap_or_default();
        format!("window.archestra?.show({layout})")
    }

    fn layout(&self) -> Layout {
        match self {
            Self::Starting => Layout {
                kind: "busy",
                title: "Archestra",
                text: "Starting the database…".to_owned(),
                patience: Some(
                    "Still starting. After a crash or an update the database puts itself in order first.",
                ),
                fix: None,
                rows: Vec::new(),
                buttons: Vec::new(),
            },
            Self::Failed(failure) => Layout {
                kind: "problem",
                title: failure.title,
                text: failure.cause.clone(),
                patience: None,
                fix: Some(failure.fix.clone()),
                rows: Vec::new(),
                buttons: buttons(&[("Try again", Action::Retry), ("Quit", Action::Quit)]),
            },
            Self::PortsMoved(moved) => Layout {
                kind: "notice",
                title: "Archestra has new addresses",
                text: "Another program uses the usual ports, so these are used instead. Clients that know the old \
                       proxy address need the new one; the page Connect shows it."
                    .to_owned(),
                patience: None,
                fix: None,
                rows: moved.iter().map(row).collect(),
                buttons: buttons(&[("Continue", Action::Continue), ("Quit", Action::Quit)]),
            },
            Self::InTray => Layout {
                kind: "notice",
                title: "Archestra keeps running",
                text: "Your agents can go on using it. Open it again, or quit it, from its icon in the tray."
                    .to_owned(),
                patience: None,
                fix: None,
                rows: Vec::new(),
                buttons: buttons(&[("Keep running", Action::Dismiss), ("Quit", Action::Quit)]),
            },
        }
    }
}

fn row(moved: &Moved) -> Row {
    Row {
        name: match moved.listener {
            Listener::Api => "Proxy and API",
            Listener::Ui => "Pages in a browser",
            Listener::Metrics => "Metrics",
        },
        value: format!("localhost:{} (usually {})", moved.to, moved.from),
    }
}

fn buttons(wanted: &[(&'static str, Action)]) -> Vec<Button> {
    wanted
        .iter()
        .map(|(label, action)| Button {
            label,
            path: action.path(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
