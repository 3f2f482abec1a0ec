//! Which addresses a URL that came from outside may lead to: none of this machine, of its networks or of a cloud's
//! metadata, unless an administrator allows it.
//!
//! The check is made on the address that is then connected to: names are resolved once, what is refused is taken out, and
//! only the rest reaches the connector (`crate::http`). Redirects are checked again.

mod allow;
mod ranges;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use url::{Host, Url};

pub use allow::Allow;

/// Finds the addresses of a name.
#[async_trait]
pub trait Resolve: Send + Sync {
    async fn resolve(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("`{0}` is not an address of a server: {1}")]
    Url(String, String),
    #[error(
        "`{host}` is not allowed: {address} is {kind}. An administrator can allow it by its name or its network"
    )]
    Address {
        host: String,
        address: IpAddr,
        kind: &'static str,
    },
    #[error("the name `{host}` was not found: {cause}")]
    NotFound { host: String, cause: String },
    #[error("the server redirects to `{to}`, which is refused: {cause}")]
    Redirect { to: String, cause: String },
}

#[derive(Clone)]
pub struct AddressGuard {
    allow: Arc<Allow>,
    resolver: Arc<dyn Resolve>,
}

/// The resolver of the operating system.
struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

impl AddressGuard {
    pub fn new(allow: Allow) -> Self {
        Self::with_resolver(allow, Arc::new(SystemResolver))
    }

    pub fn with_resolver(allow: Allow, resolver: Arc<dyn Resolve>) -> Self {
        Self {
            allow: Arc::new(allow),
            resolver,
        }
    }

    /// What can be said without asking a resolver: the scheme, the host's form, and a literal address.
    pub fn check_url(&self, url: &Url) -> Result<(), Refused> {
        let fault = |cause: &str| Err(Refused::Url(shown(url), cause.to_owned()));
        if !matches!(url.scheme(), "http" | "https") {
            return fault("only http and https are spoken");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return fault(
                "a user name or a password in the URL could end up in a log; give them as a header",
            );
        }
        if url.port() == Some(0) {
            return fault("port 0 does not exist");
        }
        match url.host() {
            None => fault("it names no host"),
            Some(Host::Domain(_)) => Ok(()),
            Some(Host::Ipv4(address)) => self.check("", IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => self.check("", IpAddr::V6(address)),
        }
    }

    /// The addresses that may be connected to for this URL; never empty.
    pub async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, Refused> {
        self.check_url(url)?;
        let port = url.port_or_known_default().unwrap_or_default();
        let addresses = match url.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Some(Host::Domain(name)) => self.resolve_name(name).await?,
            None => Vec::new(),
        };
        let with_port = addresses.into_iter().map(|ip| SocketAddr::new(ip, port));
        Ok(with_port.collect())
    }

    /// The allowed ones among a name's addresses; never empty.
    pub(crate) async fn resolve_name(&self, name: &str) -> Result<Vec<IpAddr>, Refused> {
        let not_found = |cause: String| Refused::NotFound {
            host: name.to_owned(),
            cause,
        };
        let found = self.resolver.resolve(name).await;
        let found = found.map_err(|error| not_found(error.to_string()))?;
        let mut allowed = Vec::new();
        let mut refused = not_found("it has no address".to_owned());
        for address in found {
            match self.check(name, address) {
                Ok(()) => allowed.push(address),
                Err(error) => refused = error,
            }
        }
        if allowed.is_empty() {
            return Err(refused);
        }
        Ok(allowed)
    }

    fn check(&self, name: &str, address: IpAddr) -> Result<(), Refused> {
        let Some(kind) = ranges::kind(address) else {
            return Ok(());
        };
        if self.allow.covers(name, address, kind) {
            return Ok(());
        }
        let host = if name.is_empty() {
            address.to_string()
        } else {
            name.to_owned()
        };
        Err(Refused::Address {
            host,
            address,
            kind: kind.text(),
        })
    }
}

/// A URL without what may be secret in it.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for URLs that cannot have the part.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_query(None);
    shown.to_string()
}
