//! The configuration: the only reader of the environment. A bad value stops the start and says how a good one looks.

mod check;
mod runtimes;
mod secrets;
#[cfg(test)]
mod tests;
mod traces;
mod variables;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use domain::upstreams::{Upstream, Upstreams, Vertex};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

pub use runtimes::Mcp;
pub use secrets::SecretStores;
pub use traces::Traces;
pub use variables::{Effect, VARIABLES, Variable};

/// Everything the start needs, checked.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    pub database_url: Option<SecretString>,
    pub database_pool_max: u32,
    pub database_statement_timeout: Duration,
    pub data_dir: Option<PathBuf>,
    pub postgres_dir: Option<PathBuf>,
    /// Of the program's own PostgreSQL, instead of the data directory.
    pub postgres_data_dir: Option<PathBuf>,
    pub api_base_url: Url,
    pub frontend_url: Url,
    pub bind: IpAddr,
    pub metrics_port: u16,
    pub metrics_secret: Option<SecretString>,
    pub trust_proxy: bool,
    pub trusted_origins: Vec<String>,
    pub cookie_domain: Option<String>,
    pub auth_secret: Option<SecretString>,
    pub secrets: SecretStores,
    pub admin_email: String,
    pub admin_password: SecretString,
    pub disable_basic_auth: bool,
    pub disable_invitations: bool,
    pub trusted_sso_provider_ids: Vec<String>,
    /// Requests a minute of one caller; zero: any number.
    pub api_rate_limit: u32,
    pub auth_rate_limit: u32,
    pub mcp_registry: Url,
    pub upstreams: Upstreams,
    pub retention_days: u32,
    /// Zero: none.
    pub backup_interval_hours: u32,
    /// How long a load balancer has to look elsewhere.
    pub drain: Duration,
    pub mcp: Mcp,
    pub traces: Traces,
    pub analytics_enabled: bool,
    pub logging_level: String,
    pub logging_json: Option<bool>,
    /// The window shows the UI and is signed in by this process.
    pub desktop: bool,
}

/// Values the start can't use; each names its variable, the fault and an example.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError(Vec<String>);

