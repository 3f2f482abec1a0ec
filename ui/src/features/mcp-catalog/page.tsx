import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { ClipboardPaste, LibraryBig, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { CatalogItem } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { SearchInput, Select } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import { EmptyState, ErrorState } from '@/components/ui/states';
import { DeleteItemDialog } from '@/features/mcp-catalog/delete-dialog';
import { matchesWords, wordsOf } from '@/features/mcp-catalog/describe';
import { Grid, SkeletonCards } from '@/features/mcp-catalog/grid';
import { OfferedCard } from '@/features/mcp-catalog/offered-card';
import { OnlineRegistry } from '@/features/mcp-catalog/online-registry';
import { builtinCatalogQuery, catalogQuery } from '@/features/mcp-catalog/queries';
import { RegistryCard } from '@/features/mcp-catalog/registry-card';
import type { CatalogSearch, CatalogSource } from '@/features/mcp-catalog/search';
import { InstallDialog } from '@/features/mcp-servers/install/dialog';
import { formatDay, pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

const NO_ITEMS: CatalogItem[] = [];

export function CatalogPage() {
  const search = useSearch({ from: '/_app/catalog' });
  const navigate = useNavigate({ from: '/catalog' });
  const registry = useQuery(catalogQuery);
  const mayCreate = useCan('internalMcpCatalog', 'create');
  const patch = (change: CatalogSearch) =>
    void navigate({ to: '.', search: (old) => ({ ...old, ...change }), replace: true });
  const own = registry.data?.filter((item) => item.serverType !== 'builtin') ?? NO_ITEMS;
  // An empty registry is no place to begin.
  const source = search.source ?? (registry.isSuccess && own.length === 0 ? 'builtin' : 'registry');

  return (
    <Page
      title="Catalogue"
      description="MCP servers to install: those of your organization, and those that come with the program."
      actions={
        mayCreate ? (
          <>
            <Link to="/catalog/paste" className={buttonClass()}>
              <ClipboardPaste aria-hidden /> Paste a configuration
            </Link>
            <Link to="/catalog/new" className={buttonClass({ variant: 'primary' })}>
              <Plus aria-hidden /> Add a server
            </Link>
          </>
        ) : (
          <Link to="/requests" className={buttonClass()}>
            Your requests
          </Link>
        )
      }
    >
      <div className="flex flex-wrap items-center gap-3">
        <Segmented<CatalogSource>
          label="Where from"
          value={source}
          onValueChange={(next) => patch({ source: next, category: undefined })}
          options={[
            { value: 'registry', label: registry.data ? `Your registry ${registry.data.length}` : 'Your registry' },
            { value: 'builtin', label: 'Comes with Archestra' },
            { value: 'online', label: 'Official registry' },
          ]}
        />
        <SearchInput
          label="Search servers"
          value={search.q ?? ''}
          onValueChange={(q) => patch({ q: q === '' ? undefined : q })}
        />
        {source === 'online' ? null : (
          <Select
            aria-label="Kind"
            className="w-40"
            value={search.kind ?? ''}
            onChange={(event) =>
              patch({
                kind:
                  event.target.value === 'local' || event.target.value === 'remote' ? event.target.value : undefined,
              })
            }
          >
            <option value="">Any kind</option>
            <option value="local">In a container</option>
            <option value="remote">Remote</option>
          </Select>
        )}
        {source === 'builtin' ? <CategoryChoice search={search} onChange={patch} /> : null}
      </div>
      {source === 'registry' ? (
        <Registry search={search} onChange={patch} />
      ) : source === 'builtin' ? (
        <Builtin search={search} onChange={patch} />
      ) : (
        <OnlineRegistry search={search} />
      )}
      {search.install ? (
        <InstallDialog
          key={search.install}
          catalogId={search.install}
          secretId={search.secret}
          onClose={() => patch({ install: undefined, secret: undefined })}
        />
      ) : null}
      <Outlet />
    </Page>
  );
}

type BodyProps = { search: CatalogSearch; onChange: (change: CatalogSearch) => void };

function Registry({ search, onChange }: BodyProps) {
  const registry = useQuery(catalogQuery);
  const [doomed, setDoomed] = useState<CatalogItem | null>(null);
  if (registry.isLoadingError) {
    return (
      <Card>
        <ErrorState
          title="The registry could not be read"
          error={registry.error}
          onRetry={() => void registry.refetch()}
        />
      </Card>
    );
  }
  if (registry.isPending) return <SkeletonCards />;
  const shown = registry.data.filter((item) => fits(item, search) && matchesWords(wordsOf(item), search.q));
  if (registry.data.length === 0) {
    return (
      <Card>
        <EmptyState
          icon={LibraryBig}
          title="Your registry is empty"
          actions={
            <Button variant="primary" onClick={() => onChange({ source: 'builtin' })}>
              See what comes with Archestra
            </Button>
          }
        >
          Install one of the servers that come along, paste a configuration you have, or describe a server yourself.
        </EmptyState>
      </Card>
    );
  }
  if (shown.length === 0) return <NothingMatches onClear={() => onChange({ q: undefined, kind: undefined })} />;
  return (
    <>
      <Grid>
        {shown.map((item) => (
          <RegistryCard key={item.id} item={item} search={search} onDelete={setDoomed} />
        ))}
      </Grid>
      {doomed ? <DeleteItemDialog item={doomed} onClose={() => setDoomed(null)} /> : null}
    </>
  );
}

function Builtin({ search, onChange }: BodyProps) {
  const builtin = useQuery(builtinCatalogQuery);
  if (builtin.isLoadingError) {
    return (
      <Card>
        <ErrorState
          title="The servers that come along could not be read"
          error={builtin.error}
          onRetry={() => void builtin.refetch()}
        />
      </Card>
    );
  }
  if (builtin.isPending) return <SkeletonCards />;
  const shown = builtin.data.items.filter(
    (item) =>
      fits(item, search) &&
      (search.category === undefined || item.category === search.category) &&
      matchesWords(wordsOf(item), search.q),
  );
  if (shown.length === 0) {
    return <NothingMatches onClear={() => onChange({ q: undefined, kind: undefined, category: undefined })} />;
  }
  return (
    <>
      <Grid>
        {shown.map((item) => (
          <OfferedCard key={item.slug} item={item} search={search} />
        ))}
      </Grid>
      <p className="text-xs text-text-3">
        {pluralize(builtin.data.items.length, 'server')}, chosen and described by us, as of{' '}
        {formatDay(builtin.data.asOf)}. This list needs no network.
      </p>
    </>
  );
}

function CategoryChoice({ search, onChange }: BodyProps) {
  const items = useQuery(builtinCatalogQuery).data?.items ?? [];
  const categories = [...new Set(items.map((item) => item.category))]
    .filter((category) => category !== null)
    .sort((a, b) => a.localeCompare(b));
  if (categories.length < 2) return null;
  return (
    <Select
      aria-label="Category"
      className="w-44"
      value={search.category ?? ''}
      onChange={(event) => onChange({ category: event.target.value === '' ? undefined : event.target.value })}
    >
      <option value="">Any category</option>
      {categories.map((category) => (
        <option key={category}>{category}</option>
      ))}
    </Select>
  );
}

function NothingMatches({ onClear }: { onClear: () => void }) {
  return (
    <Card>
      <EmptyState icon={SearchX} title="No server matches" actions={<Button onClick={onClear}>Show all</Button>}>
        Try another word, or look in the official registry.
      </EmptyState>
    </Card>
  );
}

function fits(item: { serverType: string }, search: CatalogSearch): boolean {
  return search.kind === undefined || item.serverType === search.kind;
}
