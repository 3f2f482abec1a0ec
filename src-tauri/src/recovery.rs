//! Linux only: WebKit draws pages in a process of its own. When that dies (crashed, or killed for its memory), the window
//! would stay white; here it loads its page again.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tauri::WebviewWindow;
use webkit2gtk::WebViewExt as _;

/// A page whose process dies again so soon would do so for ever.
const TOO_SOON: Duration = Duration::from_secs(10);

pub(crate) fn watch(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|webview| {
        let last = Cell::new(None::<Instant>);
        webview
            .inner()
            .connect_web_process_terminated(move |view, reason| {
                let before = last.replace(Some(Instant::now()));
                let again = before.is_none_or(|before| before.elapsed() > TOO_SOON);
                tracing::error!(?reason, again, "the page's process has died");
                if again {
                    view.reload();
                }
            });
    })
}
