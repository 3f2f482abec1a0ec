//! Live connections, one a server and replica: made when first needed, shared by all callers, made anew when they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use db::mcp_servers::McpServer;
use futures_util::future::BoxFuture;
use mcp::client::{Client, HttpTarget, Options};
use mcp::oauth::Challenge;
use runtimes::spec::Transport;
use runtimes::status::State;
use secrecy::SecretString;
use secrets::Fields;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Result, ServerError, Servers, lock, remote, spec};

/// A connection over HTTP that nobody used for so long is closed. One over standard streams costs nothing, and its server
/// was asked to initialise once.
const IDLE: Duration = Duration::from_mins(15);
/// A call waits so long for a server that is starting.
const STARTING: Duration = Duration::from_secs(15);
/// A command may have to fetch its package before it answers.
const FIRST_WORD: Duration = Duration::from_mins(2);
/// A token is renewed so long before it expires.
const EARLY: i64 = 300;
const FAREWELL: Duration = Duration::from_secs(2);
const TOOLS_CHANGED: &str = "notifications/tools/list_changed";
/// What servers may ask of the client behind the gateway.
const CAPABILITIES: &str = r#"{"sampling":{"tools":{},"context":{}},"elicitation":{"form":{},"url":{}},"roots":{"listChanged":true}}"#;

/// The place of one server's connection.
#[derive(Default)]
pub(super) struct Slot {
    /// Held while connecting: all who come meanwhile get the same connection.
    turn: tokio::sync::Mutex<()>,
    live: ArcSwapOption<Live>,
}

struct Live {
    client: Client,
    is_http: bool,
    /// Seconds since 1970, where a token expires.
    expires_at: Option<i64>,
    /// Milliseconds since 1970.
    last_used: AtomicU64,
}

impl Servers {
    /// The connection to a server. Cheap while there is one; waits a little for a server that is starting.
    pub async fn connection(self: &Arc<Self>, id: Uuid) -> Result<Client> {
        let slot = self.slot(id);
        if let Some(client) = self.usable(&slot) {
            return Ok(client);
        }
        let row = self.row(id).await?;
        self.wait_until_ready(&row).await?;
        self.connect(&slot, row).await
    }

    /// For discovery, which comes before a server is ready for others.
    pub(super) async fn connection_now(self: &Arc<Self>, id: Uuid) -> Result<Client> {
        let slot = self.slot(id);
        if let Some(client) = self.usable(&slot) {
            return Ok(client);
        }
        let row = self.row(id).await?;
        self.connect(&slot, row).await
    }

    /// After a server refused the token: renews it once, or says where to sign in.
    pub async fn unauthorized(
        self: &Arc<Self>,
        id: Uuid,
        challenge: Option<&Challenge>,
    ) -> Result<Client> {
        let slot = self.slot(id);
        let before = slot.live.load_full();
        let turn = slot.turn.lock().await;
        let now = slot.live.load_full();
        // Somebody else renewed it while this caller waited for its turn.
        if let (Some(before), Some(now)) = (&before, &now)
            && !Arc::ptr_eq(before, now)
        {
            return Ok(now.client.clone());
        }
        let row = self.row(id).await?;
        Box::pin(self.renew(&row, challenge)).await?;
        slot.live.store(None);
        drop(turn);
        self.connect(&slot, row).await
    }

    /// Ends the connection, if there is one.
    pub(super) async fn disconnect(&self, id: Uuid) {
        let slot = lock(&self.slots).remove(&id);
        if let Some(live) = slot.and_then(|slot| slot.live.swap(None)) {
            farewell(&live.client).await;
        }
    }

    /// Closes what nobody uses.
    pub(super) fn close_idle(&self) {
        let slots: Vec<Arc<Slot>> = lock(&self.slots).values().cloned().collect();
        let now = self.now_millis();
        for slot in slots {
            let Some(live) = slot.live.load_full() else {
                continue;
            };
            let unused = now.saturating_sub(live.last_used.load(Ordering::Relaxed));
            if live.is_http && u128::from(unused) > IDLE.as_millis() {
                slot.live.store(None);
                // Nobody waits for a server that may be slow.
                let tasks = &self.parts.tasks;
                tasks.spawn(async move { farewell(&live.client).await });
            }
        }
    }

