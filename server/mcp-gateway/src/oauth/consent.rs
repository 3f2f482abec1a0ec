//! `POST …/consent`: what the user decided, and the code that the client gets for it.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use domain::api_keys::digest;
use http::header::ORIGIN;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

use super::authorize::{PURPOSE, Pending, answer_url, check_access, scopes, signed_in};
use super::{origin, page};
use crate::Gateway;

/// A client trades its code in at once (RFC 6749, section 4.1.2, allows ten minutes).
const CODE_SECONDS: i64 = 60;

#[derive(Deserialize)]
pub(super) struct Decision {
    request: String,
    decision: String,
}

pub(super) async fn decide(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    Form(decision): Form<Decision>,
) -> Response {
    let issuer = origin(&gateway.platform.settings, &headers);
    let foreign = headers
        .get(ORIGIN)
        .is_some_and(|origin| origin.as_bytes() != issuer.as_bytes());
    let now = gateway.platform.clock.now();
    let pending: Option<Pending> = gateway.signer.open(PURPOSE, &decision.request);
    let pending = pending.filter(|pending| pending.expires > now.timestamp() && !foreign);
    let Some(pending) = pending else {
        let text =
            "This request has expired or is not this server's. Start again from the program.";
        return page::fault(StatusCode::BAD_REQUEST, text);
    };
    let user = match signed_in(&gateway, &headers).await {
        Ok(Some((user, session))) if user.id == pending.user && session == pending.session => user,
        Ok(_) => {
            return page::fault(
                StatusCode::UNAUTHORIZED,
                "You are no longer signed in. Start again from the program.",
            );
        }
        Err(response) => return response,
    };
    if let Err(reason) = check_access(&gateway, pending.agent, &user) {
        return page::fault(StatusCode::FORBIDDEN, &reason);
    }
    let answer = |pairs: &[(&str, &str)]| {
        let url = answer_url(
            &pending.redirect_uri,
            pairs,
            pending.state.as_deref(),
            &issuer,
        );
        Redirect::to(&url).into_response()
    };
    if decision.decision != "allow" {
        return answer(&[
            ("error", "access_denied"),
            ("error_description", "The user said no."),
        ]);
    }
    let code = secret();
    let row = db::oauth::OauthCode {
        code_hash: digest(&code).to_vec(),
        client_id: pending.client_id.clone(),
        user_id: user.id,
        agent_id: pending.agent,
        redirect_uri: pending.redirect_uri.clone(),
        code_challenge: pending.code_challenge.clone(),
        resource: pending.resource.clone(),
        scopes: scopes(),
        expires_at: now + TimeDelta::seconds(CODE_SECONDS),
    };
    if let Err(error) = db::oauth::insert_code(&gateway.platform.db, &row).await {
        tracing::warn!(%error, "an authorization code could not be kept");
        return answer(&[("error", "temporarily_unavailable")]);
    }
    answer(&[("code", &code)])
}

/// 244 random bits as hexadecimal text.
pub(super) fn secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
