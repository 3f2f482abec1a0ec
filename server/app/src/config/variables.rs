//! Every variable the program reads: its meaning, its default and what a good value looks like.
//!
//! This table is the reference: `archestra config` and `archestra serve --help` print it.

use super::check::{self, Check};

pub struct Variable {
    pub name: &'static str,
    pub default: Option<&'static str>,
    pub about: &'static str,
    pub example: &'static str,
    pub effect: Effect,
    pub secret: bool,
    pub(super) check: Check,
}

/// Whether a value does anything yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    InForce,
    /// Read and checked; what it switches comes later.
    Accepted,
}

use Effect::{Accepted, InForce};

const fn variable(
    name: &'static str,
    check: Check,
    example: &'static str,
    about: &'static str,
) -> Variable {
    Variable {
        name,
        default: None,
        about,
        example,
        effect: InForce,
        secret: false,
        check,
    }
}

impl Variable {
    const fn or(self, default: &'static str) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    const fn later(self) -> Self {
        Self {
            effect: Accepted,
            ..self
        }
    }

    const fn secret(self) -> Self {
        Self {
            secret: true,
            ..self
        }
    }
}

pub const VARIABLES: &[Variable] = &[
    // Where things are.
    variable("ARCHESTRA_DATABASE_URL", check::postgres_url, "postgresql://user:password@host:5432/database",
        "The database. Without it the program runs a PostgreSQL of its own.").secret(),
    variable("DATABASE_URL", check::postgres_url, "postgresql://user:password@host:5432/database",
        "Used if ARCHESTRA_DATABASE_URL is not set.").secret(),
    variable("ARCHESTRA_DATABASE_POOL_MAX", check::positive, "50", "The most database connections kept.").or("20"),
    variable("ARCHESTRA_DATABASE_STATEMENT_TIMEOUT_MILLIS", check::positive, "30000",
        "How long one statement may take, in milliseconds.").or("30000"),
    variable("ARCHESTRA_DATABASE_URL_VAULT_REF", check::vault_reference, "secret/data/archestra:database_url",
        "Where in Vault the database URL is, as path:key. It wins over the URL itself."),
    variable("ARCHESTRA_DATA_DIR", check::any, "/var/lib/archestra",
        "Where the program keeps its own data: its PostgreSQL, its secret, its spool."),
    variable("ARCHESTRA_POSTGRES_DIR", check::any, "/usr/lib/postgresql/18",
        "The PostgreSQL installation to run, if it is not the bundled one."),
    variable("ARCHESTRA_POSTGRES_DATA_DIR", check::any, "/var/lib/postgresql/data",
        "Where the program's own PostgreSQL keeps its data, instead of `postgres` in the data directory. A database that \
         is there already stays there."),
    variable("ARCHESTRA_API_BASE_URL", check::http_url, "http://localhost:9001",
        "What clients put before /v1/…; its port is the one listened on.").or("http://localhost:9000"),
    variable("ARCHESTRA_FRONTEND_URL", check::http_url, "https://archestra.example.com",
        "Where people open the UI; a local one's port is listened on.").or("http://localhost:3000"),
    variable("ARCHESTRA_BIND_ADDRESS", check::ip_address, "0.0.0.0",
        "The address to listen on. Anything but loopback can be reached from other machines.").or("127.0.0.1"),
    variable("HOSTNAME", check::any, "0.0.0.0", "Taken as the bind address if it is an IP address."),
    variable("ARCHESTRA_METRICS_PORT", check::port, "9050", "The port of /metrics.").or("9050"),
    variable("ARCHESTRA_TRUST_PROXY", check::boolean, "true",
        "Believe X-Forwarded-For of a reverse proxy in front.").or("false"),
    variable("ARCHESTRA_AUTH_ADDITIONAL_TRUSTED_ORIGINS", check::any, "https://a.example.com,https://b.example.com",
        "More origins whose pages may use this server, separated by commas."),
    variable("ARCHESTRA_API_RATE_LIMIT", check::count, "30000",
        "How many requests to /api a key, a session or an address may make in a minute, of each process; 0: any number.")
        .or("30000"),
    // Signing in.
    variable("ARCHESTRA_AUTH_RATE_LIMIT", check::count, "300",
        "How often one address may begin to sign in, in a minute, of each process; 0: as often as it likes.").or("300"),
    variable("ARCHESTRA_AUTH_COOKIE_DOMAIN", check::any, "example.com",
        "The cookie's domain, when UI and API are on different subdomains."),
    variable("ARCHESTRA_AUTH_SECRET", check::auth_secret, "a-random-text-of-at-least-32-characters",
        "Signs and encrypts; generated once into the data directory if not set.").secret(),
    variable("ARCHESTRA_AUTH_SECRET_PREVIOUS", check::auth_secret, "the-random-text-that-was-there-before",
        "The auth secret before the present one: what it encrypted is encrypted anew at the start. Remove it afterwards.")
        .secret(),
    variable("ARCHESTRA_AUTH_ADMIN_EMAIL", check::email, "admin@example.com",
        "The first administrator, created on the first start.").or("admin@localhost.ai"),
    variable("ARCHESTRA_AUTH_ADMIN_PASSWORD", check::password, "a good password",
        "Their password, set once, on the first start.").or("password").secret(),
    variable("ARCHESTRA_AUTH_DISABLE_BASIC_AUTH", check::boolean, "true",
        "No signing in with email and password, as soon as an identity provider works.").or("false"),
    variable("ARCHESTRA_AUTH_TRUSTED_SSO_PROVIDER_IDS", check::any, "Keycloak,Corp",
        "Identity providers, beside the presets, whose verified addresses open accounts that are here already."),
    variable("ARCHESTRA_AUTH_DISABLE_INVITATIONS", check::boolean, "true", "No invitations.").or("false"),
    // Providers.
    variable("ARCHESTRA_OPENAI_BASE_URL", check::http_url, "https://api.openai.com/v1", "Where OpenAI calls go.")
        .or("https://api.openai.com/v1"),
    variable("ARCHESTRA_ANTHROPIC_BASE_URL", check::http_url, "https://api.anthropic.com", "Where Anthropic calls go.")
        .or("https://api.anthropic.com"),
    variable("ARCHESTRA_GEMINI_BASE_URL", check::http_url, "https://generativelanguage.googleapis.com",
        "Where Gemini calls go, unless Vertex AI is on.").or("https://generativelanguage.googleapis.com"),
    variable("ARCHESTRA_GEMINI_VERTEX_AI_ENABLED", check::boolean, "true",
        "Send Gemini calls to Vertex AI with the server's Google credentials.").or("false"),
    variable("ARCHESTRA_GEMINI_VERTEX_AI_PROJECT", check::word, "my-gcp-project-123",
        "The Google Cloud project; required with Vertex AI."),
    variable("ARCHESTRA_GEMINI_VERTEX_AI_LOCATION", check::word, "europe-west1", "The Google Cloud location.")
        .or("us-central1"),
    variable("ARCHESTRA_GEMINI_VERTEX_AI_CREDENTIALS_FILE", check::file, "/path/to/service-account-key.json",
        "A service-account key; otherwise Application Default Credentials."),
    variable("ARCHESTRA_GEMINI_VERTEX_AI_BASE_URL", check::http_url, "https://europe-west1-aiplatform.googleapis.com",
        "A private Vertex AI endpoint, instead of the location's public one."),
    variable("ARCHESTRA_CHAT_OPENAI_API_KEY", check::any, "sk-…",
        "OpenAI's key for callers who authenticate with an archestra_ key.").secret(),
    variable("ARCHESTRA_CHAT_ANTHROPIC_API_KEY", check::any, "sk-ant-…",
        "Anthropic's key for callers who authenticate with an archestra_ key.").secret(),
    variable("ARCHESTRA_CHAT_GEMINI_API_KEY", check::any, "AIza…",
        "Gemini's key for callers who authenticate with an archestra_ key.").secret(),
    variable("ARCHESTRA_LOCAL_MODEL_SERVERS", check::boolean, "false",
        "Look for Ollama (port 11434) and LM Studio (port 1234) on this machine, and let keys lead there.").or("true"),
    variable("ARCHESTRA_API_BODY_LIMIT", check::size, "50MB", "The largest request body of a model call.").or("50MB"),
    variable("ARCHESTRA_LLM_PROXY_UPSTREAM_TIMEOUT_MS", check::positive, "300000",
        "How long a provider may stay silent, in milliseconds.").or("300000"),
    variable("ARCHESTRA_LLM_LOGS_RETENTION_DAYS", check::count, "90",
        "How long model calls are kept, in days; 0 keeps them for ever.").or("90"),
    variable("ARCHESTRA_BACKUP_INTERVAL_HOURS", check::count, "24",
        "How often a backup is made of the program's own PostgreSQL, of which seven are kept; 0 makes none.").or("24"),
    variable("ARCHESTRA_DRAIN_SECONDS", check::count, "5",
        "How long requests are still taken after a stop was asked for, while /ready says that none should be sent: set \
         it where a load balancer must first look elsewhere.").or("0"),
    // Running MCP servers.
    variable("ARCHESTRA_ORCHESTRATOR_K8S_NAMESPACE", check::word, "archestra-mcp", "Where MCP server pods run.")
        .or("default"),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_BASE_IMAGE", check::word, "registry.example.com/mcp-server-base:1",
        "The image that runs npx and uvx commands; built here if it cannot be pulled.").or(super::runtimes::BASE_IMAGE),
    variable("ARCHESTRA_ORCHESTRATOR_K8S_CLUSTER_DOMAIN", check::word, "cluster.local",
        "The suffix of all names of Services in the cluster.").or("cluster.local"),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_CPU_REQUEST", check::quantity, "50m",
        "Processors that a pod of an MCP server is promised.").or("50m"),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_CPU_LIMIT", check::quantity, "500m",
        "Processors that such a pod may use, by default one; 0: any number."),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_MEMORY_REQUEST", check::quantity, "128Mi",
        "Memory that such a pod is promised.").or("128Mi"),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_MEMORY_LIMIT", check::quantity, "1Gi",
        "Memory that such a pod may use, by default 512Mi; 0: any amount."),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_EPHEMERAL_STORAGE_REQUEST", check::quantity, "256Mi",
        "Disk that such a pod is promised.").or("256Mi"),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_SERVER_EPHEMERAL_STORAGE_LIMIT", check::quantity, "2Gi",
        "Disk that such a pod may use; 0: any amount.").or("1Gi"),
    variable("ARCHESTRA_ORCHESTRATOR_ALLOW_PROCESSES", check::boolean, "true",
        "Whether MCP servers may run as processes of this machine where there are no containers; by default in the window only."),
    variable("DOCKER_HOST", check::any, "unix:///run/user/1000/docker.sock",
        "Where the container engine is; by default its usual sockets are looked at."),
    variable("ARCHESTRA_MCP_REGISTRY_URL", check::http_url, "https://registry.example.com/v0.1/servers",
        "The list of servers to choose from, as the official MCP registry serves it.")
        .or("https://registry.modelcontextprotocol.io/v0.1/servers"),
    variable("ARCHESTRA_MCP_ALLOWED_NETWORKS", check::networks, "10.0.0.0/8,mcp.internal,*.corp.example",
        "Networks and names that remote MCP servers may have although they are not public."),
    variable("ARCHESTRA_MCP_GATEWAY_TOOL_CALL_TIMEOUT_MS", check::positive, "60000",
        "How long a tool call may be silent, in milliseconds.").or("60000"),
    variable("ARCHESTRA_ORCHESTRATOR_LOAD_KUBECONFIG_FROM_CURRENT_CLUSTER", check::boolean, "false",
        "Use the cluster the program itself runs in, if it runs in one.").or("true"),
    variable("ARCHESTRA_ORCHESTRATOR_KUBECONFIG", check::any, "/path/to/kubeconfig",
        "A kubeconfig of the cluster that MCP servers run in. Without it, and outside of a cluster, they run in containers of this machine."),
    variable("ARCHESTRA_ORCHESTRATOR_MCP_K8S_SERVICE_ACCOUNT_NAME", check::word, "archestra-platform-mcp-k8s-operator",
        "The service account of MCP servers that talk to Kubernetes.").or("archestra-platform-mcp-k8s-operator").later(),
    // Observing.
    variable("ARCHESTRA_OTEL_EXPORTER_OTLP_ENDPOINT", check::http_url, "http://localhost:4318/v1/traces",
        "Where traces go, as OTLP over HTTP; /v1/traces is added if it is missing. Without a value, traces are made only while something listens at the default.")
        .or("http://localhost:4318/v1/traces"),
    variable("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_USERNAME", check::any, "user", "Basic authentication for traces, with a password."),
    variable("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_PASSWORD", check::any, "password", "Basic authentication for traces, with a user name.")
        .secret(),
    variable("ARCHESTRA_OTEL_EXPORTER_OTLP_AUTH_BEARER", check::any, "token", "Bearer token for traces; wins over basic.")
        .secret(),
    variable("ARCHESTRA_OTEL_TRACES_SAMPLE_RATE", check::share, "0.1",
        "The share of traces that is kept, 0 to 1. A caller who began a trace decides about it.").or("1"),
    variable("ARCHESTRA_OTEL_CAPTURE_CONTENT", check::boolean, "true",
        "Put what models and tools are sent and answer into traces. It may be private.").or("false"),
    variable("ARCHESTRA_OTEL_CONTENT_MAX_LENGTH", check::positive, "10000", "So many characters of each of them.").or("10000"),
    variable("ARCHESTRA_OTEL_VERBOSE_TRACING", check::boolean, "true",
        "Trace requests of the admin API and of pages, too, not only those to models, tools and the chat.").or("false"),
    variable("OTEL_SERVICE_NAME", check::any, "archestra-eu", "What traces call this program.").or("archestra"),
    variable("ARCHESTRA_ANALYTICS", check::on_off, "disabled",
        "Usage figures: even when enabled, nothing is sent before someone agreed in the UI and a destination is set.")
        .or("enabled"),
    variable("ARCHESTRA_LOGGING_LEVEL", check::level, "debug", "trace, debug, info, warn, error or fatal.").or("info"),
    variable("ARCHESTRA_LOGGING_FORMAT", check::format, "json",
        "json or pretty; by default pretty on a terminal and json elsewhere."),
    variable("ARCHESTRA_METRICS_SECRET", check::any, "a-secret", "The bearer token of /metrics; empty: none is needed.")
        .or("archestra-metrics-secret").secret(),
    // Secrets.
    variable("ARCHESTRA_SECRETS_MANAGER", check::secrets_manager, "VAULT",
        "Where new secrets go: DB, KEYRING (of the operating system), VAULT or READONLY_VAULT.").or("DB"),
    variable("ARCHESTRA_SECRETS_STRICT", check::boolean, "true",
        "Refuse to start where the store that was asked for can't be used, instead of keeping secrets in the database.")
        .or("false"),
    variable("ARCHESTRA_HASHICORP_VAULT_ADDR", check::http_url, "http://localhost:8200", "Vault's address."),
    variable("ARCHESTRA_HASHICORP_VAULT_NAMESPACE", check::word, "teams/platform", "The namespace within Vault."),
    variable("ARCHESTRA_HASHICORP_VAULT_CACERT", check::any, "/etc/ssl/vault-ca.pem",
        "Certificates in PEM that sign Vault's, beside those that the system trusts."),
    variable("ARCHESTRA_HASHICORP_VAULT_AUTH_METHOD", check::vault_auth, "K8S", "TOKEN, K8S or AWS.").or("TOKEN"),
    variable("ARCHESTRA_HASHICORP_VAULT_TOKEN", check::any, "hvs.…", "Vault's token.").secret(),
    variable("ARCHESTRA_HASHICORP_VAULT_KV_VERSION", check::kv_version, "2", "1 or 2.").or("2"),
    variable("ARCHESTRA_HASHICORP_VAULT_SECRET_PATH", check::any, "secret/data/archestra",
        "The prefix of secrets in Vault; by default secret/data/archestra, in KV 1 secret/archestra."),
    variable("ARCHESTRA_HASHICORP_VAULT_SECRET_METADATA_PATH", check::any, "secret/metadata/archestra",
        "The prefix of their metadata in KV 2; by default the other with /metadata/ for /data/."),
    variable("ARCHESTRA_HASHICORP_VAULT_K8S_ROLE", check::any, "archestra", "The role to log in to Vault with."),
    variable("ARCHESTRA_HASHICORP_VAULT_K8S_TOKEN_PATH", check::any, "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "The service-account token.").or("/var/run/secrets/kubernetes.io/serviceaccount/token"),
    variable("ARCHESTRA_HASHICORP_VAULT_K8S_MOUNT_POINT", check::any, "kubernetes", "Where the method is mounted.")
        .or("kubernetes"),
    variable("ARCHESTRA_HASHICORP_VAULT_AWS_ROLE", check::any, "archestra", "The role to log in to Vault with."),
    variable("ARCHESTRA_HASHICORP_VAULT_AWS_MOUNT_POINT", check::any, "aws", "Where the method is mounted.").or("aws"),
    variable("ARCHESTRA_HASHICORP_VAULT_AWS_REGION", check::any, "eu-west-1", "The AWS region.").or("us-east-1"),
    variable("ARCHESTRA_HASHICORP_VAULT_AWS_STS_ENDPOINT", check::http_url, "https://sts.eu-west-1.amazonaws.com",
        "The AWS STS endpoint.").or("https://sts.amazonaws.com"),
    variable("ARCHESTRA_HASHICORP_VAULT_AWS_IAM_SERVER_ID", check::any, "vault.example.com",
        "The X-Vault-AWS-IAM-Server-ID header."),
    variable("ARCHESTRA_ENTERPRISE_LICENSE_ACTIVATED", check::boolean, "true",
        "Accepted for compatibility: there is nothing to unlock.").or("false"),
];