impl ConfigError {
    pub(crate) fn faults(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

/// Where values come from: the process environment, or a test's.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one reader of the environment"
    )]
    pub fn of_process() -> Self {
        Self::from_pairs(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// An empty value counts as none, as it does in compose and Helm files.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(
            pairs
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Of all variables, other programs' too.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// Of those that other programs define.
    fn beginning_with(&self, prefix: &'static str) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value in force: given, or else the default.
    fn value(&self, name: &str) -> Option<&str> {
        let default = || {
            VARIABLES
                .iter()
                .find(|variable| variable.name == name)?
                .default
        };
        self.get(name).or_else(default)
    }

    /// Names that begin like ours and are none, which is usually a typing error.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let known = |name: &&str| VARIABLES.iter().any(|variable| variable.name == *name);
        self.0
            .keys()
            .map(String::as_str)
            .filter(move |name| name.starts_with("ARCHESTRA_") && !known(name))
    }
}

impl Config {
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let faults: Vec<String> = VARIABLES
            .iter()
            .filter_map(|variable| fault(variable, environment))
            .collect();
        if !faults.is_empty() {
            return Err(ConfigError(faults));
        }
        let reader = Reader(environment);
        let text = |name: &str| environment.value(name).unwrap_or_default().to_owned();
        let given = |name: &str| environment.get(name).map(str::to_owned);
        let path = |name: &str| environment.get(name).map(PathBuf::from);
        Ok(Self {
            database_url: reader
                .secret("ARCHESTRA_DATABASE_URL")
                .or_else(|| reader.secret("DATABASE_URL")),
            database_pool_max: reader.number("ARCHESTRA_DATABASE_POOL_MAX"),
            database_statement_timeout: reader
                .millis("ARCHESTRA_DATABASE_STATEMENT_TIMEOUT_MILLIS"),
            data_dir: path("ARCHESTRA_DATA_DIR"),
            postgres_dir: path("ARCHESTRA_POSTGRES_DIR"),
            postgres_data_dir: path("ARCHESTRA_POSTGRES_DATA_DIR"),
            api_base_url: reader.url("ARCHESTRA_API_BASE_URL")?,
            frontend_url: reader.url("ARCHESTRA_FRONTEND_URL")?,
            bind: reader.bind_address(),
            metrics_port: reader.number("ARCHESTRA_METRICS_PORT"),
            // An empty value is a way to say that no token is needed.
            metrics_secret: reader.secret("ARCHESTRA_METRICS_SECRET"),
            trust_proxy: reader.switch("ARCHESTRA_TRUST_PROXY"),
            trusted_origins: text("ARCHESTRA_AUTH_ADDITIONAL_TRUSTED_ORIGINS")
                .split(',')
                .map(|origin| origin.trim().trim_end_matches('/').to_owned())
                .filter(|origin| !origin.is_empty())
                .collect(),
            cookie_domain: given("ARCHESTRA_AUTH_COOKIE_DOMAIN"),
            auth_secret: reader.secret("ARCHESTRA_AUTH_SECRET"),
            secrets: SecretStores::read(environment)?,
            admin_email: text("ARCHESTRA_AUTH_ADMIN_EMAIL"),
            admin_password: text("ARCHESTRA_AUTH_ADMIN_PASSWORD").into(),
            disable_basic_auth: reader.switch("ARCHESTRA_AUTH_DISABLE_BASIC_AUTH"),
            disable_invitations: reader.switch("ARCHESTRA_AUTH_DISABLE_INVITATIONS"),
            trusted_sso_provider_ids: text("ARCHESTRA_AUTH_TRUSTED_SSO_PROVIDER_IDS")
                .split(',')
                .map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
                .collect(),
            api_rate_limit: reader.number("ARCHESTRA_API_RATE_LIMIT"),
            auth_rate_limit: reader.number("ARCHESTRA_AUTH_RATE_LIMIT"),
            mcp_registry: reader.url("ARCHESTRA_MCP_REGISTRY_URL")?,
            upstreams: reader.upstreams()?,
            retention_days: reader.number("ARCHESTRA_LLM_LOGS_RETENTION_DAYS"),
            backup_interval_hours: reader.number("ARCHESTRA_BACKUP_INTERVAL_HOURS"),
            drain: Duration::from_secs(reader.number("ARCHESTRA_DRAIN_SECONDS")),
            mcp: Mcp::read(environment),
            traces: Traces::read(environment)?,
            analytics_enabled: text("ARCHESTRA_ANALYTICS").eq_ignore_ascii_case("enabled"),
            logging_level: text("ARCHESTRA_LOGGING_LEVEL").to_ascii_lowercase(),
            logging_json: environment
                .get("ARCHESTRA_LOGGING_FORMAT")
                .map(|format| format.eq_ignore_ascii_case("json")),
            desktop: false,
        })
    }

    /// The API's port: the one its base URL names. A URL that names none belongs to a load balancer in front.
    pub fn api_port(&self) -> u16 {
        self.api_base_url.port().unwrap_or(9000)
    }

    pub fn frontend_port(&self) -> u16 {
        self.frontend_url.port().unwrap_or(3000)
    }
}

/// For an address that does not come from the environment.
pub(crate) fn check_database_url(url: &SecretString) -> Result<(), String> {
    check::postgres_url(url.expose_secret())
}

fn fault(variable: &Variable, environment: &Environment) -> Option<String> {
    let fault = (variable.check)(environment.get(variable.name)?).err()?;
    Some(format!(
        "{} can't be used: {fault}. Example: {}={}",
        variable.name, variable.name, variable.example
    ))
}

/// Reads values that have been checked already.
struct Reader<'a>(&'a Environment);

