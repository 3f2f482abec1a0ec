import { useQuery } from '@tanstack/react-query';
import { providerName } from '@/features/agents/proxy-urls';
import { CallFilters, FacetMenu, FilterChip } from '@/features/call-log/filters';
import { useChangeSearch } from '@/features/call-log/search';
import { outcomeLook, typeLabel } from '@/features/interactions/outcome';
import { interactionFacetsQuery } from '@/features/interactions/queries';
import { hasFilters, type InteractionsSearch } from '@/features/interactions/search';

export function InteractionFilters({ search }: { search: InteractionsSearch }) {
  const { change } = useChangeSearch<InteractionsSearch>();
  const facets = useQuery(interactionFacetsQuery(search)).data;
  return (
    <CallFilters search={search} narrowed={hasFilters(search)} chosenTimes>
      <FacetMenu
        name="Agent"
        facets={facets?.agents}
        value={search.agentId}
        onValueChange={(agentId) => change({ agentId })}
      />
      <FacetMenu
        name="Provider"
        facets={facets?.providers}
        value={search.provider}
        labelOf={providerName}
        onValueChange={(provider) => change({ provider })}
      />
      <FacetMenu
        name="Model"
        facets={facets?.models}
        value={search.model}
        onValueChange={(model) => change({ model })}
      />
      <FacetMenu
        name="Outcome"
        facets={facets?.outcomes}
        value={search.outcome}
        labelOf={(value) => outcomeLook(value).label}
        onValueChange={(outcome) => change({ outcome })}
      />
      <FacetMenu
        name="Type"
        facets={facets?.types}
        value={search.type}
        labelOf={typeLabel}
        onValueChange={(type) => change({ type })}
      />
      <FilterChip name="Session" value={search.sessionId} onRemove={() => change({ sessionId: undefined })} />
      <FilterChip
        name="External agent"
        value={search.externalAgentId}
        onRemove={() => change({ externalAgentId: undefined })}
      />
      <FilterChip name="User" value={search.userId} onRemove={() => change({ userId: undefined })} />
    </CallFilters>
  );
}
