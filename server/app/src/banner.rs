//! What a person reads after the start: where to go and how to sign in.

use std::io::Write as _;

use crate::Running;

pub(crate) fn print(running: &Running) {
    let config = &running.config;
    let ui = running.local_url();
    let api = format!("http://localhost:{}", config.api_port());
    let text = format!(
        "\n  Archestra {version} is ready.\n\n\
         \x20   UI       {ui}\n\
         \x20   Proxy    {api}/v1/openai   {api}/v1/anthropic   {api}/v1/gemini\n\
         \x20   Metrics  http://localhost:{metrics}/metrics\n\
         \x20   Sign in  {email}\n\n\
         \x20 Stop with Ctrl-C.\n\n",
        version = crate::VERSION,
        metrics = config.metrics_port,
        email = sign_in(running),
    );
    // A closed stdout is no reason to stop serving.
    let _ = std::io::stdout().write_all(text.as_bytes());
    if default_password(running) {
        tracing::warn!(
            "the default password is in force: change it in Settings → Account before others can reach this server"
        );
    }
}

fn default_password(running: &Running) -> bool {
    use secrecy::ExposeSecret as _;
    running.default_password
        && running.config.admin_password.expose_secret() == admin_api::passwords::DEFAULT
}

/// The default password is published, so it may be shown; any other may not.
fn sign_in(running: &Running) -> String {
    let email = &running.config.admin_email;
    if default_password(running) {
        format!("{email} / password")
    } else {
        email.clone()
    }
}
