//! Every route of the API, by what it is about.

use std::sync::Arc;

use axum::routing::{get, post, put};
use domain::platform::Platform;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    agent_delegations, agent_tools, agents, api_keys, audit_log, auth, backups, clusters, config,
    configuration, home, identity_providers, installation_requests, interactions, invitations,
    limits, mcp_catalog, mcp_oauth, mcp_servers, mcp_tool_calls, members, models,
    optimization_rules, organization, permissions, prompts, provider_keys, roles, runtimes,
    secrets, service_accounts, sessions, statistics, team_vault_folders, teams, token_prices,
    tokens, tool_policies, tools, user_access,
};

pub(crate) fn documented() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .merge(first_plane())
        .merge(people())
        .merge(registry())
        .merge(installations())
        .merge(gateway())
        .merge(policies())
        .merge(identity_providers::routes())
        .merge(stored_secrets())
        .merge(providers())
        .merge(books())
        .merge(older_names())
}

/// What is kept of the whole.
fn books() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(audit_log::list))
        .routes(routes!(audit_log::facets))
        .routes(routes!(audit_log::export))
        .routes(routes!(audit_log::verify))
        .routes(routes!(backups::list, backups::create))
        .routes(routes!(backups::download, backups::delete))
        .routes(routes!(backups::preview))
        .routes(routes!(backups::restore))
        .routes(routes!(configuration::export))
        .routes(routes!(configuration::apply))
}

/// Members, how they come, their roles, and keys of programs.
fn people() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(auth::sign_up))
        .routes(routes!(invitations::check))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::cancel))
        .routes(routes!(invitations::renew))
        .routes(routes!(members::list))
        .routes(routes!(members::get, members::update, members::delete))
        .routes(routes!(roles::list, roles::create))
        .routes(routes!(roles::permissions))
        .routes(routes!(roles::get, roles::update, roles::delete))
        .routes(routes!(user_access::get))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::get, api_keys::delete))
        .routes(routes!(api_keys::create_older))
        .routes(routes!(api_keys::list_older))
        .routes(routes!(api_keys::delete_older))
        .routes(routes!(service_accounts::list, service_accounts::create))
        .routes(routes!(service_accounts::update, service_accounts::delete))
        .routes(routes!(service_accounts::create_key))
        .routes(routes!(service_accounts::delete_key))
}

/// Accounts, agents, and what the LLM proxy recorded.
fn first_plane() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(config::public))
        .routes(routes!(config::health))
        .routes(routes!(auth::sign_in))
        .routes(routes!(auth::sign_out))
        .routes(routes!(auth::get_session))
        .routes(routes!(auth::change_password))
        .routes(routes!(auth::update_user))
        .routes(routes!(auth::default_credentials_status))
        .routes(routes!(auth::desktop))
        .routes(routes!(auth::permissions))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::revoke))
        .routes(routes!(sessions::revoke_others))
        .routes(routes!(agents::list, agents::create))
        .routes(routes!(agents::all))
        .routes(routes!(agents::default))
        .routes(routes!(agents::label_keys))
        .routes(routes!(agents::label_values))
        .routes(routes!(agents::get, agents::update, agents::delete))
        .routes(routes!(interactions::list))
        .routes(routes!(interactions::facets))
        .routes(routes!(interactions::live))
        .routes(routes!(interactions::export))
        .routes(routes!(interactions::external_agent_ids))
        .routes(routes!(interactions::user_ids))
        .routes(routes!(interactions::sessions))
        .routes(routes!(interactions::get))
        .routes(routes!(home::home))
        .routes(routes!(statistics::overview))
        .routes(routes!(statistics::cost_savings))
        .routes(routes!(token_prices::list, token_prices::create))
        .routes(routes!(token_prices::unpriced))
        .routes(routes!(
            token_prices::get,
            token_prices::update,
            token_prices::delete
        ))
        .routes(routes!(organization::get, organization::update))
        .routes(routes!(organization::onboarding_status))
}

