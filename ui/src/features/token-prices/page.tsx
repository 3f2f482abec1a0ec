import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { CircleDollarSign, Plus, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { TokenPrice, UnpricedModel } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { SearchInput, Select } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, EmptyState, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { providerName } from '@/features/agents/proxy-urls';
import { PriceDialog } from '@/features/token-prices/form';
import { tokenPricesQuery, unpricedQuery, useDeletePrice } from '@/features/token-prices/queries';
import type { TokenPricesSearch } from '@/features/token-prices/search';
import { TokenPricesTable } from '@/features/token-prices/table';
import { formatDay, pluralize } from '@/lib/format';
import { Page } from '@/shell/page';
import { useCan } from '@/shell/permissions';

const NO_PRICES: TokenPrice[] = [];

export function TokenPricesPage() {
  const search = useSearch({ from: '/_app/prices' });
  const navigate = useNavigate({ from: '/prices' });
  const prices = useQuery(tokenPricesQuery);
  const unpriced = useQuery(unpricedQuery);
  const mayAdd = useCan('tokenPrice', 'create');
  const [doomed, setDoomed] = useState<TokenPrice | null>(null);
  const patch = (change: TokenPricesSearch) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const close = () => patch({ edit: undefined, add: undefined });

  const all = prices.data ?? NO_PRICES;
  const shown = all.filter((price) => matches(price, search));
  const edited = all.find((price) => price.id === search.edit);
  const asOf = latestDate(all);

  return (
    <Page
      title="Prices"
      description={
        <>
          US dollars per million tokens; the cost of a call is computed from these when it is recorded.
          {asOf ? ` Built-in prices are the providers’ public ones as of ${formatDay(asOf)}.` : ''}
        </>
      }
      actions={
        mayAdd ? (
          <Button variant="primary" onClick={() => patch({ add: 'new' })}>
            <Plus aria-hidden /> Add price
          </Button>
        ) : null
      }
    >
      {unpriced.data && unpriced.data.length > 0 ? (
        <Unpriced models={unpriced.data} onFill={(model) => patch({ add: `${model.provider}/${model.model}` })} />
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          label="Search models"
          value={search.search ?? ''}
          onValueChange={(value) => patch({ search: value === '' ? undefined : value })}
        />
        <Select
          aria-label="Provider"
          className="w-44"
          value={search.provider ?? ''}
          onChange={(event) => patch({ provider: event.target.value || undefined })}
        >
          <option value="">All providers</option>
          {[...new Set(all.map((price) => price.provider))].sort().map((provider) => (
            <option key={provider} value={provider}>
              {providerName(provider)}
            </option>
          ))}
        </Select>
        <Select
          aria-label="Source"
          className="w-40"
          value={search.source ?? ''}
          onChange={(event) => patch({ source: (event.target.value || undefined) as TokenPricesSearch['source'] })}
        >
          <option value="">All sources</option>
          <option value="builtin">Built-in</option>
          <option value="custom">Your own</option>
        </Select>
        <span className="ml-auto text-xs text-text-3 tnum">
          {prices.data ? `${shown.length} of ${pluralize(all.length, 'price')}` : ''}
        </span>
      </div>
      <Card>
        {prices.isLoadingError ? (
          <ErrorState title="The prices could not be read" error={prices.error} onRetry={() => void prices.refetch()} />
        ) : prices.isPending ? (
          <SkeletonRows rows={10} />
        ) : all.length === 0 ? (
          <EmptyState
            icon={CircleDollarSign}
            title="No prices yet"
            actions={<Button onClick={() => patch({ add: 'new' })}>Add the first price</Button>}
          >
            Without a price a model’s calls are recorded with an unknown cost.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No price matches"
            actions={
              <Button onClick={() => patch({ search: undefined, provider: undefined, source: undefined })}>
                Clear the filters
              </Button>
            }
          />
        ) : (
          <TokenPricesTable rows={shown} onEdit={(price) => patch({ edit: price.id })} onReset={setDoomed} />
        )}
      </Card>
      {edited || search.add !== undefined ? (
        <PriceDialog key={search.edit ?? search.add} price={edited} add={search.add} onClose={close} />
      ) : null}
      {doomed ? <ResetDialog price={doomed} onClose={() => setDoomed(null)} /> : null}
    </Page>
  );
}

function Unpriced({ models, onFill }: { models: UnpricedModel[]; onFill: (model: UnpricedModel) => void }) {
  return (
    <Card className="border-warn/50">
      <CardHeader
        title={`${pluralize(models.length, 'model')} in use without a price`}
        description="Their calls are recorded, their cost is unknown. Prices you add count from the next call on."
      />
      <ul className="divide-y divide-line border-t border-line text-sm">
        {models.map((model) => (
          <li key={`${model.provider}/${model.model}`} className="flex items-center gap-4 px-4 py-2">
            <span className="min-w-0 flex-1 truncate">
              <span className="font-medium">{model.model}</span>{' '}
              <span className="text-text-3">{providerName(model.provider)}</span>
            </span>
            <span className="text-xs whitespace-nowrap text-text-3 tnum">
              {pluralize(model.requests, 'call')}, last <RelativeTime at={model.lastSeenAt} />
            </span>
            <Button size="sm" onClick={() => onFill(model)} aria-label={`Add a price for ${model.model}`}>
              Add price
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function ResetDialog({ price, onClose }: { price: TokenPrice; onClose: () => void }) {
  const remove = useDeletePrice();
  return (
    <ConfirmDialog
      title={`Remove your price for ${price.model}?`}
      confirmLabel="Remove"
      pending={remove.isPending}
      error={remove.isError ? causeOf(remove.error) : null}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(price.id, {
          onSuccess: () => {
            showToast({ tone: 'ok', title: 'Your price was removed' });
            onClose();
          },
        })
      }
    >
      If this server knows a public price of the model, that one counts again; otherwise its cost is unknown from now
      on. Recorded calls keep their cost.
    </ConfirmDialog>
  );
}

function matches(price: TokenPrice, search: TokenPricesSearch): boolean {
  if (search.provider !== undefined && price.provider !== search.provider) return false;
  if (search.source !== undefined && price.source !== search.source) return false;
  return search.search === undefined || price.model.toLowerCase().includes(search.search.toLowerCase());
}

function latestDate(prices: TokenPrice[]): string | undefined {
  return prices
    .map((price) => price.asOf)
    .filter((date) => date !== null)
    .sort()
    .at(-1);
}
