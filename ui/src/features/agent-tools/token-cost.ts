/** What a set of tools costs of a model's window. Pure. */

/** The window most models of today have at least. */
export const WINDOW_TOKENS = 200_000;

type Weighed = { tokens: number; catalogName: string | null };

export type ServerCost = { name: string; tokens: number; tools: number };

export function totalTokens(tools: readonly Weighed[]): number {
  return tools.reduce((sum, tool) => sum + tool.tokens, 0);
}

/** By server, the dearest first. */
export function costByServer(tools: readonly Weighed[]): ServerCost[] {
  const servers = new Map<string, ServerCost>();
  for (const tool of tools) {
    const name = tool.catalogName ?? 'archestra';
    const server = servers.get(name) ?? { name, tokens: 0, tools: 0 };
    servers.set(name, { ...server, tokens: server.tokens + tool.tokens, tools: server.tools + 1 });
  }
  return [...servers.values()].sort((a, b) => b.tokens - a.tokens || a.name.localeCompare(b.name));
}

/** From this share on, tools leave too little room for the work. */
export function costTone(tokens: number): 'ok' | 'warn' | 'bad' {
  const share = tokens / WINDOW_TOKENS;
  return share > 0.25 ? 'bad' : share > 0.1 ? 'warn' : 'ok';
}

export function shareText(tokens: number): string {
  const percent = (tokens / WINDOW_TOKENS) * 100;
  if (tokens === 0) return '0 %';
  return percent < 0.1 ? 'less than 0.1 %' : `${percent.toFixed(percent < 10 ? 1 : 0)} %`;
}
