import { useQuery } from '@tanstack/react-query';
import { CallFilters, FacetMenu, FilterChip } from '@/features/call-log/filters';
import { useChangeSearch } from '@/features/call-log/search';
import { serversQuery } from '@/features/mcp-servers/queries';
import { toolCallFacetsQuery } from '@/features/mcp-tool-calls/queries';
import { hasFilters, type ToolCallsSearch } from '@/features/mcp-tool-calls/search';

const OUTCOMES: Record<string, string> = { ok: 'Answered', error: 'Error' };

export function ToolCallFilters({ search }: { search: ToolCallsSearch }) {
  const { change } = useChangeSearch<ToolCallsSearch>();
  const facets = useQuery(toolCallFacetsQuery(search)).data;
  return (
    <CallFilters search={search} narrowed={hasFilters(search)}>
      <FacetMenu
        name="Agent"
        facets={facets?.agents}
        value={search.agentId}
        onValueChange={(agentId) => change({ agentId })}
      />
      <FacetMenu
        name="Server"
        facets={facets?.servers}
        value={search.serverName}
        onValueChange={(serverName) => change({ serverName })}
      />
      <FacetMenu
        name="Tool"
        facets={facets?.tools}
        value={search.toolName}
        onValueChange={(toolName) => change({ toolName })}
      />
      <FacetMenu
        name="Outcome"
        facets={facets?.outcomes}
        value={search.outcome}
        labelOf={(value) => OUTCOMES[value] ?? value}
        onValueChange={(outcome) => change({ outcome })}
      />
      <FacetMenu
        name="Method"
        facets={facets?.methods}
        value={search.method}
        onValueChange={(method) => change({ method })}
      />
      {search.mcpServerId ? (
        <InstallationChip id={search.mcpServerId} onRemove={() => change({ mcpServerId: undefined })} />
      ) : null}
    </CallFilters>
  );
}

function InstallationChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  const name = useQuery(serversQuery).data?.find((server) => server.id === id)?.name ?? id;
  return <FilterChip name="Installation" value={name} onRemove={onRemove} />;
}
