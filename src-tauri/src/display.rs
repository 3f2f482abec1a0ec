//! Linux only: is there a screen, and does its driver need help? Asked before the windowing library is, which would
//! panic or show a white window.

use std::os::unix::process::CommandExt as _;
use std::path::Path;

use app::config::Environment;

/// With NVIDIA's own driver, WebKit's usual way to hand pictures to the screen shows nothing on many machines.
const SLOWER_RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
const NVIDIA: &str = "/proc/driver/nvidia/version";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoDisplay(&'static str);

impl std::error::Error for NoDisplay {}

impl std::fmt::Display for NoDisplay {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "there is no screen to open a window on: {}. Start it from a graphical session, or run the server \
             without a window (archestra serve) and open its address in a browser.",
            self.0
        )
    }
}

pub(crate) fn prepare() -> Result<(), NoDisplay> {
    let environment = Environment::of_process();
    if !names_a_screen(&environment) {
        return Err(NoDisplay("neither DISPLAY nor WAYLAND_DISPLAY is set"));
    }
    if environment.get(SLOWER_RENDERER).is_none() && Path::new(NVIDIA).exists() {
        begin_again_with_slower_renderer();
    }
    gtk::init()
        .map_err(|_| NoDisplay("the one that DISPLAY or WAYLAND_DISPLAY names can't be used"))
}

fn names_a_screen(environment: &Environment) -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| environment.get(name).is_some())
}

/// WebKit reads the variable from the environment, which a running program can't change safely. Returns only if the
/// program could not be started again; then the window may still work.
#[expect(
    clippy::disallowed_methods,
    reason = "no child: this process becomes the same program with one more variable"
)]
fn begin_again_with_slower_renderer() {
    let error = std::process::Command::new("/proc/self/exe")
        .args(std::env::args_os().skip(1))
        .env(SLOWER_RENDERER, "1")
        .exec();
    tracing::warn!(%error, "could not start again with {SLOWER_RENDERER}=1");
}

/// Whether web pages will be told to be dark: WebKit asks the toolkit's theme, also where no desktop says anything.
pub(crate) fn theme_is_dark() -> bool {
    use gtk::prelude::GtkSettingsExt as _;
    let asked_for = Environment::of_process()
        .get("GTK_THEME")
        .is_some_and(names_dark_theme);
    let settings = gtk::Settings::default();
    asked_for
        || settings.is_some_and(|settings| {
            settings.is_gtk_application_prefer_dark_theme()
                || settings
                    .gtk_theme_name()
                    .is_some_and(|name| names_dark_theme(&name))
        })
}

/// `Adwaita:dark`, `Adwaita-dark`
fn names_dark_theme(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with(":dark") || name.ends_with("-dark")
}

#[cfg(test)]
mod tests;
