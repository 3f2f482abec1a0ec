//! Finds the addresses of a name, and only those that may be connected to.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec;

use domain::upstreams::AddressGuard;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::Service;
use url::Url;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Without a guard, the operating system's answer counts: the configuration may lead where it wants.
#[derive(Clone)]
pub(crate) struct Addresses {
    system: GaiResolver,
    guard: Option<AddressGuard>,
}

impl Addresses {
    pub(super) fn new(guard: Option<AddressGuard>) -> Self {
        Self {
            system: GaiResolver::new(),
            guard,
        }
    }
}

impl Service<Name> for Addresses {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.system.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let guard = self.guard.clone();
        let mut system = self.system.clone();
        Box::pin(async move {
            let found = match guard {
                Some(guard) => {
                    let url = Url::parse(&format!("http://{name}/"))?;
                    guard.resolve(&url).await?
                }
                None => system.call(name).await?.collect(),
            };
            Ok(found.into_iter())
        })
    }
}
