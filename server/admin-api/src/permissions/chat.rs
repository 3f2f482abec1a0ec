//! Who may call what of the chat plane, and of the prompts that people keep for it.

use domain::access::Action::{Create, Delete, Read, Update};
use domain::access::Permission::Role;
use domain::access::Resource::{Conversation, Policy, Prompt};

use super::Row;

pub(crate) const PROMPTS: &[Row] = &[
    ("GET", "/api/prompts", Role(Prompt, Read)),
    ("POST", "/api/prompts", Role(Prompt, Create)),
    ("GET", "/api/prompts/{id}", Role(Prompt, Read)),
    ("PATCH", "/api/prompts/{id}", Role(Prompt, Update)),
    ("DELETE", "/api/prompts/{id}", Role(Prompt, Delete)),
    ("GET", "/api/prompts/{id}/versions", Role(Prompt, Read)),
    ("POST", "/api/prompts/{id}/rollback", Role(Prompt, Update)),
];

/// These routes are served by the crate `chat` behind this crate's guards.
pub(crate) const CHAT: &[Row] = &[
    (
        "POST",
        "/api/agent-tools/auto-configure-policies",
        Role(Policy, Update),
    ),
    ("POST", "/api/chat", Role(Conversation, Read)),
    ("GET", "/api/chat/status", Role(Conversation, Read)),
    ("GET", "/api/chat/{id}/stream", Role(Conversation, Read)),
    (
        "GET",
        "/api/chat/agents/{agentId}/mcp-tools",
        Role(Conversation, Read),
    ),
    ("POST", "/api/chat/attachments", Role(Conversation, Create)),
    (
        "DELETE",
        "/api/chat/attachments/{id}",
        Role(Conversation, Create),
    ),
    (
        "GET",
        "/api/chat/attachments/{id}/content",
        Role(Conversation, Read),
    ),
    ("GET", "/api/chat/conversations", Role(Conversation, Read)),
    (
        "POST",
        "/api/chat/conversations",
        Role(Conversation, Create),
    ),
    (
        "GET",
        "/api/chat/conversations/{id}",
        Role(Conversation, Read),
    ),
    (
        "PATCH",
        "/api/chat/conversations/{id}",
        Role(Conversation, Update),
    ),
    (
        "DELETE",
        "/api/chat/conversations/{id}",
        Role(Conversation, Delete),
    ),
    (
        "GET",
        "/api/chat/conversations/{id}/enabled-tools",
        Role(Conversation, Read),
    ),
    (
        "PUT",
        "/api/chat/conversations/{id}/enabled-tools",
        Role(Conversation, Update),
    ),
    (
        "DELETE",
        "/api/chat/conversations/{id}/enabled-tools",
        Role(Conversation, Update),
    ),
    (
        "POST",
        "/api/chat/conversations/{id}/generate-title",
        Role(Conversation, Update),
    ),
    (
        "GET",
        "/api/chat/conversations/{id}/messages/{messageId}/tool-calls/{toolCallId}",
        Role(Conversation, Read),
    ),
    (
        "GET",
        "/api/chat/conversations/{id}/export",
        Role(Conversation, Read),
    ),
    (
        "POST",
        "/api/chat/conversations/{id}/turns",
        Role(Conversation, Update),
    ),
    (
        "POST",
        "/api/chat/conversations/{id}/stop",
        Role(Conversation, Update),
    ),
    (
        "POST",
        "/api/chat/conversations/{id}/resume",
        Role(Conversation, Update),
    ),
    (
        "POST",
        "/api/chat/conversations/{id}/approvals/{toolCallId}",
        Role(Conversation, Update),
    ),
    (
        "POST",
        "/api/chat/conversations/{id}/elicitations/{elicitationId}",
        Role(Conversation, Update),
    ),
    (
        "GET",
        "/api/chat/conversations/{id}/events",
        Role(Conversation, Read),
    ),
];
