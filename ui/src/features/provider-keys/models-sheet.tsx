import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ListTree, RefreshCw, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { LlmModel, ProviderKey } from '@/api/settings';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { type DataColumn, DataTable } from '@/components/ui/data-table';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { SearchInput } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { modelsQuery, useSyncModels } from '@/features/provider-keys/queries';
import { formatCompact, formatPrice, pluralize } from '@/lib/format';

type Props = { apiKey: ProviderKey; providerName: string; onClose: () => void };

export function ModelsSheet({ apiKey, providerName, onClose }: Props) {
  const models = useQuery(modelsQuery(apiKey.provider));
  const sync = useSyncModels();
  const [search, setSearch] = useState('');
  const own = (models.data ?? []).filter((model) => model.apiKeys.some((key) => key.id === apiKey.id));
  const shown = own.filter((model) => model.modelId.toLowerCase().includes(search.toLowerCase()));
  const failed = sync.data?.failed.find((each) => each.keyId === apiKey.id)?.error;
  return (
    <Dialog
      variant="sheet"
      className="w-[min(44rem,100vw)]"
      title={`Models of ${apiKey.name}`}
      description={`As ${providerName} listed them for this key. Prices are per million tokens.`}
      onClose={onClose}
    >
      <DialogBody>
        {failed !== undefined || sync.isError ? (
          <Notice tone="error" role="alert">
            {failed ?? causeOf(sync.error)}
          </Notice>
        ) : null}
        <form role="search" className="flex flex-wrap items-center gap-3" onSubmit={(event) => event.preventDefault()}>
          <SearchInput label="Search models" value={search} onValueChange={setSearch} />
          <span className="text-xs text-text-3 tnum">{models.data ? pluralize(shown.length, 'model') : ''}</span>
          <Button className="ml-auto" pending={sync.isPending} onClick={() => sync.mutate()}>
            {sync.isPending ? null : <RefreshCw aria-hidden />} List anew
          </Button>
        </form>
        <div className="rounded-lg border border-line">
          {models.isLoadingError ? (
            <ErrorState
              title="The models could not be read"
              error={models.error}
              onRetry={() => void models.refetch()}
            />
          ) : models.isPending ? (
            <SkeletonRows rows={8} />
          ) : own.length === 0 ? (
            <EmptyState icon={ListTree} title="No models listed">
              {providerName} listed none for this key. List them anew, or test the key.
            </EmptyState>
          ) : shown.length === 0 ? (
            <EmptyState icon={SearchX} title="No model matches" />
          ) : (
            <DataTable
              caption={`Models of ${apiKey.name}`}
              rows={shown}
              rowId={(model) => model.id}
              columns={COLUMNS}
            />
          )}
        </div>
      </DialogBody>
    </Dialog>
  );
}

const COLUMNS: DataColumn<LlmModel>[] = [
  {
    id: 'model',
    header: 'Model',
    cell: ({ row }) => (
      <span className="flex flex-wrap items-center gap-2 font-medium break-all">
        {row.original.modelId}
        {row.original.ignored ? <Badge title="Not offered in pickers">hidden</Badge> : null}
      </span>
    ),
  },
  {
    id: 'context',
    header: 'Context',
    meta: { align: 'right' },
    cell: ({ row }) => formatCompact(row.original.contextLength),
  },
  {
    id: 'input',
    header: 'Input',
    meta: { align: 'right' },
    cell: ({ row }) => formatPrice(row.original.pricePerMillionInput),
  },
  {
    id: 'output',
    header: 'Output',
    meta: { align: 'right' },
    cell: ({ row }) => formatPrice(row.original.pricePerMillionOutput),
  },
  {
    id: 'price',
    header: () => <span className="sr-only">Price</span>,
    meta: { align: 'right', className: 'whitespace-nowrap' },
    cell: ({ row }) => <PriceLink model={row.original} />,
  },
];

function PriceLink({ model }: { model: LlmModel }) {
  const priced = model.pricePerMillionInput !== null;
  return (
    <Link
      to="/prices"
      search={
        priced ? { search: model.modelId, provider: model.provider } : { add: `${model.provider}/${model.modelId}` }
      }
      className="text-accent-text hover:underline"
      aria-label={priced ? `Price of ${model.modelId}` : `Add a price for ${model.modelId}`}
    >
      {priced ? (model.priceSource === 'custom' ? 'Your own' : 'Built-in') : 'Add price'}
    </Link>
  );
}