impl Reader<'_> {
    fn secret(&self, name: &str) -> Option<SecretString> {
        self.0
            .value(name)
            .map(|value| SecretString::from(value.to_owned()))
    }

    fn number<T: std::str::FromStr + Default>(&self, name: &str) -> T {
        self.0
            .value(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    }

    fn millis(&self, name: &str) -> Duration {
        Duration::from_millis(self.number(name))
    }

    fn switch(&self, name: &str) -> bool {
        self.0
            .value(name)
            .and_then(check::parse_bool)
            .unwrap_or_default()
    }

    fn url(&self, name: &str) -> Result<Url, ConfigError> {
        let value = self.0.value(name).unwrap_or_default();
        Url::parse(value)
            .map_err(|error| ConfigError(vec![format!("{name} can't be used: {error}")]))
    }

    /// `HOSTNAME` is what shells and container runtimes set to a name; only an address is meant for us.
    fn bind_address(&self) -> IpAddr {
        let given = self
            .0
            .get("ARCHESTRA_BIND_ADDRESS")
            .or_else(|| self.0.get("HOSTNAME"));
        let loopback = IpAddr::from([127, 0, 0, 1]);
        given
            .and_then(|value| value.parse().ok())
            .unwrap_or(loopback)
    }

    fn upstream(&self, base_url: &str, api_key: &str) -> Result<Upstream, ConfigError> {
        Ok(Upstream {
            base_url: self.url(base_url)?,
            api_key: self.secret(api_key),
        })
    }

    fn upstreams(&self) -> Result<Upstreams, ConfigError> {
        Ok(Upstreams {
            openai: self.upstream("ARCHESTRA_OPENAI_BASE_URL", "ARCHESTRA_CHAT_OPENAI_API_KEY")?,
            anthropic: self.upstream(
                "ARCHESTRA_ANTHROPIC_BASE_URL",
                "ARCHESTRA_CHAT_ANTHROPIC_API_KEY",
            )?,
            gemini: self.upstream("ARCHESTRA_GEMINI_BASE_URL", "ARCHESTRA_CHAT_GEMINI_API_KEY")?,
            vertex: self.vertex()?,
            local_servers: self.switch("ARCHESTRA_LOCAL_MODEL_SERVERS"),
            timeout: self.millis("ARCHESTRA_LLM_PROXY_UPSTREAM_TIMEOUT_MS"),
            body_limit: self
                .0
                .value("ARCHESTRA_API_BODY_LIMIT")
                .and_then(check::parse_size)
                .unwrap_or(50 << 20),
        })
    }

    fn vertex(&self) -> Result<Option<Vertex>, ConfigError> {
        if !self.switch("ARCHESTRA_GEMINI_VERTEX_AI_ENABLED") {
            return Ok(None);
        }
        let project = self
            .0
            .get("ARCHESTRA_GEMINI_VERTEX_AI_PROJECT")
            .ok_or_else(|| {
                ConfigError(vec![
                "ARCHESTRA_GEMINI_VERTEX_AI_PROJECT is missing: Vertex AI is enabled and needs it. \
                 Example: ARCHESTRA_GEMINI_VERTEX_AI_PROJECT=my-gcp-project-123"
                    .to_owned(),
            ])
            })?;
        let base_url = "ARCHESTRA_GEMINI_VERTEX_AI_BASE_URL";
        Ok(Some(Vertex {
            project: project.to_owned(),
            location: self
                .0
                .value("ARCHESTRA_GEMINI_VERTEX_AI_LOCATION")
                .unwrap_or_default()
                .to_owned(),
            credentials_file: self
                .0
                .get("ARCHESTRA_GEMINI_VERTEX_AI_CREDENTIALS_FILE")
                .map(PathBuf::from),
            base_url: self
                .0
                .get(base_url)
                .map(|_| self.url(base_url))
                .transpose()?,
        }))
    }
}
