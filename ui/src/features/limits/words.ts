/** Limits in words and shares. Pure. */
import type { Limit, LimitType } from '@/api/policies';
import { formatCost, formatInteger, pluralize } from '@/lib/format';

export const TYPES: { value: LimitType; label: string }[] = [
  { value: 'token_cost', label: 'Spend on models' },
  { value: 'mcp_server_calls', label: 'Calls of a server' },
  { value: 'tool_calls', label: 'Calls of a tool' },
];

/** How often usage starts anew, in the words of the published contract. */
export const INTERVALS = [
  { value: '1h', label: 'Every hour' },
  { value: '12h', label: 'Every 12 hours' },
  { value: '24h', label: 'Every day' },
  { value: '1w', label: 'Every week' },
  { value: '1m', label: 'Every month' },
] as const;

type What = Pick<Limit, 'limitType' | 'model' | 'mcpServerName' | 'toolName'>;

/** What is counted. */
export function countedBy({ limitType, model, mcpServerName, toolName }: What): string {
  switch (limitType) {
    case 'token_cost':
      if (model === null || model.length === 0) return 'Spend on all models';
      return `Spend on ${model.length > 2 ? `${model.slice(0, 2).join(', ')} and ${model.length - 2} more` : model.join(' and ')}`;
    case 'mcp_server_calls':
      return mcpServerName === null ? 'Calls of all MCP servers' : `Calls of ${mcpServerName}`;
    case 'tool_calls':
      if (toolName !== null) return `Calls of ${toolName}${mcpServerName === null ? '' : ` at ${mcpServerName}`}`;
      return mcpServerName === null ? 'Calls of all tools' : `Calls of all tools at ${mcpServerName}`;
  }
}

export function amount(type: LimitType, value: number): string {
  return type === 'token_cost' ? formatCost(value) : formatInteger(value);
}

export function leftWords({ limitType, limitValue, used, exceeded }: Limit): string {
  if (exceeded) return 'Used up: further calls are refused';
  const left = Math.max(0, limitValue - used);
  return limitType === 'token_cost' ? `${formatCost(left)} left` : `${pluralize(Math.floor(left), 'call')} left`;
}

export type Level = 'calm' | 'near' | 'over';

export function levelOf({ percent, exceeded }: Pick<Limit, 'percent' | 'exceeded'>): Level {
  if (exceeded) return 'over';
  return percent >= 80 ? 'near' : 'calm';
}

/** What a typed value is not, or null. The published contract has whole numbers. */
export function valueError(text: string): string | null {
  return /^\d{1,12}$/.test(text.trim()) ? null : 'A whole number; 0 refuses everything.';
}
