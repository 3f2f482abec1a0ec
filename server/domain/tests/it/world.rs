//! What the tests share: a platform with a person and an agent in it, and catalog items.

use std::sync::Arc;

use chrono::Utc;
use db::mcp_catalog::CatalogItem;
use db::mcp_servers::McpServer;
use domain::clock::{Clock as _, SystemClock};
use domain::servers::{NewServer, Scope, Servers, Values};
use mcp::client::CallOptions;
use runtimes::runtime::Runtime;
use serde_json::{Value, json};
use testkit::platform::{ORGANIZATION, Options, TestPlatform};
use testkit::wait;
use uuid::Uuid;

pub(crate) const ANN: &str = "ann";

pub(crate) struct World {
    pub(crate) test: TestPlatform,
}

impl World {
    pub(crate) async fn start(runtimes: Vec<Arc<dyn Runtime>>) -> Self {
        let mut options = Options::with_upstream(&"http://localhost:1".parse().unwrap());
        options.runtimes = runtimes;
        let test = TestPlatform::start(options).await.unwrap();
        let user = db::users::User {
            id: ANN.to_owned(),
            name: "Ann".to_owned(),
            email: "ann@example.com".to_owned(),
            role: "admin".to_owned(),
            password_hash: None,
            password_is_default: false,
            created_at: now(),
        };
        db::users::insert(&test.platform.db, &user).await.unwrap();
        test.follow();
        Self { test }
    }

    pub(crate) fn servers(&self) -> &Arc<Servers> {
        &self.test.platform.servers
    }

    pub(crate) fn db(&self) -> &db::Db {
        &self.test.platform.db
    }

    pub(crate) async fn local(&self, name: &str, config: Value) -> CatalogItem {
        let mut item = item(name, "local");
        item.local_config = Some(config);
        db::mcp_catalog::insert(self.db(), &item).await.unwrap();
        item
    }

    pub(crate) async fn remote(&self, name: &str, url: &str) -> CatalogItem {
        let mut item = item(name, "remote");
        item.server_url = Some(url.to_owned());
        db::mcp_catalog::insert(self.db(), &item).await.unwrap();
        item
    }

    pub(crate) async fn install(&self, item: &CatalogItem) -> McpServer {
        self.servers().install(new(item)).await.unwrap()
    }

    pub(crate) async fn row(&self, id: Uuid) -> Option<McpServer> {
        db::mcp_servers::find(self.db(), id).await.unwrap()
    }

    /// Waits until its status is this; tells what it was instead.
    pub(crate) async fn until(&self, id: Uuid, status: &str) -> McpServer {
        wait::until(&format!("{id} is {status}"), async || {
            let row = self.row(id).await?;
            (row.status == status).then_some(row)
        })
        .await
    }

    pub(crate) async fn call(&self, id: Uuid, tool: &str, arguments: Value) -> String {
        self.try_call(id, tool, arguments).await.unwrap()
    }

    pub(crate) async fn try_call(
        &self,
        id: Uuid,
        tool: &str,
        arguments: Value,
    ) -> anyhow::Result<String> {
        let client = self.servers().connection(id).await?;
        let params = json!({"name": tool, "arguments": arguments});
        let params = serde_json::value::to_raw_value(&params).unwrap();
        let result = client
            .request("tools/call", Some(params), CallOptions::default())
            .await?;
        Ok(result.get().to_owned())
    }

    pub(crate) async fn tools(&self) -> Vec<db::tools::Tool> {
        db::tools::all(self.db()).await.unwrap()
    }
}

pub(crate) fn now() -> chrono::DateTime<Utc> {
    SystemClock.now()
}

fn item(name: &str, server_type: &str) -> CatalogItem {
    CatalogItem {
        server_type: server_type.to_owned(),
        ..domain::catalog::new(ORGANIZATION, name, now())
    }
}

pub(crate) fn new(item: &CatalogItem) -> NewServer {
    NewServer {
        id: None,
        catalog_id: item.id,
        name: item.name.clone(),
        owner_id: ANN.to_owned(),
        scope: Scope::Personal,
        runtime: None,
        cluster_id: None,
        service_account: None,
        secret_id: None,
        access_token: None,
        values: Values::default(),
        are_references: false,
        agent_ids: Vec::new(),
    }
}
