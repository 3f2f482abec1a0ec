import { useNavigate } from '@tanstack/react-router';
import { BookOpen, FileText, KeyRound, type LucideIcon, Network, Plus } from 'lucide-react';
import type { OfferedServer } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { entryOf, kindLabel, questionCount, runLine, webLink } from '@/features/mcp-catalog/describe';
import { ItemIcon } from '@/features/mcp-catalog/item-icon';
import { useCreateItem } from '@/features/mcp-catalog/queries';
import type { CatalogSearch } from '@/features/mcp-catalog/search';
import { formatDay, pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

const NEEDS: Record<string, { icon: LucideIcon; label: string }> = {
  network: { icon: Network, label: 'reaches the network' },
  files: { icon: FileText, label: 'reads or writes files' },
  secrets: { icon: KeyRound, label: 'needs a secret' },
};

/** A server that can be taken over into the registry; installing it does both in one go. */
export function OfferedCard({ item, search }: { item: OfferedServer; search: CatalogSearch }) {
  const navigate = useNavigate();
  const create = useCreateItem();
  const mayCreate = useCan('internalMcpCatalog', 'create');
  const open = (id: string) => void navigate({ to: '/catalog', search: { ...search, install: id } });
  const docs = webLink(item.docsUrl) ?? webLink(item.repository);
  const questions = questionCount(item);
  function install() {
    if (item.catalogId !== null) return open(item.catalogId);
    create.mutate(entryOf(item), {
      onSuccess: (created) => open(created.id),
      onError: (error) => showToast({ tone: 'bad', title: `${item.title} could not be added`, detail: causeOf(error) }),
    });
  }
  return (
    <article
      aria-labelledby={`offer-${item.slug}`}
      className="flex flex-col rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong"
    >
      <div className="flex items-start gap-3">
        <ItemIcon icon={item.icon ?? null} serverType={item.serverType} />
        <div className="min-w-0 flex-1">
          <h2 id={`offer-${item.slug}`} className="truncate text-sm font-semibold" title={item.title}>
            {item.title}
          </h2>
          <p className="truncate font-mono text-2xs text-text-3" title={runLine(item)}>
            {runLine(item)}
          </p>
        </div>
        {docs ? (
          <a
            href={docs}
            target="_blank"
            rel="noreferrer"
            aria-label={`Documentation of ${item.title}`}
            title="Documentation"
            className="-mt-1 -mr-1.5 grid size-6.5 place-items-center rounded-md text-text-3 hover:bg-surface-3 hover:text-text"
          >
            <BookOpen className="size-3.5" aria-hidden />
          </a>
        ) : null}
      </div>
      <p className="mt-3 line-clamp-2 min-h-10 text-sm text-text-2" title={item.description ?? undefined}>
        {item.description}
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-1.5">
        <Badge tone="outline">{kindLabel(item)}</Badge>
        {item.needs.map((need) => {
          const look = NEEDS[need];
          return look ? (
            <Badge key={need} tone="outline">
              <look.icon aria-hidden /> {look.label}
            </Badge>
          ) : null;
        })}
        {questions > 0 && !item.needs.includes('secrets') ? (
          <Badge tone="outline">{questions === 1 ? 'asks one question' : `asks ${questions} questions`}</Badge>
        ) : null}
      </div>
      {item.warnings.length > 0 ? (
        <p className="mt-3 line-clamp-2 text-xs text-warn-text" title={item.warnings.join('\n')}>
          {item.warnings[0]}
        </p>
      ) : null}
      <footer className="mt-auto flex items-center gap-3 pt-4">
        <span className="min-w-0 flex-1 truncate text-xs text-text-3">
          {item.catalogId !== null
            ? 'In your registry'
            : item.testedAt
              ? `Started by our test on ${formatDay(item.testedAt)}`
              : item.version
                ? `Version ${item.version}`
                : ''}
        </span>
        {mayCreate || item.catalogId !== null ? (
          <Button
            size="sm"
            variant={item.catalogId === null ? 'primary' : 'secondary'}
            pending={create.isPending}
            aria-label={`Install ${item.title}`}
            onClick={install}
          >
            {create.isPending ? null : <Plus aria-hidden />} {item.serverType === 'remote' ? 'Connect' : 'Install'}
          </Button>
        ) : (
          <Button
            size="sm"
            onClick={() => void navigate({ to: '/requests', search: { ask: item.slug } })}
            aria-label={`Ask for ${item.title}`}
          >
            Ask for it
          </Button>
        )}
      </footer>
      <span className="sr-only">{pluralize(questions, 'question')} at its installation</span>
    </article>
  );
}
