//! Taking somebody out, with all that was theirs alone.

use db::mcp_servers::{McpServer, ServerFilter};
use db::members::Change;
use db::provider_keys::ProviderKey;
use db::tokens::Token;
use db::two_factor::TwoFactor;

use crate::platform::Platform;
use crate::provider_keys;

/// Sessions, keys, tokens and conversations go with the person; installations and provider keys that were theirs alone
/// end as well. `allowed` says whether somebody with this role may be removed.
pub async fn remove<E: From<db::Error>>(
    platform: &Platform,
    user_id: &str,
    allowed: impl FnOnce(&str) -> Result<(), E>,
) -> Result<Change, E> {
    let left = Left::of(platform, user_id).await?;
    let change = db::members::delete(&platform.db, user_id, allowed).await?;
    if change == Change::Done {
        platform.snapshot.refresh(&platform.db).await?;
        left.end(platform, user_id).await;
    }
    Ok(change)
}

/// What is somebody's alone and has to be ended, not only forgotten.
struct Left {
    servers: Vec<McpServer>,
    keys: Vec<ProviderKey>,
    token: Option<Token>,
    second_factor: Option<TwoFactor>,
}

impl Left {
    async fn of(platform: &Platform, user_id: &str) -> db::Result<Self> {
        let (db, all) = (&platform.db, ServerFilter::default());
        let (mut servers, mut keys, token, second_factor) = tokio::try_join!(
            db::mcp_servers::list(db, &all),
            db::provider_keys::list(db),
            db::tokens::of_owner(db, "user", None, Some(user_id)),
            db::two_factor::find(db, user_id),
        )?;
        servers.retain(|server| {
            server.scope == "personal" && server.owner_id.as_deref() == Some(user_id)
        });
        keys.retain(|key| key.scope == "personal" && key.user_id.as_deref() == Some(user_id));
        Ok(Self {
            servers,
            keys,
            token,
            second_factor,
        })
    }

    /// The person is gone by now, so what fails here is said and left to administrators, who see it.
    async fn end(self, platform: &Platform, user_id: &str) {
        let say = |what: &str, error: &dyn std::error::Error| {
            tracing::warn!(user_id, what, %error, "something of a removed member is left");
        };
        for server in self.servers {
            if let Err(error) = platform.servers.delete(server.id).await {
                say("MCP server", &error);
            }
        }
        for key in self.keys {
            if let Err(error) = provider_keys::delete(platform, &key).await {
                say("provider key", &error);
            }
        }
        if let Some(token) = self.token
            && let Err(error) = platform.secrets.delete(token.secret_id).await
        {
            say("token", &error);
        }
        if let Some(second_factor) = self.second_factor
            && let Err(error) = platform.secrets.delete(second_factor.secret_id).await
        {
            say("second factor", &error);
        }
    }
}
