//! Providers whose keys are kept and whose models are listed, and which no URL of the proxy leads to yet.

use super::{Credential, Provider, openai};
use crate::dialects::OPENAI_CHAT;
use crate::models::Listing;

const fn unrouted(
    id: &'static str,
    name: &'static str,
    default_base_url: &'static str,
    listing: Listing,
) -> Provider {
    Provider {
        id,
        name,
        default_base_url,
        credential: Credential::Bearer,
        listing,
        model_prefixes: &[],
        key_example: "",
        path: openai::path,
        operation: |_, _| None,
        dialect: || OPENAI_CHAT,
    }
}

/// The ids are those of the published contract. Without an address, a key has to have its own.
pub(super) static UNROUTED: [Provider; 14] = [
    unrouted("azure", "Azure OpenAI", "", Listing::None),
    unrouted("bedrock", "Amazon Bedrock", "", Listing::None),
    unrouted(
        "cerebras",
        "Cerebras",
        "https://api.cerebras.ai/v1",
        Listing::OpenAi,
    ),
    unrouted("cohere", "Cohere", "https://api.cohere.com", Listing::None),
    unrouted(
        "deepseek",
        "DeepSeek",
        "https://api.deepseek.com",
        Listing::OpenAi,
    ),
    unrouted(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        Listing::OpenAi,
    ),
    unrouted(
        "minimax",
        "MiniMax",
        "https://api.minimax.io/v1",
        Listing::None,
    ),
    unrouted(
        "mistral",
        "Mistral",
        "https://api.mistral.ai/v1",
        Listing::OpenAi,
    ),
    unrouted(
        "ollama",
        "Ollama",
        "http://localhost:11434/v1",
        Listing::OpenAi,
    ),
    unrouted(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        Listing::OpenAi,
    ),
    unrouted(
        "perplexity",
        "Perplexity",
        "https://api.perplexity.ai",
        Listing::None,
    ),
    unrouted("vllm", "vLLM", "http://localhost:8000/v1", Listing::OpenAi),
    unrouted("xai", "xAI", "https://api.x.ai/v1", Listing::OpenAi),
    unrouted(
        "zhipuai",
        "Zhipu AI",
        "https://open.bigmodel.cn/api/paas/v4",
        Listing::None,
    ),
];
