//! Passwords: argon2id with the library's recommended cost, off the async threads.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::ApiError;

/// The published one, which anybody can try.
pub const DEFAULT: &str = "password";
pub const MIN_LENGTH: usize = 8;
const MAX_LENGTH: usize = 256;

/// Each hash takes 19 MiB: a flood of sign-ins must not take them all at once.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// What an unknown account is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody's password").unwrap_or_default());

pub fn check_strength(password: &str) -> Result<(), ApiError> {
    let length = password.chars().count();
    if (MIN_LENGTH..=MAX_LENGTH).contains(&length) {
        return Ok(());
    }
    Err(ApiError::Validation(format!(
        "A password has {MIN_LENGTH} to {MAX_LENGTH} characters; this one has {length}."
    )))
}

/// A PHC string.
pub async fn hash(password: String) -> Result<String, ApiError> {
    let _permit = AT_ONCE.acquire().await.map_err(ApiError::internal)?;
    spawn_blocking(move || hash_now(&password))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}

/// False for a wrong password, for an account without one and for no account at all, all in the same time.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, ApiError> {
    let _permit = AT_ONCE.acquire().await.map_err(ApiError::internal)?;
    let check = move || {
        let stored = hash.as_deref().unwrap_or(&NOBODY);
        let matches = PasswordHash::new(stored).is_ok_and(|stored| {
            Argon2::default()
                .verify_password(password.as_bytes(), &stored)
                .is_ok()
        });
        matches && hash.is_some()
    };
    spawn_blocking(check).await.map_err(ApiError::internal)
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())?
        .to_string())
}
