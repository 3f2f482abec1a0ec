/** How a conversation is held: with whom, by which model, with which tools and under which rules. */
import type { ApprovalMode, Conversation } from '@/api/chat';

export type Setup = {
  agentId: string;
  provider: string | null;
  model: string | null;
  systemPrompt: string | null;
  approvalMode: ApprovalMode;
  /** Null is all of the agent's. */
  toolIds: readonly string[] | null;
};

export function setupOf(conversation: Conversation): Setup {
  return {
    agentId: conversation.agentId,
    provider: conversation.provider,
    model: conversation.selectedModel,
    systemPrompt: conversation.systemPrompt,
    approvalMode: conversation.approvalMode,
    toolIds: conversation.hasCustomToolSelection ? conversation.enabledToolIds : null,
  };
}
