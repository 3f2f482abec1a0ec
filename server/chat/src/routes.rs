//! The plane's URLs.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    Chat, answers, attachments, conversations, enabled_tools, events, export, proposals, status,
    turns, ui_stream,
};

pub(crate) fn documented() -> OpenApiRouter<Arc<Chat>> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(attachments::upload))
        .layer(DefaultBodyLimit::max(attachments::LARGEST + 1));
    let messages = OpenApiRouter::new()
        .routes(routes!(ui_stream::send))
        .layer(DefaultBodyLimit::max(ui_stream::LARGEST));
    OpenApiRouter::new()
        .routes(routes!(conversations::list, conversations::create))
        .routes(routes!(
            conversations::get,
            conversations::update,
            conversations::delete
        ))
        .routes(routes!(
            enabled_tools::get,
            enabled_tools::put,
            enabled_tools::clear
        ))
        .routes(routes!(enabled_tools::of_agent))
        .routes(routes!(conversations::generate_title))
        .routes(routes!(conversations::tool_call))
        .routes(routes!(export::export))
        .routes(routes!(turns::start))
        .routes(routes!(turns::stop))
        .routes(routes!(turns::resume))
        .routes(routes!(answers::approve))
        .routes(routes!(answers::elicit))
        .routes(routes!(events::events))
        .routes(routes!(ui_stream::running))
        .routes(routes!(attachments::content))
        .routes(routes!(attachments::delete))
        .routes(routes!(status::status))
        .routes(routes!(proposals::propose))
        .merge(messages)
        .merge(uploads)
}
