/** Tools with what their policies say, counted and filtered. Pure. */
import type { Tool } from '@/api/mcp';
import type { Policy } from '@/features/tool-policies/queries';
import type { ToolsSearch } from '@/features/tool-policies/search';
import { type Action, ACTIONS, type Kind } from '@/features/tool-policies/words';

export type Side = { standard: Policy | null; rules: Policy[] };
export type ToolRow = { tool: Tool } & Record<Kind, Side>;
export type Share = { action: Action | 'none'; count: number };

export function withPolicies(tools: readonly Tool[], calls: readonly Policy[], results: readonly Policy[]): ToolRow[] {
  const byTool = { call: grouped(calls), result: grouped(results) };
  return tools.map((tool) => ({
    tool,
    call: byTool.call.get(tool.id) ?? NOTHING,
    result: byTool.result.get(tool.id) ?? NOTHING,
  }));
}

const NOTHING: Side = { standard: null, rules: [] };

function grouped(policies: readonly Policy[]): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const policy of policies) {
    const side = sides.get(policy.toolId) ?? { standard: null, rules: [] };
    if (policy.conditions.length === 0) side.standard = policy;
    else side.rules.push(policy);
    sides.set(policy.toolId, side);
  }
  return sides;
}

/** How many tools have which default, in the order of the choices, those without one last. */
export function shares(rows: readonly ToolRow[], kind: Kind): Share[] {
  return [...ACTIONS[kind], 'none' as const].map((action) => ({
    action,
    count: rows.filter((row) => (row[kind].standard?.action ?? 'none') === action).length,
  }));
}

export function matching(rows: readonly ToolRow[], search: ToolsSearch): ToolRow[] {
  const words = (search.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ tool, call, result }) => {
    const text = `${tool.name} ${tool.title ?? ''} ${tool.description ?? ''}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      fits(search.origin, tool.catalogId ?? 'builtin') &&
      (search.agent === undefined || tool.assignedAgents.some(({ id }) => id === search.agent)) &&
      fits(search.calls, call.standard?.action ?? 'none') &&
      fits(search.results, result.standard?.action ?? 'none')
    );
  });
}

function fits(wanted: string | undefined, is: string): boolean {
  return wanted === undefined || wanted === is;
}
