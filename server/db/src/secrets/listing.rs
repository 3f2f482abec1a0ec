//! The list of secrets for people: names, places and users; values never.

use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::Secret;
use crate::{Db, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretSort {
    #[default]
    Name,
    Kind,
    Store,
    CreatedAt,
    UpdatedAt,
}

#[derive(Debug, Clone, Default)]
pub struct SecretFilter {
    pub search: Option<String>,
    pub store: Option<String>,
    pub kind: Option<String>,
    pub sort: SecretSort,
    pub descending: bool,
    pub limit: i64,
    pub offset: i64,
}

/// A secret and the names of its fields, each with its reference if it is one.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    #[sqlx(flatten)]
    pub secret: Secret,
    /// `mcpServer`, `mcpCatalog`, `cluster`, `token`, `oauth`, `providerKey`, `identityProvider`, `twoFactor` or `other`,
    /// by its first user or its name.
    pub kind: String,
    pub fields: Vec<String>,
    pub references: Vec<Option<String>>,
    pub total: i64,
}

/// Who uses a secret.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct User {
    pub secret_id: Uuid,
    pub kind: String,
    pub id: String,
    pub name: String,
}

/// One line for each column that holds the id of a secret.
const USERS: &str = "
    SELECT secret_id, 'mcpServer' AS kind, id::text AS id, name FROM mcp_servers WHERE secret_id IS NOT NULL
    UNION ALL SELECT client_secret_id, 'mcpCatalog', id::text, name FROM mcp_catalog WHERE client_secret_id IS NOT NULL
    UNION ALL SELECT local_config_secret_id, 'mcpCatalog', id::text, name FROM mcp_catalog WHERE local_config_secret_id IS NOT NULL
    UNION ALL SELECT secret_id, 'cluster', id::text, name FROM clusters WHERE secret_id IS NOT NULL
    UNION ALL SELECT secret_id, 'token', id::text, name FROM tokens
    UNION ALL SELECT secret_id, 'providerKey', id::text, name FROM provider_keys WHERE secret_id IS NOT NULL
    UNION ALL SELECT secret_id, 'oauth', secret_id::text, 'sign-in under way' FROM oauth_flows
    UNION ALL SELECT secret_id, 'identityProvider', id::text, provider_id FROM identity_providers WHERE secret_id IS NOT NULL
    UNION ALL SELECT secret_id, 'twoFactor', user_id, users.email FROM two_factor JOIN users ON users.id = user_id
";

/// What a secret without a user was made for.
const KIND_BY_NAME: &str = "CASE
    WHEN name LIKE 'provider-key%' THEN 'providerKey' WHEN name LIKE 'mcp-server%' THEN 'mcpServer'
    WHEN name LIKE 'mcp-catalog%' THEN 'mcpCatalog' WHEN name LIKE 'mcp-token%' THEN 'token'
    WHEN name LIKE 'cluster%' THEN 'cluster' WHEN name LIKE 'oauth%' THEN 'oauth'
    WHEN name LIKE 'identity provider %' THEN 'identityProvider' WHEN name LIKE 'second factor of %' THEN 'twoFactor'
    ELSE 'other' END";

fn select() -> QueryBuilder<Postgres> {
    QueryBuilder::new(format!(
        "SELECT *, count(*) OVER () AS total FROM (
             SELECT s.*, coalesce(u.kind, {KIND_BY_NAME}) AS kind,
                 ARRAY(SELECT field FROM secret_fields WHERE secret_id = s.id ORDER BY field) AS fields,
                 ARRAY(SELECT reference FROM secret_fields WHERE secret_id = s.id ORDER BY field) AS references
             FROM secrets s LEFT JOIN (SELECT secret_id, min(kind) AS kind FROM ({USERS}) AS users GROUP BY 1) u
                 ON u.secret_id = s.id
             WHERE s.id <> '00000000-0000-0000-0000-000000000000') AS listed WHERE true"
    ))
}

/// A page, and in each row how many there are.
pub async fn list(db: &Db, filter: &SecretFilter) -> Result<Vec<Listed>> {
    let mut query = select();
    if let Some(search) = &filter.search {
        query
            .push(" AND position(lower(")
            .push_bind(search)
            .push(") IN lower(name)) > 0");
    }
    for (column, value) in [("store", &filter.store), ("kind", &filter.kind)] {
        if let Some(value) = value {
            query
                .push(" AND ")
                .push(column)
                .push(" = ")
                .push_bind(value);
        }
    }
    let column = match filter.sort {
        SecretSort::Name => "lower(name)",
        SecretSort::Kind => "kind",
        SecretSort::Store => "store",
        SecretSort::CreatedAt => "created_at",
        SecretSort::UpdatedAt => "updated_at",
    };
    let direction = if filter.descending { " DESC" } else { " ASC" };
    query.push(" ORDER BY ").push(column).push(direction);
    query.push(", id LIMIT ").push_bind(filter.limit);
    query.push(" OFFSET ").push_bind(filter.offset);
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

pub async fn one(db: &Db, id: Uuid) -> Result<Option<Listed>> {
    let mut query = select();
    query.push(" AND id = ").push_bind(id);
    Ok(query.build_query_as().fetch_optional(&db.pool).await?)
}

/// The users of these secrets.
pub async fn users(db: &Db, secrets: &[Uuid]) -> Result<Vec<User>> {
    let mut query = QueryBuilder::<Postgres>::new(format!(
        "SELECT * FROM ({USERS}) AS users WHERE secret_id = ANY("
    ));
    query.push_bind(secrets).push(") ORDER BY kind, name, id");
    Ok(query.build_query_as().fetch_all(&db.pool).await?)
}

/// How many secrets each store holds.
pub async fn count_by_store(db: &Db) -> Result<Vec<(String, i64)>> {
    Ok(sqlx::query_as(
        "SELECT store, count(*) FROM secrets
         WHERE id <> '00000000-0000-0000-0000-000000000000' GROUP BY store",
    )
    .fetch_all(&db.pool)
    .await?)
}
