//! Signing in at an identity provider, as the browser sees it.

use axum::extract::State as Extract;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use domain::identity_providers::{
    Finished, IdentityError, Protocol, acs_url, begin, finish_oidc, finish_parked, finish_saml,
    metadata_url, protocol, remember_session,
};
use domain::platform::Platform;
use http::{HeaderMap, header};
use identity::oidc::Callback;
use identity::{Log, saml};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::{begin_session, cookies, new_token};
use crate::authenticate::{cookie_of, refuse_foreign_origin};
use crate::error::{ErrorBody, sentence};
use crate::extract::{self, ClientAddress, Path, Query};
use crate::{ApiError, State};

/// Ties a sign-in to the browser that began it.
const COOKIE: &str = "archestra.sso";
const COOKIE_SECONDS: i64 = 600;

pub(crate) fn sso_cookie(platform: &Platform, browser: String) -> cookies::SetCookie {
    cookies::short(&platform.settings, COOKIE, browser, COOKIE_SECONDS)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInSso {
    provider_id: Option<String>,
    /// Whose domain names the provider.
    email: Option<String>,
    domain: Option<String>,
    /// Where to go afterwards: a path of this UI.
    #[serde(rename = "callbackURL")]
    callback_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SsoBegun {
    /// Send the browser here.
    url: String,
    redirect: bool,
}

/// Begin a sign-in at an identity provider.
#[utoipa::path(post, path = "/api/auth/sign-in/sso", tag = "auth", request_body = SignInSso,
    responses((status = 200, body = SsoBegun), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn sign_in_sso(
    Extract(platform): State,
    headers: HeaderMap,
    extract::Json(body): extract::Json<SignInSso>,
) -> Result<Response, ApiError> {
    refuse_foreign_origin(&platform, &http::Method::POST, &headers)?;
    let row = find(&platform, &body).await?;
    let return_to = local_path(&platform, body.callback_url.as_deref())?;
    let browser = new_token();
    let mut log = Log::default();
    let begun = begin(&platform, &row, &browser, &return_to, None, &mut log).await;
    let begun = begun.map_err(|error| match error.into() {
        // Not what the caller sent; what an administrator set up.
        ApiError::Validation(why) => ApiError::Conflict(why),
        other => other,
    })?;
    let body = SsoBegun {
        url: begun.url.into(),
        redirect: true,
    };
    Ok((sso_cookie(&platform, browser), Json(body)).into_response())
}

async fn find(
    platform: &Platform,
    body: &SignInSso,
) -> Result<db::identity_providers::IdentityProvider, ApiError> {
    let db = &platform.db;
    let found = if let Some(id) = &body.provider_id {
        db::identity_providers::find_by_provider_id(db, id).await?
    } else {
        let of_email = body
            .email
            .as_deref()
            .and_then(|email| email.rsplit_once('@'));
        let domain = body
            .domain
            .as_deref()
            .or(of_email.map(|(_, domain)| domain));
        let domain = domain.ok_or_else(|| match body.email {
            Some(_) => ApiError::NotFound("Identity provider"),
            None => ApiError::Validation("Say which provider: providerId, email or domain.".into()),
        })?;
        let rows = db::identity_providers::list(db).await?;
        rows.into_iter().find(|row| {
            let mut domains = row.domain.split(',').map(str::trim);
            domains.any(|one| !one.is_empty() && one.eq_ignore_ascii_case(domain))
        })
    };
    found.ok_or(ApiError::NotFound("Identity provider"))
}

/// A path here, so that nobody is led away after signing in.
fn local_path(platform: &Platform, wanted: Option<&str>) -> Result<String, ApiError> {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok("/".to_owned());
    };
    let own = wanted.strip_prefix(platform.settings.frontend_url.as_str());
    let path = own.filter(|rest| rest.starts_with('/')).unwrap_or(wanted);
    let leads_away = path.starts_with("//")
        || path.contains('\\')
        || path
            .chars()
            .any(|letter| letter.is_control() || !letter.is_ascii());
    if path.starts_with('/') && !leads_away {
        return Ok(path.to_owned());
    }
    Err(ApiError::Validation(
        "callbackURL is not a path of this UI, such as /agents.".into(),
    ))
}

/// Come back from an OIDC provider.
#[utoipa::path(get, path = "/api/auth/sso/callback/{providerId}", tag = "auth", params(("providerId" = String, Path)),
    responses((status = 303), (status = 400, body = ErrorBody)))]
pub(crate) async fn sso_callback(
    Extract(platform): State,
    Path(provider_id): Path<String>,
    address: ClientAddress,
    headers: HeaderMap,
    Query(callback): Query<Callback>,
) -> Response {
    let browser = cookie_of(&headers, COOKIE).unwrap_or_default();
    let finished = finish_oidc(&platform, &provider_id, &callback, &browser).await;
    answer(&platform, &provider_id, finished, address, &headers).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct SamlForm {
    #[serde(rename = "SAMLResponse", default)]
    response: String,
    #[serde(rename = "RelayState", default)]
    state: String,
}

/// Come back from a SAML provider: its page posts a form, to which the browser adds no cookies.
#[utoipa::path(post, path = "/api/auth/sso/saml2/sp/acs/{providerId}", tag = "auth",
    params(("providerId" = String, Path)),
    request_body(content = SamlForm, content_type = "application/x-www-form-urlencoded"), responses((status = 303)))]
