import type { ToolCall, ToolCallFacets, ToolCallPage } from '@/api/mcp';
import { callQuery, facetsQuery, pagesQuery } from '@/features/call-log/queries';
import { apiFilters, type ToolCallsSearch } from '@/features/mcp-tool-calls/search';

export function toolCallsQuery(search: ToolCallsSearch) {
  return pagesQuery<ToolCallPage>('mcp-tool-calls', search, (now) => apiFilters(search, now));
}

export function toolCallFacetsQuery(search: ToolCallsSearch) {
  return facetsQuery<ToolCallFacets>('mcp-tool-calls', search, (now) => apiFilters(search, now));
}

export function toolCallQuery(id: string) {
  return callQuery<ToolCall>('mcp-tool-calls', id);
}
