/** Shapes of tool policies, limits and optimization rules. Sets of words that the server has as text are narrowed here. */
import type { Narrowed } from '@/api/mcp';
import type { components } from '@/api/schema';
import type { Served } from '@/api/types';

type Schemas = components['schemas'];

export type CallAction =
  'allow_when_context_is_untrusted' | 'block_when_context_is_untrusted' | 'block_always' | 'require_approval';
export type ResultAction = 'mark_as_trusted' | 'mark_as_untrusted' | 'block_always' | 'sanitize_with_dual_llm';
/** A server of another version may know further operators. */
export type PolicyCondition = Omit<Served<Schemas['PolicyCondition']>, 'operator'> & { operator: string };
export type PolicyOperator = Served<Schemas['Operator']>;
export type CallPolicy = Narrowed<'ToolInvocationPolicy', { action: CallAction }>;
export type ResultPolicy = Narrowed<'TrustedDataPolicy', { action: ResultAction }>;
export type DefaultsSet = Served<Schemas['DefaultsSet']>;

export type PolicyProposal = Schemas['PolicyProposal'] & {
  config?: { toolInvocationAction: CallAction; trustedDataAction: ResultAction } | null;
};
export type PolicyProposals = Omit<Schemas['PolicyProposals'], 'results'> & { results: PolicyProposal[] };

export type EntityType = 'organization' | 'team' | 'agent';
export type LimitType = 'token_cost' | 'tool_calls' | 'mcp_server_calls';
export type ModelUsage = { model: string; cost: number; tokensIn: number; tokensOut: number; calls: number };
export type Limit = Omit<Served<Schemas['Limit']>, 'entityType' | 'limitType'> & {
  entityType: EntityType;
  limitType: LimitType;
  entityName: string;
  /** US dollars for `token_cost`, else calls. */
  used: number;
  /** Of the value; may be over 100. */
  percent: number;
  exceeded: boolean;
  resetsAt: string | null;
  modelUsage: ModelUsage[];
};
export type LimitInput = Pick<
  Limit,
  'entityType' | 'entityId' | 'limitType' | 'limitValue' | 'model' | 'mcpServerName' | 'toolName'
>;

export type RuleCondition = { maxLength: number } | { hasTools: boolean };
export type OptimizationRule = Omit<Served<Schemas['OptimizationRule']>, 'entityType' | 'conditions'> & {
  entityType: EntityType;
  conditions: RuleCondition[];
};
export type OptimizationRuleInput = Pick<
  OptimizationRule,
  'entityType' | 'entityId' | 'provider' | 'targetModel' | 'conditions' | 'enabled'
>;
export type CostSavings = {
  totalBaselineCost: number;
  totalActualCost: number;
  totalOptimizationSavings: number;
  timeSeries: { timestamp: string; optimizationSavings: number }[];
};