    fn slot(&self, id: Uuid) -> Arc<Slot> {
        lock(&self.slots).entry(id).or_default().clone()
    }

    fn usable(&self, slot: &Slot) -> Option<Client> {
        let live = slot.live.load();
        let live = live.as_ref()?;
        let now = self.now_millis();
        let is_fresh = live
            .expires_at
            .is_none_or(|at| at.saturating_sub(EARLY) > i64::try_from(now / 1000).unwrap_or(0));
        if live.client.is_closed() || !is_fresh {
            return None;
        }
        live.last_used.store(now, Ordering::Relaxed);
        Some(live.client.clone())
    }

    fn now_millis(&self) -> u64 {
        u64::try_from(self.parts.clock.now().timestamp_millis()).unwrap_or(0)
    }

    /// Boxed: what it goes through (secrets, sign-in, runtimes) stays out of every caller's future.
    fn connect<'a>(
        self: &'a Arc<Self>,
        slot: &'a Arc<Slot>,
        row: McpServer,
    ) -> BoxFuture<'a, Result<Client>> {
        Box::pin(self.connect_now(slot, row))
    }

    async fn connect_now(self: &Arc<Self>, slot: &Arc<Slot>, row: McpServer) -> Result<Client> {
        let _turn = slot.turn.lock().await;
        if let Some(client) = self.usable(slot) {
            return Ok(client);
        }
        let (client, is_http, expires_at) = if row.server_type == "local" {
            let (client, is_http) = self.connect_local(&row).await?;
            (client, is_http, None)
        } else {
            let fields = self.fresh_fields(&row).await?;
            let client = self.connect_remote(&row, &fields).await?;
            (client, true, remote::expires_at(&fields))
        };
        self.hear_changes(row.id, &client);
        slot.live.store(Some(Arc::new(Live {
            client: client.clone(),
            is_http,
            expires_at,
            last_used: AtomicU64::new(self.now_millis()),
        })));
        Ok(client)
    }

    /// The installation's secrets, its token renewed where that is due.
    async fn fresh_fields(&self, row: &McpServer) -> Result<Fields> {
        let fields = self.fields(row).await?;
        let now = self.parts.clock.now().timestamp();
        let is_due = remote::expires_at(&fields).is_some_and(|at| at - EARLY <= now);
        if !is_due {
            return Ok(fields);
        }
        match self.renew(row, None).await {
            Ok(fields) => Ok(fields),
            // It is still good for some minutes, and its server may be back by then.
            Err(_) if remote::expires_at(&fields).is_some_and(|at| at > now) => Ok(fields),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn fields(&self, row: &McpServer) -> Result<Fields> {
        let Some(secret_id) = row.secret_id else {
            return Ok(Fields::new());
        };
        Ok(self.parts.secrets.get(secret_id).await?.unwrap_or_default())
    }

    /// Also for an installation that is not saved yet.
    pub(super) async fn connect_remote(&self, row: &McpServer, fields: &Fields) -> Result<Client> {
        let item = self.item(row.catalog_id).await?;
        let target = remote::target(row, &item, fields, &self.remote)?;
        let client = Client::connect_http(target, self.options()).await;
        client.map_err(|error| match error {
            mcp::error::Error::Unauthorized { .. } => {
                self.reauthenticate_error(row, &error.to_string())
            }
            error => ServerError::connect(&row.name, error),
        })
    }

    async fn connect_local(&self, row: &McpServer) -> Result<(Client, bool)> {
        let runtime = self.bound(row.runtime.as_deref(), row.cluster_id);
        let Some(runtime) = runtime else {
            return Err(not_ready(row, row.error.clone()));
        };
        let refused = |error: runtimes::error::Error| ServerError::runtime(&row.name, &error);
        let item = self.item(row.catalog_id).await?;
        let options = Options {
            connect_timeout: FIRST_WORD,
            ..self.options()
        };
        let is_contained = runtime.id() != "process";
        let spec = spec::build(row, &item, &self.fields(row).await?, is_contained)?;
        let (client, is_http) = match spec.transport {
            Transport::Stdio => {
                let streams = runtime.attach(row.id).await.map_err(refused)?;
                let client = Client::connect_stdio(streams.stdout, streams.stdin, options).await;
                (client, false)
            }
            Transport::Http { .. } => {
                let target = HttpTarget {
                    url: runtime.endpoint(row.id).await.map_err(refused)?,
                    headers: http::HeaderMap::new(),
                    bearer: None::<SecretString>,
                    http: self.local.clone(),
                };
                (Client::connect_http(target, options).await, true)
            }
        };
        let client = client.map_err(|error| ServerError::connect(&row.name, error))?;
        Ok((client, is_http))
    }

    fn options(&self) -> Options {
        let mut options = Options::new(self.parts.tasks.clone());
        // It is JSON, and stays so.
        if let Ok(capabilities) = serde_json::value::RawValue::from_string(CAPABILITIES.to_owned())
        {
            options.capabilities = capabilities;
        }
        options
    }

    /// A server that is starting is worth a wait; one that failed is not.
    async fn wait_until_ready(&self, row: &McpServer) -> Result<()> {
        if row.server_type != "local" {
            return Ok(());
        }
        let mut changes = self.states.subscribe(row.id);
        let deadline = Instant::now() + STARTING;
        let mut row = row.clone();
        loop {
            if row.desired != "running" {
                let detail = "it is stopped. Start it and repeat the call".to_owned();
                return Err(not_ready(&row, Some(detail)));
            }
            let state = self.state(&row, deadline).await;
            let is_starting = row.status == "pending";
            if !is_starting && state == Ok(State::Running) {
                return Ok(());
            }
            let has_failed = row.status == "error" || row.status == "idle";
            if has_failed {
                return Err(not_ready(&row, row.error.clone().or(state.err())));
            }
            if Instant::now() >= deadline {
                return Err(not_ready(&row, state.err().or(row.error.clone())));
            }
            // The row changes without the runtime's telling, too.
            let _ = tokio::time::timeout(Duration::from_millis(500), changes.changed()).await;
            row = self.row(row.id).await?;
        }
    }

    /// As its runtime sees it, or why that cannot say.
    async fn state(
        &self,
        row: &McpServer,
        deadline: Instant,
    ) -> std::result::Result<State, String> {
        let Some(runtime) = self.bound(row.runtime.as_deref(), row.cluster_id) else {
            return Ok(State::NotCreated);
        };
        let asked = tokio::time::timeout_at(deadline, runtime.status(row.id)).await;
        let answer = asked.map_err(|_| "what runs it does not answer".to_owned())?;
        answer
            .map(|status| status.state)
            .map_err(|error| error.to_string())
    }

    /// A server says that its tools changed: they are read anew.
    fn hear_changes(self: &Arc<Self>, id: Uuid, client: &Client) {
        let mut notifications = client.notifications();
        let servers = Arc::clone(self);
        let stopping = self.parts.stopping.clone();
        self.parts.tasks.spawn(async move {
            while let Some(heard) = stopping.run_until_cancelled(notifications.recv()).await {
                let is_list = match heard {
                    Ok(notification) => notification.method == TOOLS_CHANGED,
                    // It may have been among those that were missed.
                    Err(RecvError::Lagged(_)) => true,
                    Err(RecvError::Closed) => return,
                };
                if is_list && let Err(error) = servers.read_tools(id).await {
                    tracing::warn!(%error, server = %id, "a server's changed tools could not be read");
                }
            }
        });
    }
}

/// Says goodbye where that is the custom; a server that does not answer has lost nothing.
async fn farewell(client: &Client) {
    let _ = tokio::time::timeout(FAREWELL, client.close()).await;
}

fn not_ready(row: &McpServer, detail: Option<String>) -> ServerError {
    ServerError::NotReady {
        name: row.name.clone(),
        status: row.status.clone(),
        detail,
    }
}
