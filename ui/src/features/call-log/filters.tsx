import { CalendarClock, Check, ChevronDown, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Facet } from '@/api/types';
import { Button } from '@/components/ui/button';
import { SearchInput } from '@/components/ui/input';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { CustomRange } from '@/features/call-log/custom-range';
import { type CallLogSearch, type Range, useChangeSearch } from '@/features/call-log/search';
import { cn } from '@/lib/class-names';
import { formatCompact } from '@/lib/format';

type Props = {
  search: CallLogSearch;
  narrowed: boolean;
  /** Whether a start and an end can be chosen, beside the ranges back from now. */
  chosenTimes?: boolean;
  /** The facets of this log. */
  children: ReactNode;
};

export function CallFilters({ search, narrowed, chosenTimes = false, children }: Props) {
  const { change, clear } = useChangeSearch();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <SearchInput
        label="Search calls"
        className="w-56"
        value={search.search ?? ''}
        onValueChange={(value) => change({ search: value === '' ? undefined : value })}
      />
      <RangeMenu search={search} chosenTimes={chosenTimes} onChange={change} />
      {children}
      {narrowed ? (
        <Button variant="link" size="text" onClick={clear}>
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

export function FacetMenu({ name, facets, value, labelOf, onValueChange }: FacetMenuProps) {
  const label = (facet: Facet) => labelOf?.(facet.value) ?? facet.label;
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

type RangeMenuProps = { search: CallLogSearch; chosenTimes: boolean; onChange: (change: CallLogSearch) => void };

function RangeMenu({ search, chosenTimes, onChange }: RangeMenuProps) {
  const custom = chosenTimes && search.range === undefined && (search.from !== undefined || search.to !== undefined);
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
        {(Object.keys(RANGE_LABELS) as Range[]).map((range) => (
          <MenuItem key={range} onSelect={() => onChange({ range, from: undefined, to: undefined })}>
            {RANGE_LABELS[range]}
          </MenuItem>
        ))}
        {chosenTimes ? (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => onChange({ range: undefined, from: startOfToday() })}>From … to …</MenuItem>
          </>
        ) : null}
      </Menu>
      {custom ? <CustomRange from={search.from} to={search.to} onChange={onChange} /> : null}
    </>
  );
}

/** A filter that is set by a link, not in a menu. */
export function FilterChip({
  name,
  value,
  onRemove,
}: {
  name: string;
  value: string | undefined;
  onRemove: () => void;
}) {
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
