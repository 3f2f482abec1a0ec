-- What an organization decides for everybody. Unset texts are null and stay null.
ALTER TABLE organization
    ADD COLUMN logo_dark                  text,
    ADD COLUMN favicon                    text,
    ADD COLUMN icon_logo                  text,
    ADD COLUMN app_name                   text,
    ADD COLUMN footer_text                text,
    ADD COLUMN og_description             text,
    ADD COLUMN chat_error_support_message text,
    ADD COLUMN chat_placeholders          text[],
    -- [{"label": …, "url": …}]
    ADD COLUMN chat_links                 json,
    ADD COLUMN animate_chat_placeholders  boolean NOT NULL DEFAULT true,
    ADD COLUMN show_two_factor            boolean NOT NULL DEFAULT false,
    ADD COLUMN slim_chat_error_ui         boolean NOT NULL DEFAULT false,
    ADD COLUMN compression_scope          text NOT NULL DEFAULT 'organization',
    ADD COLUMN convert_tool_results_to_toon boolean NOT NULL DEFAULT false,
    ADD COLUMN limit_cleanup_interval     text,
    ADD COLUMN global_tool_policy         text NOT NULL DEFAULT 'permissive',
    ADD COLUMN allow_chat_file_uploads    boolean NOT NULL DEFAULT true,
    ADD COLUMN default_llm_provider       text,
    ADD COLUMN default_llm_model          text,
    ADD COLUMN default_llm_api_key_id     uuid REFERENCES provider_keys ON DELETE SET NULL,
    ADD COLUMN default_agent_id           uuid REFERENCES agents ON DELETE SET NULL,
    ADD COLUMN mcp_oauth_access_token_lifetime_seconds integer NOT NULL DEFAULT 43200,
    ADD COLUMN embedding_model            text,
    ADD COLUMN embedding_chat_api_key_id  uuid REFERENCES provider_keys ON DELETE SET NULL,
    ADD COLUMN reranker_model             text,
    ADD COLUMN reranker_chat_api_key_id   uuid REFERENCES provider_keys ON DELETE SET NULL;
CREATE TRIGGER organization_notify_snapshot AFTER INSERT OR UPDATE ON organization
    FOR EACH STATEMENT EXECUTE FUNCTION notify_snapshot();
