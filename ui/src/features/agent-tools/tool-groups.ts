/** Tools by the server they come from. Pure. */
import type { Tool } from '@/api/mcp';

export type Choosable = Pick<
  Tool,
  'id' | 'name' | 'rawName' | 'title' | 'description' | 'catalogId' | 'catalogName' | 'tokens' | 'paused'
>;
export type ToolGroup = { key: string; name: string; catalogId: string | null; tools: Choosable[] };

/** What matches every word, by server; a server whose own name matches shows all its tools. */
export function groupTools(tools: readonly Choosable[], query: string): ToolGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, ToolGroup>();
  for (const tool of tools) {
    const text = `${tool.catalogName ?? ''} ${tool.name} ${tool.title ?? ''} ${tool.description ?? ''}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const key = tool.catalogId ?? '';
    const group = groups.get(key);
    if (group) group.tools.push(tool);
    else groups.set(key, { key, name: tool.catalogName ?? 'Archestra', catalogId: tool.catalogId, tools: [tool] });
  }
  return [...groups.values()]
    .map((group) => ({ ...group, tools: group.tools.sort((a, b) => a.name.localeCompare(b.name)) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
