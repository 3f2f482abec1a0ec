//! The server's life in this process: started, accompanied, stopped, on a thread and a runtime of its own, so that
//! neither the window nor the server waits for the other.

use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use app::config::{Config, ConfigError, Environment};
use app::{Running, StartError};
use tauri::{AppHandle, Manager as _};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::failure::Failure;
use crate::page::Page;
use crate::ports::Moved;
use crate::{memory, signals, tray, window};

/// How old the tray's figures may be.
const REFRESH: Duration = Duration::from_mins(1);

/// What the window and the tray may ask of the server's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Retry,
    /// Show the server's pages, signed in.
    Enter,
    Stop,
}

/// The managed end of it.
pub(crate) struct Server {
    requests: UnboundedSender<Request>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    pub(crate) fn start(app: &AppHandle) -> std::io::Result<Self> {
        let (requests, received) = unbounded_channel();
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        runtime.spawn(follow_signals(app.clone()));
        let app = app.clone();
        let thread = std::thread::Builder::new()
            .name("server".to_owned())
            .spawn(move || live(&runtime, &app, received))?;
        Ok(Self {
            requests,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn ask(&self, request: Request) {
        // Without a receiver the server's life is over, and so is the program's.
        let _ = self.requests.send(request);
    }

    /// For an exit that did not begin with [`quit`].
    pub(crate) fn finish(&self) {
        self.ask(Request::Stop);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the server's thread has panicked");
        }
    }
}

/// Takes the windows away at once and ends the program when the server has stopped.
pub(crate) fn quit(app: &AppHandle) {
    window::hide_all(app);
    match app.try_state::<Server>() {
        Some(server) => server.ask(Request::Stop),
        None => app.exit(0),
    }
}

async fn follow_signals(app: AppHandle) {
    signals::asked_to_end().await;
    quit(&app);
    signals::asked_to_end().await;
    #[expect(
        clippy::disallowed_methods,
        reason = "asked twice: now. The kernel stops the database with us, and its next start recovers"
    )]
    std::process::exit(130)
}

fn live(runtime: &Runtime, app: &AppHandle, mut requests: UnboundedReceiver<Request>) {
    runtime.block_on(async {
        if let Some(running) = start(app, &mut requests).await {
            accompany(app, &running, &mut requests).await;
            running.stop().await;
        }
    });
    app.exit(0);
}

/// Starts, as often as the person wants it tried. None if they gave up.
async fn start(app: &AppHandle, requests: &mut UnboundedReceiver<Request>) -> Option<Running> {
    loop {
        window::show_page(app, Page::Starting);
        tray::say(app, "Starting…");
        match attempt().await {
            Ok((running, moved)) => {
                let news = format!("{moved:?}");
                if moved.is_empty() || !memory::tell(app, &news) {
                    window::enter(app, &running.desktop_url());
                } else {
                    window::show_page(app, Page::PortsMoved(moved));
                }
                return Some(running);
            }
            Err(error) => {
                tracing::error!(%error, "the start failed");
                tray::say(app, "Not running");
                window::show_page(app, Page::Failed(Failure::from(&error)));
            }
        }
        loop {
            match requests.recv().await {
                Some(Request::Retry) => break,
                Some(Request::Enter) => {}
                Some(Request::Stop) | None => return None,
            }
        }
    }
}

/// One start, on other ports than the default ones if those are taken.
async fn attempt() -> Result<(Running, Vec<Moved>), StartError> {
    let environment = Environment::of_process();
    let mut moved: Vec<Moved> = Vec::new();
    loop {
        let error = match Box::pin(Running::start(configure(&environment, &moved)?)).await {
            Ok(running) => return Ok((running, moved)),
            Err(error) => error,
        };
        match Moved::after(&error, &configure(&environment, &moved)?, &environment) {
            Some(change) => moved.push(change),
            None => return Err(error),
        }
    }
}

fn configure(environment: &Environment, moved: &[Moved]) -> Result<Config, ConfigError> {
    let mut config = Config::read(environment)?;
    config.desktop = true;
    for change in moved {
        change.apply(&mut config);
    }
    Ok(config)
}

/// Keeps the tray true until it is time to stop.
async fn accompany(app: &AppHandle, running: &Running, requests: &mut UnboundedReceiver<Request>) {
    let mut refresh = tokio::time::interval(REFRESH);
    loop {
        tokio::select! {
            _ = refresh.tick() => tray::show(app, running).await,
            request = requests.recv() => match request {
                Some(Request::Enter) => window::enter(app, &running.desktop_url()),
                Some(Request::Retry) => {}
                Some(Request::Stop) | None => break,
            },
        }
    }
    tray::say(app, "Stopping…");
}
