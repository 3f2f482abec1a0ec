import { useQuery } from '@tanstack/react-query';
import { CalendarClock, Check, ChevronDown, X } from 'lucide-react';
import type { Facet } from '@/api/types';
import { Button } from '@/components/ui/button';
import { SearchInput } from '@/components/ui/input';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { providerName } from '@/features/agents/proxy-urls';
import { CustomRange } from '@/features/interactions/custom-range';
import { outcomeLook, typeLabel } from '@/features/interactions/outcome';
import { facetsQuery } from '@/features/interactions/queries';
import { hasFilters, type InteractionsSearch, RANGES, type Range } from '@/features/interactions/search';
import { cn } from '@/lib/class-names';
import { formatCompact } from '@/lib/format';

type Props = { search: InteractionsSearch; onChange: (change: InteractionsSearch) => void; onClear: () => void };

export function InteractionFilters({ search, onChange, onClear }: Props) {
  const facets = useQuery(facetsQuery(search)).data;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Search calls"
        className="w-56"
        value={search.search ?? ''}
        onValueChange={(value) => onChange({ search: value === '' ? undefined : value })}
      />
      <RangeMenu search={search} onChange={onChange} />
      <FacetMenu
        name="Agent"
        facets={facets?.agents}
        value={search.agentId}
        onValueChange={(agentId) => onChange({ agentId })}
      />
      <FacetMenu
        name="Provider"
        facets={facets?.providers}
        value={search.provider}
        labelOf={providerName}
        onValueChange={(provider) => onChange({ provider })}
      />
      <FacetMenu
        name="Model"
        facets={facets?.models}
        value={search.model}
        onValueChange={(model) => onChange({ model })}
      />
      <FacetMenu
        name="Outcome"
        facets={facets?.outcomes}
        value={search.outcome}
        labelOf={(value) => outcomeLook(value).label}
        onValueChange={(outcome) => onChange({ outcome })}
      />
      <FacetMenu
        name="Type"
        facets={facets?.types}
        value={search.type}
        labelOf={typeLabel}
        onValueChange={(type) => onChange({ type })}
      />
      <Chip name="Session" value={search.sessionId} onRemove={() => onChange({ sessionId: undefined })} />
      <Chip
        name="External agent"
        value={search.externalAgentId}
        onRemove={() => onChange({ externalAgentId: undefined })}
      />
      <Chip name="User" value={search.userId} onRemove={() => onChange({ userId: undefined })} />
      {hasFilters(search) ? (
        <Button variant="link" size="text" onClick={onClear}>
          Clear all
        </Button>
      ) : null}
    </div>
  );
}

type FacetMenuProps = {
  name: string;
  facets: Facet[] | undefined;
  value: string | undefined;
  labelOf?: (value: string) => string;
  onValueChange: (value: string | undefined) => void;
};

function FacetMenu({ name, facets, value, labelOf, onValueChange }: FacetMenuProps) {
  const label = (facet: Facet) => labelOf?.(facet.value) ?? facet.label;
  const chosen = facets?.find((facet) => facet.value === value);
  const shownValue = value === undefined ? undefined : chosen ? label(chosen) : (labelOf?.(value) ?? value);
  return (
    <Menu
      align="start"
      className="max-h-80 min-w-56 overflow-y-auto"
      trigger={
        <Button
          size="md"
          className={cn(
            'max-w-56 border-dashed font-normal text-text-2',
            value !== undefined && 'border-solid border-accent/50 bg-accent-soft text-accent-text',
          )}
        >
          <span className="truncate">{shownValue === undefined ? name : `${name}: ${shownValue}`}</span>
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

function RangeMenu({ search, onChange }: Pick<Props, 'search' | 'onChange'>) {
  const custom = search.range === undefined && (search.from !== undefined || search.to !== undefined);
  const label = search.range ? RANGE_LABELS[search.range] : custom ? 'Chosen times' : 'All time';
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button
            className={cn(
              'font-normal text-text-2',
              (search.range || custom) && 'border-accent/50 bg-accent-soft text-accent-text',
            )}
          >
            <CalendarClock className="size-3.5!" aria-hidden /> {label}
          </Button>
        }
      >
        <MenuItem onSelect={() => onChange({ range: undefined, from: undefined, to: undefined })}>All time</MenuItem>
        {(Object.keys(RANGES) as Range[]).map((range) => (
          <MenuItem key={range} onSelect={() => onChange({ range, from: undefined, to: undefined })}>
            {RANGE_LABELS[range]}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => onChange({ range: undefined, from: startOfToday() })}>From … to …</MenuItem>
      </Menu>
      {custom ? <CustomRange from={search.from} to={search.to} onChange={onChange} /> : null}
    </>
  );
}

function Chip({ name, value, onRemove }: { name: string; value: string | undefined; onRemove: () => void }) {
  if (value === undefined) return null;
  return (
    <Button
      className="max-w-60 border-accent/50 bg-accent-soft font-normal text-accent-text"
      aria-label={`Remove the filter ${name} ${value}`}
      onClick={onRemove}
    >
      <span className="truncate">
        {name}: {value}
      </span>
      <X className="size-3.5!" aria-hidden />
    </Button>
  );
}

function startOfToday(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}T00:00`;
}
