import type { EntityType, LimitType } from '@/api/policies';
import { flag, oneOf, type RawSearch, text } from '@/lib/search-params';

export const ENTITIES: readonly EntityType[] = ['organization', 'team', 'agent'];

export type LimitsSearch = {
  entity?: EntityType;
  /** Only those that are used up. */
  exceeded?: true;
  /** The limit being edited, by its id. */
  edit?: string;
  /** A limit being made, of this type. */
  create?: LimitType;
};

export function limitsSearch(search: RawSearch): LimitsSearch {
  return {
    entity: oneOf(search, 'entity', ENTITIES),
    exceeded: flag(search, 'exceeded'),
    edit: text(search, 'edit'),
    create: oneOf(search, 'create', ['token_cost', 'tool_calls', 'mcp_server_calls']),
  };
}
