import { type RawSearch, text } from '@/lib/search-params';

export type ToolsSearch = {
  search?: string;
  /** The catalogue item that tools come from; `builtin` for our own. */
  origin?: string;
  /** An agent that has them. */
  agent?: string;
  /** What their default says: an action, or `none`. */
  calls?: string;
  results?: string;
  /** The tool that is open. */
  tool?: string;
};

export function toolsSearch(search: RawSearch): ToolsSearch {
  return {
    search: text(search, 'search'),
    origin: text(search, 'origin'),
    agent: text(search, 'agent'),
    calls: text(search, 'calls'),
    results: text(search, 'results'),
    tool: text(search, 'tool'),
  };
}