pub(crate) async fn saml_acs(
    Extract(platform): State,
    Path(provider_id): Path<String>,
    address: ClientAddress,
    headers: HeaderMap,
    form: Result<Form<SamlForm>, axum::extract::rejection::FormRejection>,
) -> Response {
    let finished = match form {
        Ok(Form(form)) => finish_saml(&platform, &provider_id, &form.response, &form.state).await,
        Err(_) => Err(IdentityError::Invalid(
            "what the provider's page sent is not a SAML response".into(),
        )),
    };
    answer(&platform, &provider_id, finished, address, &headers).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Handle {
    handle: String,
}

/// The second half of coming back from a SAML provider, with the browser's cookie.
#[utoipa::path(get, path = "/api/auth/sso/saml2/sp/finish/{providerId}", tag = "auth",
    params(("providerId" = String, Path), Handle), responses((status = 303), (status = 400, body = ErrorBody)))]
pub(crate) async fn saml_finish(
    Extract(platform): State,
    Path(provider_id): Path<String>,
    address: ClientAddress,
    headers: HeaderMap,
    Query(Handle { handle }): Query<Handle>,
) -> Response {
    let browser = cookie_of(&headers, COOKIE).unwrap_or_default();
    let finished = finish_parked(&platform, &provider_id, &handle, &browser).await;
    answer(&platform, &provider_id, finished, address, &headers).await
}

/// This server's SAML metadata, for the provider.
#[utoipa::path(get, path = "/api/auth/sso/saml2/sp/metadata/{providerId}", tag = "auth",
    params(("providerId" = String, Path)),
    responses((status = 200, content_type = "application/samlmetadata+xml"), (status = 404, body = ErrorBody)))]
pub(crate) async fn saml_metadata(
    Extract(platform): State,
    Path(provider_id): Path<String>,
) -> Result<Response, ApiError> {
    let row = db::identity_providers::find_by_provider_id(&platform.db, &provider_id).await?;
    let row = row.ok_or(ApiError::NotFound("Identity provider"))?;
    let Protocol::Saml(saml) = protocol(&platform, &row).await? else {
        return Err(ApiError::NotFound("SAML provider"));
    };
    let setting = saml::Setting {
        acs_url: &acs_url(&platform, &provider_id),
        metadata_url: &metadata_url(&platform, &provider_id),
        now: platform.clock.now(),
    };
    let kind = [(header::CONTENT_TYPE, "application/samlmetadata+xml")];
    Ok((kind, saml.metadata(setting)).into_response())
}

/// Where a browser goes that came back, signed in or not.
async fn answer(
    platform: &Platform,
    provider_id: &str,
    finished: Result<Finished, IdentityError>,
    address: ClientAddress,
    headers: &HeaderMap,
) -> Response {
    let signed_in = match finished {
        Ok(Finished::Parked { handle }) => {
            let path = format!("/api/auth/sso/saml2/sp/finish/{provider_id}?handle={handle}");
            return Redirect::to(&path).into_response();
        }
        Ok(Finished::Tried { provider, test }) => {
            let path = format!("/settings/identity-providers?provider={provider}&test={test}");
            return Redirect::to(&path).into_response();
        }
        Ok(signed_in @ Finished::SignedIn { .. }) => {
            enter(platform, signed_in, address, headers).await
        }
        Err(error) => Err(error),
    };
    signed_in.unwrap_or_else(|error| refuse(provider_id, &error))
}

async fn enter(
    platform: &Platform,
    finished: Finished,
    address: ClientAddress,
    headers: &HeaderMap,
) -> Result<Response, IdentityError> {
    let Finished::SignedIn {
        user,
        provider,
        return_to,
        id_token,
    } = finished
    else {
        return Err(IdentityError::Expired);
    };
    let (session, cookie) = begin_session(platform, &user, false, true, address, headers).await?;
    remember_session(platform, session, provider, id_token.as_ref()).await?;
    let done = cookies::short(&platform.settings, COOKIE, String::new(), 0);
    Ok((cookie, done, Redirect::to(&return_to)).into_response())
}

fn refuse(provider_id: &str, error: &IdentityError) -> Response {
    tracing::warn!(provider_id, %error, "a sign-in at an identity provider ended without one");
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("error", error.code())
        .append_pair("message", &sentence_of(error));
    Redirect::to(&format!("/sign-in?{}", query.finish())).into_response()
}

fn sentence_of(error: &IdentityError) -> String {
    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(String);
    sentence(&Said(error.for_people()))
}
