/** Shapes of tool policies, limits and optimization rules. Sets of words that the server has as text are narrowed here. */
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];

export type CallAction =
  'allow_when_context_is_untrusted' | 'block_when_context_is_untrusted' | 'block_always' | 'require_approval';
export type ResultAction = 'mark_as_trusted' | 'mark_as_untrusted' | 'block_always' | 'sanitize_with_dual_llm';
export type PolicyCondition = Served<Schemas['PolicyCondition']>;
export type PolicyOperator = Served<Schemas['Operator']>;
export type CallPolicy = Narrowed<'ToolInvocationPolicy', { action: CallAction }>;
export type ResultPolicy = Narrowed<'TrustedDataPolicy', { action: ResultAction }>;
export type DefaultsSet = Served<Schemas['DefaultsSet']>;

export type PolicyProposal = Schemas['PolicyProposal'] & {
  config?: { toolInvocationAction: CallAction; trustedDataAction: ResultAction } | null;
};
export type PolicyProposals = Omit<Schemas['PolicyProposals'], 'results'> & { results: PolicyProposal[] };
