//! The two pages of the sign-in: the question, and what is wrong with it. Plain HTML, so that they need nothing else.

use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use url::Url;

use super::BASE;
use super::authorize::Pending;

/// No `form-action`: the answer to the form leads back to the program, wherever that is.
const CSP: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;background:#f6f6f4;color:#1c1c1a;margin:0;display:grid;\
place-items:center;min-height:100vh}main{background:#fff;border:1px solid #dcdcd6;border-radius:12px;padding:32px;\
max-width:440px;margin:16px}h1{font-size:20px;margin:0 0 12px}p{margin:0 0 12px}.actions{display:flex;gap:12px;\
margin-top:24px}button{font:inherit;padding:10px 20px;border-radius:8px;border:1px solid #1c1c1a;cursor:pointer;\
background:#fff;color:#1c1c1a}button.primary{background:#1c1c1a;color:#fff}button:focus-visible{outline:3px solid #3b82f6;\
outline-offset:2px}@media(prefers-color-scheme:dark){body{background:#171716;color:#f0f0ee}main{background:#212120;\
border-color:#3a3a37}button{background:#212120;color:#f0f0ee;border-color:#f0f0ee}button.primary{background:#f0f0ee;\
color:#171716}}";

pub(super) fn consent(
    pending: &Pending,
    user: &str,
    agent: Option<&str>,
    sealed: &str,
) -> Response {
    let place = Url::parse(&pending.redirect_uri)
        .ok()
        .map_or_else(String::new, |url| match url.host_str() {
            Some(host) if url.scheme().starts_with("http") => host.to_owned(),
            _ => format!("the app that opens {}: links", url.scheme()),
        });
    let what = agent.map_or_else(
        || "every agent that you may use".to_owned(),
        |agent| format!("the agent <strong>{}</strong>", escaped(agent)),
    );
    let body = format!(
        "<h1>Let {name} use your tools?</h1>\
         <p><strong>{name}</strong> wants to list and call the tools of {what} in your name ({user}).</p>\
         <p>Afterwards you return to <strong>{place}</strong>. If you did not just start this there, say no.</p>\
         <form method=\"post\" action=\"{BASE}/consent\"><input type=\"hidden\" name=\"request\" value=\"{sealed}\">\
         <div class=\"actions\"><button class=\"primary\" name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"deny\">Do not allow</button></div></form>",
        name = escaped(&pending.client_name),
        user = escaped(user),
        place = escaped(&place),
    );
    page(StatusCode::OK, "Connect a program", &body)
}

pub(super) fn fault(status: StatusCode, text: &str) -> Response {
    let body = format!("<h1>This did not work</h1><p>{}</p>", escaped(text));
    page(status, "Not connected", &body)
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>{title} · Archestra</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, CSP),
        (CACHE_CONTROL, "no-store"),
        // The form has to say where it comes from, and `no-referrer` would take its Origin, too.
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    (status, headers, Html(html)).into_response()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
