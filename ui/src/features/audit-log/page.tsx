import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChevronRight, Download, ScrollText } from 'lucide-react';
import type { ReactNode } from 'react';
import type { AuditAction, AuditEntry } from '@/api/access';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { SearchInput, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Pager } from '@/components/ui/pager';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { Changes } from '@/features/audit-log/changes';
import { auditFacetsQuery, auditQuery, auditVerifiedQuery, exportPath, PAGE_SIZE } from '@/features/audit-log/queries';
import { ACTIONS, type AuditSearch } from '@/features/audit-log/search';
import { formatDateTime, formatInteger } from '@/lib/format';

export function AuditLogPage() {
  const search = useSearch({ from: '/_app/settings/audit-log' });
  const navigate = useNavigate({ from: '/settings/audit-log' });
  const entries = useQuery(auditQuery(search));
  const facets = useQuery(auditFacetsQuery);
  const go = (change: AuditSearch) =>
    void navigate({ search: { ...search, page: undefined, ...change }, replace: true });
  const orNone = (value: string) => (value === '' ? undefined : value);
  return (
    <>
      <title>Audit log · Archestra</title>
      <Verified />
      <Card>
        <CardHeader
          title="Audit log"
          description="Every change: who, from where, what it was before and after. Nobody can alter it without a trace."
          actions={
            <a href={exportPath(search)} download className={buttonClass({ size: 'sm' })}>
              <Download aria-hidden /> Export
            </a>
          }
        />
        <div className="flex flex-wrap items-center gap-3 px-4 pb-3">
          <SearchInput
            label="Search in the entries"
            value={search.search ?? ''}
            onValueChange={(value) => go({ search: orNone(value) })}
          />
          <Select
            aria-label="Who"
            className="w-40"
            value={search.actor ?? ''}
            onChange={(event) => go({ actor: orNone(event.target.value) })}
          >
            <option value="">Everybody</option>
            {facets.data?.actors.map(({ id, name }) => (
              <option key={id} value={id}>
                {name ?? id}
              </option>
            ))}
          </Select>
          <Select
            aria-label="What"
            className="w-44"
            value={search.resource ?? ''}
            onChange={(event) => go({ resource: orNone(event.target.value) })}
          >
            <option value="">Everything</option>
            {facets.data?.resources.map((resource) => (
              <option key={resource} value={resource}>
                {inWords(resource)}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Action"
            className="w-36"
            value={search.action ?? ''}
            onChange={(event) => go({ action: ACTIONS.find((action) => action === event.target.value) })}
          >
            <option value="">Every action</option>
            {ACTIONS.map((action) => (
              <option key={action}>{action}</option>
            ))}
          </Select>
          {search.request ? (
            <Button size="sm" variant="ghost" onClick={() => go({ request: undefined })}>
              One request only: show all
            </Button>
          ) : null}
        </div>
        {entries.isLoadingError ? (
          <ErrorState
            title="The audit log could not be read"
            error={entries.error}
            onRetry={() => void entries.refetch()}
          />
        ) : entries.isPending ? (
          <SkeletonRows />
        ) : entries.data.data.length === 0 ? (
          <EmptyState icon={ScrollText} title="No change fits" className="border-t border-line">
            What is only read, and what was refused, changes nothing and is not here.
          </EmptyState>
        ) : (
          <ul aria-label="Changes" className="divide-y divide-line border-t border-line">
            {entries.data.data.map((entry) => (
              <Entry key={entry.id} entry={entry} onRequest={(request) => go({ request })} />
            ))}
          </ul>
        )}
      </Card>
      {entries.data ? (
        <Pager
          label="Pages of the audit log"
          page={search.page ?? 1}
          totalPages={Math.ceil(entries.data.pagination.total / PAGE_SIZE)}
          pageSize={PAGE_SIZE}
          onPage={(page) => go({ page })}
        />
      ) : null}
    </>
  );
}

function Verified() {
  const verified = useQuery(auditVerifiedQuery);
  if (verified.data === undefined) return null;
  const { intact, broken, entries, head } = verified.data;
  return intact ? (
    <Notice tone="info">
      The chain of {formatInteger(entries)} entries is whole.
      {head ? (
        <>
          {' '}
          Its head is <code className="font-mono text-xs">{head.hash.slice(0, 16)}…</code>
        </>
      ) : null}
    </Notice>
  ) : (
    <Notice tone="error" role="alert">
      The log was altered: entry {broken?.id} is not as it was written ({broken?.reason}). Compare with an export or a
      backup.
    </Notice>
  );
}

const TONES: Record<AuditAction, 'ok' | 'accent' | 'bad'> = { create: 'ok', update: 'accent', delete: 'bad' };

function Entry({ entry, onRequest }: { entry: AuditEntry; onRequest: (id: string) => void }) {
  const { actor, action, resource, resourceName, resourceId, request, from } = entry;
  return (
    <li>
      <details className="group">
        <summary className="flex cursor-pointer list-none items-center gap-3 px-4 py-2.5 text-sm hover:bg-surface-2 focus-visible:outline-offset-[-2px]">
          <ChevronRight className="size-4 shrink-0 text-text-3 transition-transform group-open:rotate-90" aria-hidden />
          <span className="w-14 shrink-0">
            <Badge tone={TONES[action]}>{action}</Badge>
          </span>
          <span className="min-w-0 flex-1 truncate">
            <span className="text-text-2">{inWords(resource)}</span>{' '}
            <span className="font-medium">{resourceName ?? resourceId ?? ''}</span>
          </span>
          <span className="max-w-48 truncate text-text-2">{actor.name ?? actor.email ?? actor.kind}</span>
          <RelativeTime at={entry.at} className="w-24 shrink-0 text-right text-xs text-text-3" />
        </summary>
        <div className="flex flex-col gap-3 border-t border-line bg-surface-2/40 px-4 py-3 pl-11">
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
            <Fact label="When">{formatDateTime(entry.at)}</Fact>
            <Fact label="Who">
              {actor.name ?? actor.kind}
              {actor.email ? ` (${actor.email})` : ''}
              {actor.role ? `, ${actor.role}` : ''}
              {actor.kind === 'apiKey' ? ', with an API key' : ''}
            </Fact>
            <Fact label="From">{[from.address, from.userAgent].filter(Boolean).join(' · ') || 'this machine'}</Fact>
            <Fact label="Request">
              <code className="font-mono">
                {request.method} {request.route}
              </code>
              {request.permission ? ` (${request.permission})` : ''}
            </Fact>
          </dl>
          <Changes entry={entry} />
          <Button variant="link" size="text" className="self-start text-xs" onClick={() => onRequest(entry.requestId)}>
            All that this request changed
          </Button>
        </div>
      </details>
    </li>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** A table's name as words: `team_members` is “team members”. */
function inWords(resource: string): string {
  return resource.replaceAll('_', ' ');
}