/// What can be installed.
fn registry() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(mcp_catalog::list, mcp_catalog::create))
        .routes(routes!(
            mcp_catalog::get,
            mcp_catalog::update,
            mcp_catalog::delete
        ))
        .routes(routes!(mcp_catalog::delete_by_name))
        .routes(routes!(mcp_catalog::tools))
        .routes(routes!(mcp_catalog::label_keys))
        .routes(routes!(mcp_catalog::label_values))
        .routes(routes!(mcp_catalog::builtin))
        .routes(routes!(mcp_catalog::registry))
        .routes(routes!(mcp_catalog::import))
        .routes(routes!(
            installation_requests::list,
            installation_requests::create
        ))
        .routes(routes!(
            installation_requests::get,
            installation_requests::update,
            installation_requests::delete
        ))
        .routes(routes!(installation_requests::approve))
        .routes(routes!(installation_requests::decline))
        .routes(routes!(installation_requests::add_note))
}

/// What is installed, where it runs, and for whom.
fn installations() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(mcp_servers::list, mcp_servers::install))
        .routes(routes!(
            mcp_servers::get,
            mcp_servers::rename,
            mcp_servers::delete
        ))
        .routes(routes!(mcp_servers::installation_status))
        .routes(routes!(mcp_servers::tools))
        .routes(routes!(mcp_servers::restart))
        .routes(routes!(mcp_servers::retry))
        .routes(routes!(mcp_servers::start))
        .routes(routes!(mcp_servers::stop))
        .routes(routes!(mcp_servers::reinstall))
        .routes(routes!(mcp_servers::reload_tools))
        .routes(routes!(mcp_servers::reauthenticate))
        .routes(routes!(mcp_servers::logs))
        .routes(routes!(mcp_servers::inspect))
        .routes(routes!(mcp_servers::usage))
        .routes(routes!(mcp_servers::live))
        .routes(routes!(mcp_oauth::initiate))
        .routes(routes!(mcp_oauth::callback))
        .routes(routes!(runtimes::list))
        .routes(routes!(runtimes::features))
        .routes(routes!(clusters::list, clusters::create))
        .routes(routes!(clusters::preview))
        .routes(routes!(clusters::check))
        .routes(routes!(clusters::delete))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::get, teams::update, teams::delete))
        .routes(routes!(teams::members, teams::add_member))
        .routes(routes!(teams::remove_member, teams::set_member_role))
        .routes(routes!(teams::external_groups, teams::add_external_group))
        .routes(routes!(teams::remove_external_group))
}

/// What is kept secret, and where.
fn stored_secrets() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(secrets::status))
        .routes(routes!(secrets::list))
        .routes(routes!(secrets::check))
        .routes(routes!(secrets::get, secrets::delete))
        .routes(routes!(secrets::rotate))
        .routes(routes!(
            team_vault_folders::get,
            team_vault_folders::set,
            team_vault_folders::delete
        ))
        .routes(routes!(team_vault_folders::check))
        .routes(routes!(team_vault_folders::secrets))
        .routes(routes!(team_vault_folders::keys))
}

/// What the gateway serves, to whom, and what it recorded.
fn gateway() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(tools::list))
        .routes(routes!(tools::delete))
        .routes(routes!(tools::approve))
        .routes(routes!(tools::reject))
        .routes(routes!(tools::pause))
        .routes(routes!(agent_tools::list))
        .routes(routes!(agent_tools::update))
        .routes(routes!(agent_tools::of_agent))
        .routes(routes!(agent_tools::assign, agent_tools::unassign))
        .routes(routes!(agent_tools::bulk_assign))
        .routes(routes!(agent_tools::bulk_unassign))
        .routes(routes!(mcp_tool_calls::list))
        .routes(routes!(mcp_tool_calls::facets))
        .routes(routes!(mcp_tool_calls::live))
        .routes(routes!(mcp_tool_calls::get))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::value))
        .routes(routes!(tokens::rotate))
        .routes(routes!(tokens::mine))
        .routes(routes!(tokens::my_value))
        .routes(routes!(tokens::rotate_mine))
}

