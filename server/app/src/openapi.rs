//! The description of the API, as served and as the UI's client is generated from.

use utoipa::openapi::OpenApi;

pub(crate) fn document() -> OpenApi {
    titled(admin_api::openapi(chat::documented()))
}

pub(crate) fn titled(mut document: OpenApi) -> OpenApi {
    "Archestra".clone_into(&mut document.info.title);
    crate::VERSION.clone_into(&mut document.info.version);
    document.info.description =
        Some("The admin API. Authenticate with a session cookie or an API key in the Authorization header.".to_owned());
    document.info.license = None;
    document.info.contact = None;
    document
}
