//! What MCP clients authenticate with: one token for the organization, one a team, one a person, each made on first ask.

use chrono::{DateTime, Utc};
use db::Db;
use db::tokens::Token;
use secrecy::{ExposeSecret as _, SecretString};
use secrets::{Fields, Secrets};
use uuid::Uuid;

use crate::api_keys::{PREFIX, digest};

/// How much of a token is kept to recognise it by: the prefix and four characters.
const START: usize = PREFIX.len() + 4;
const FIELD: &str = "token";

/// Whose token.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    Organization,
    Team(Uuid),
    User(&'a str),
}

impl Owner<'_> {
    fn columns(&self) -> (&'static str, Option<Uuid>, Option<&str>) {
        match *self {
            Self::Organization => ("organization", None, None),
            Self::Team(team) => ("team", Some(team), None),
            Self::User(user) => ("user", None, Some(user)),
        }
    }
}

/// The owner's token; `name` is for one that is made now.
pub async fn ensure(
    db: &Db,
    secrets: &Secrets,
    owner: Owner<'_>,
    name: &str,
    now: DateTime<Utc>,
) -> secrets::Result<Token> {
    let (kind, team_id, user_id) = owner.columns();
    if let Some(token) = db::tokens::of_owner(db, kind, team_id, user_id).await? {
        return Ok(token);
    }
    let value = new_value();
    let token = Token {
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        team_id,
        user_id: user_id.map(str::to_owned),
        name: name.to_owned(),
        start: start(&value),
        token_hash: digest(value.expose_secret()).to_vec(),
        secret_id: Uuid::now_v7(),
        created_at: now,
        last_used_at: None,
        rotated_at: None,
    };
    keep(secrets, &token, value).await?;
    match db::tokens::insert(db, &token).await {
        Ok(()) => Ok(token),
        // Another replica, or another request, was faster.
        Err(db::Error::Conflict(cause)) => {
            secrets.delete(token.secret_id).await?;
            let theirs = db::tokens::of_owner(db, kind, team_id, user_id).await?;
            Ok(theirs.ok_or(db::Error::Conflict(cause))?)
        }
        Err(error) => {
            secrets.delete(token.secret_id).await?;
            Err(error.into())
        }
    }
}

/// The token itself, for those who may see it again.
pub async fn value(secrets: &Secrets, token: &Token) -> secrets::Result<Option<SecretString>> {
    secrets.field(token.secret_id, FIELD).await
}

/// Another value from now on; the old one is refused at once. `None` if there is no such token.
pub async fn rotate(
    db: &Db,
    secrets: &Secrets,
    id: Uuid,
    now: DateTime<Utc>,
) -> secrets::Result<Option<SecretString>> {
    let Some(token) = db::tokens::find(db, id).await? else {
        return Ok(None);
    };
    let value = new_value();
    keep(secrets, &token, value.clone()).await?;
    let hash = digest(value.expose_secret());
    db::tokens::replace_value(db, id, &start(&value), &hash, now).await?;
    Ok(Some(value))
}

async fn keep(secrets: &Secrets, token: &Token, value: SecretString) -> secrets::Result<()> {
    let fields = Fields::from([(FIELD.to_owned(), value)]);
    secrets.put(token.secret_id, "mcp-token", &fields).await
}

/// 244 random bits.
fn new_value() -> SecretString {
    let (one, other) = (Uuid::new_v4().simple(), Uuid::new_v4().simple());
    SecretString::from(format!("{PREFIX}{one}{other}"))
}

fn start(value: &SecretString) -> String {
    value.expose_secret().chars().take(START).collect()
}
