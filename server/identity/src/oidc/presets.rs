//! What is known beforehand of the providers that most people have.

/// What the form starts with. `{…}` in an address is for the administrator to fill in.
#[derive(Debug)]
pub struct Preset {
    pub id: &'static str,
    pub name: &'static str,
    /// Part of the address that the browser comes back to.
    pub provider_id: &'static str,
    pub issuer: &'static str,
    pub discovery_endpoint: &'static str,
    pub scopes: &'static [&'static str],
    /// Authorization, token and userinfo, of a provider without discovery.
    pub endpoints: Option<[&'static str; 3]>,
    pub help: &'static str,
}

const OPENID: &[&str] = &["openid", "email", "profile"];

pub const PRESETS: &[Preset] = &[
    Preset {
        id: "okta",
        name: "Okta",
        provider_id: "Okta",
        issuer: "https://{domain}.okta.com",
        discovery_endpoint: "https://{domain}.okta.com/.well-known/openid-configuration",
        scopes: &["openid", "email", "profile", "groups"],
        endpoints: None,
        help: "Create an OIDC web application in Okta, and add a groups claim to its ID token for rules and teams.",
    },
    Preset {
        id: "google",
        name: "Google",
        provider_id: "Google",
        issuer: "https://accounts.google.com",
        discovery_endpoint: "https://accounts.google.com/.well-known/openid-configuration",
        scopes: OPENID,
        endpoints: None,
        help: "Create an OAuth client of the type web application in the Google Cloud console. Set `hd` to your domain: \
               without it anybody with a Google account may sign in.",
    },
    Preset {
        id: "github",
        name: "GitHub",
        provider_id: "GitHub",
        issuer: "https://github.com",
        discovery_endpoint: "",
        scopes: &["read:user", "user:email"],
        endpoints: Some([
            "https://github.com/login/oauth/authorize",
            "https://github.com/login/oauth/access_token",
            "https://api.github.com/user",
        ]),
        help: "Create an OAuth app in your organization's developer settings. GitHub is no OpenID provider, so discovery \
               is skipped; anybody with a GitHub account may sign in unless strict mode and rules say otherwise.",
    },
    Preset {
        id: "gitlab",
        name: "GitLab",
        provider_id: "GitLab",
        issuer: "https://gitlab.com",
        discovery_endpoint: "https://gitlab.com/.well-known/openid-configuration",
        scopes: OPENID,
        endpoints: None,
        help: "Create an application with the scopes openid, email and profile. Your own GitLab has its own address.",
    },
    Preset {
        id: "entra-id",
        name: "Microsoft Entra ID",
        provider_id: "EntraID",
        issuer: "https://login.microsoftonline.com/{tenant}/v2.0",
        discovery_endpoint: "https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration",
        scopes: OPENID,
        endpoints: None,
        help: "Register an application for one tenant, and put the tenant's id into both addresses. Entra does not say \
               whether an address is verified: mark your domain as verified here to link existing accounts.",
    },
];

/// The preset that a provider was made from, by its id.
pub fn preset_of(provider_id: &str) -> Option<&'static Preset> {
    PRESETS
        .iter()
        .find(|preset| preset.provider_id == provider_id)
}
