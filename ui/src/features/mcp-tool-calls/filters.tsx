import { useQuery } from '@tanstack/react-query';
import { CalendarClock, Check, ChevronDown, X } from 'lucide-react';
import type { FacetValue } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { SearchInput } from '@/components/ui/input';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { serversQuery } from '@/features/mcp-servers/queries';
import { toolCallFacetsQuery } from '@/features/mcp-tool-calls/queries';
import { hasFilters, type Range, RANGES, type ToolCallsSearch } from '@/features/mcp-tool-calls/search';
import { cn } from '@/lib/class-names';
import { formatCompact } from '@/lib/format';

type Props = { search: ToolCallsSearch; onChange: (change: ToolCallsSearch) => void; onClear: () => void };

const OUTCOMES: Record<string, string> = { ok: 'Answered', error: 'Error' };

export function ToolCallFilters({ search, onChange, onClear }: Props) {
  const facets = useQuery(toolCallFacetsQuery(search)).data;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Search calls"
        className="w-56"
        value={search.search ?? ''}
        onValueChange={(value) => onChange({ search: value === '' ? undefined : value })}
      />
      <RangeMenu range={search.range} onChange={(range) => onChange({ range })} />
      <FacetMenu
        name="Agent"
        facets={facets?.agents}
        value={search.agentId}
        onValueChange={(agentId) => onChange({ agentId })}
      />
      <FacetMenu
        name="Server"
        facets={facets?.servers}
        value={search.serverName}
        onValueChange={(serverName) => onChange({ serverName })}
      />
      <FacetMenu
        name="Tool"
        facets={facets?.tools}
        value={search.toolName}
        onValueChange={(toolName) => onChange({ toolName })}
      />
      <FacetMenu
        name="Outcome"
        facets={facets?.outcomes}
        value={search.outcome}
        labelOf={(value) => OUTCOMES[value] ?? value}
        onValueChange={(outcome) => onChange({ outcome })}
      />
      <FacetMenu
        name="Method"
        facets={facets?.methods}
        value={search.method}
        onValueChange={(method) => onChange({ method })}
      />
      {search.mcpServerId ? (
        <InstallationChip id={search.mcpServerId} onRemove={() => onChange({ mcpServerId: undefined })} />
      ) : null}
      {hasFilters(search) ? (
        <Button variant="link" size="text" onClick={onClear}>
          Clear all
        </Button>
      ) : null}
    </div>
  );
}

function InstallationChip({ id, onRemove }: { id: string; onRemove: () => void }) {
  const name = useQuery(serversQuery).data?.find((server) => server.id === id)?.name ?? id;
  return (
    <Button
      className="max-w-60 border-accent/50 bg-accent-soft font-normal text-accent-text"
      aria-label={`Remove the filter Installation ${name}`}
      onClick={onRemove}
    >
      <span className="truncate">Installation: {name}</span>
      <X className="size-3.5!" aria-hidden />
    </Button>
  );
}

type FacetMenuProps = {
  name: string;
  facets: FacetValue[] | undefined;
  value: string | undefined;
  labelOf?: (value: string) => string;
  onValueChange: (value: string | undefined) => void;
};

function FacetMenu({ name, facets, value, labelOf, onValueChange }: FacetMenuProps) {
  const label = (facet: FacetValue) => labelOf?.(facet.value) ?? facet.label;
  const chosen = facets?.find((facet) => facet.value === value);
  const shown = value === undefined ? undefined : chosen ? label(chosen) : (labelOf?.(value) ?? value);
  return (
    <Menu
      align="start"
      className="max-h-80 min-w-56 overflow-y-auto"
      trigger={
        <Button
          className={cn(
            'max-w-56 border-dashed font-normal text-text-2',
            value !== undefined && 'border-solid border-accent/50 bg-accent-soft text-accent-text',
          )}
        >
          <span className="truncate">{shown === undefined ? name : `${name}: ${shown}`}</span>
          <ChevronDown className="size-3.5!" aria-hidden />
        </Button>
      }
    >
      {value === undefined ? null : (
        <>
          <MenuItem onSelect={() => onValueChange(undefined)}>
            <X aria-hidden /> Any {name.toLowerCase()}
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      {facets === undefined || facets.length === 0 ? (
        <MenuItem disabled>Nothing to choose from</MenuItem>
      ) : (
        facets.map((facet) => (
          <MenuItem key={facet.value} onSelect={() => onValueChange(facet.value)}>
            <span className="grid size-4 place-items-center" aria-hidden>
              {facet.value === value ? <Check /> : null}
            </span>
            <span className="min-w-0 flex-1 truncate">{label(facet)}</span>
            <span className="pl-4 text-xs text-text-3 tnum">{formatCompact(facet.count)}</span>
          </MenuItem>
        ))
      )}
    </Menu>
  );
}

const RANGE_LABELS: Record<Range, string> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};

function RangeMenu({ range, onChange }: { range: Range | undefined; onChange: (range: Range | undefined) => void }) {
  return (
    <Menu
      align="start"
      trigger={
        <Button className={cn('font-normal text-text-2', range && 'border-accent/50 bg-accent-soft text-accent-text')}>
          <CalendarClock className="size-3.5!" aria-hidden /> {range ? RANGE_LABELS[range] : 'All time'}
        </Button>
      }
    >
      <MenuItem onSelect={() => onChange(undefined)}>All time</MenuItem>
      {(Object.keys(RANGES) as Range[]).map((each) => (
        <MenuItem key={each} onSelect={() => onChange(each)}>
          {RANGE_LABELS[each]}
        </MenuItem>
      ))}
    </Menu>
  );
}