/// What is allowed, to whom, and how much of it.
fn policies() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(agent_delegations::list, agent_delegations::replace))
        .routes(routes!(agent_delegations::remove))
        .routes(routes!(limits::list, limits::create))
        .routes(routes!(limits::get, limits::update, limits::delete))
        .routes(routes!(limits::reset))
        .routes(routes!(
            optimization_rules::list,
            optimization_rules::create
        ))
        .routes(routes!(
            optimization_rules::update,
            optimization_rules::delete
        ))
        .routes(routes!(organization::update_appearance))
        .routes(routes!(organization::update_llm))
        .routes(routes!(organization::update_security))
        .routes(routes!(organization::update_agent))
        .routes(routes!(organization::update_mcp))
        .routes(routes!(organization::update_knowledge))
        .routes(routes!(organization::complete_onboarding))
        .routes(routes!(tool_policies::operators))
        .routes(routes!(
            tool_policies::list_invocation,
            tool_policies::create_invocation
        ))
        .routes(routes!(
            tool_policies::get_invocation,
            tool_policies::update_invocation,
            tool_policies::delete_invocation
        ))
        .routes(routes!(tool_policies::default_invocation))
        .routes(routes!(
            tool_policies::list_trusted_data,
            tool_policies::create_trusted_data
        ))
        .routes(routes!(
            tool_policies::get_trusted_data,
            tool_policies::update_trusted_data,
            tool_policies::delete_trusted_data
        ))
        .routes(routes!(tool_policies::default_trusted_data))
}

/// Keys for model providers, and what they can be used for.
fn providers() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(routes!(provider_keys::list, provider_keys::create))
        .routes(routes!(provider_keys::available))
        .routes(routes!(provider_keys::test))
        .routes(routes!(provider_keys::resolve))
        .routes(routes!(provider_keys::local))
        .routes(routes!(provider_keys::bulk_assign))
        .routes(routes!(
            provider_keys::get,
            provider_keys::update,
            provider_keys::delete
        ))
        .routes(routes!(provider_keys::set_default))
        .routes(routes!(provider_keys::unset_default))
        .routes(routes!(provider_keys::set_profiles))
        .routes(routes!(provider_keys::llm_providers))
        .routes(routes!(models::list))
        .routes(routes!(models::update))
        .routes(routes!(models::sync))
        .routes(routes!(models::available))
        .routes(routes!(models::chat_models))
        .routes(routes!(prompts::list, prompts::create))
        .routes(routes!(prompts::get, prompts::update, prompts::delete))
        .routes(routes!(prompts::versions))
        .routes(routes!(prompts::rollback))
}

/// What earlier clients call provider keys. Not described: `permissions` knows them by their present names.
fn older_names() -> OpenApiRouter<Arc<Platform>> {
    let at = |rest: &str| format!("{}{rest}", permissions::OLDER_NAME.0);
    OpenApiRouter::new()
        .route(
            &at(""),
            get(provider_keys::list).post(provider_keys::create),
        )
        .route(&at("/resolve"), get(provider_keys::resolve))
        .route(&at("/bulk-assign"), post(provider_keys::bulk_assign))
        .route(
            &at("/{id}"),
            get(provider_keys::get)
                .patch(provider_keys::update)
                .delete(provider_keys::delete),
        )
        .route(&at("/{id}/profiles"), put(provider_keys::set_profiles))
        .route(&at("/{id}/set-default"), post(provider_keys::set_default))
        .route(
            &at("/{id}/unset-default"),
            post(provider_keys::unset_default),
        )
        .merge(identity_providers::earlier_name())
}
