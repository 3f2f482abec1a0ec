import { Link } from '@tanstack/react-router';
import { BookOpen, Ellipsis, Pencil, Server, Trash2 } from 'lucide-react';
import type { CatalogItem } from '@/api/mcp';
import { Badge } from '@/components/ui/badge';
import { Button, buttonClass } from '@/components/ui/button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { kindLabel, runLine, webLink } from '@/features/mcp-catalog/describe';
import { ItemIcon } from '@/features/mcp-catalog/item-icon';
import type { CatalogSearch } from '@/features/mcp-catalog/search';
import { pluralize } from '@/lib/format';
import { useCan } from '@/shell/permissions';

type Props = { item: CatalogItem; search: CatalogSearch; onDelete: (item: CatalogItem) => void };

export function RegistryCard({ item, search, onDelete }: Props) {
  const mayInstall = useCan('mcpServer', 'create');
  return (
    <article
      aria-labelledby={`item-${item.id}`}
      className="flex flex-col rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong"
    >
      <div className="flex items-start gap-3">
        <ItemIcon icon={item.icon} serverType={item.serverType} />
        <div className="min-w-0 flex-1">
          <h2 id={`item-${item.id}`} className="truncate text-sm font-semibold" title={item.name}>
            {item.name}
          </h2>
          <p className="truncate font-mono text-2xs text-text-3" title={runLine(item)}>
            {runLine(item) || kindLabel(item)}
          </p>
        </div>
        <ItemMenu item={item} search={search} onDelete={onDelete} />
      </div>
      <p className="mt-3 line-clamp-2 min-h-10 text-sm text-text-2">
        {item.description ?? <span className="text-text-3">No description.</span>}
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-1.5">
        <Badge tone="outline">{kindLabel(item)}</Badge>
        {item.scope === 'personal' ? <Badge tone="outline">Only you see it</Badge> : null}
        {item.teams.map((team) => (
          <Badge key={team.id} tone="outline">
            {team.name}
          </Badge>
        ))}
        {item.labels.map((label) => (
          <Badge key={label.key} tone="outline">
            <span className="text-text-3">{label.key}</span> {label.value}
          </Badge>
        ))}
      </div>
      <footer className="mt-auto flex items-center gap-3 pt-4">
        <span className="min-w-0 flex-1 truncate text-xs text-text-3 tnum">
          {item.installationCount > 0 ? (
            <Link to="/servers" search={{ q: item.name }} className="hover:text-text hover:underline">
              {pluralize(item.installationCount, 'installation')}, {pluralize(item.toolCount, 'tool')}
            </Link>
          ) : item.serverType === 'builtin' ? (
            pluralize(item.toolCount, 'tool')
          ) : (
            'Not installed'
          )}
        </span>
        {item.serverType !== 'builtin' && mayInstall ? (
          <Link
            to="/catalog"
            search={{ ...search, install: item.id }}
            className={buttonClass({ size: 'sm', variant: item.installationCount > 0 ? 'secondary' : 'primary' })}
            aria-label={`Install ${item.name}`}
          >
            {item.serverType === 'remote' ? 'Connect' : 'Install'}
          </Link>
        ) : null}
      </footer>
    </article>
  );
}

function ItemMenu({ item, search, onDelete }: Props) {
  const mayUpdate = useCan('internalMcpCatalog', 'update');
  const mayDelete = useCan('internalMcpCatalog', 'delete');
  const docs = webLink(item.docsUrl) ?? webLink(item.repository);
  if (item.serverType === 'builtin') return null;
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${item.name}`} className="-mt-1 -mr-1.5">
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem asChild disabled={!mayUpdate}>
        <Link to="/catalog/$itemId" params={{ itemId: item.id }} search={search}>
          <Pencil aria-hidden /> Edit
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/servers" search={{ q: item.name }}>
          <Server aria-hidden /> Its installations
        </Link>
      </MenuItem>
      {docs ? (
        <MenuItem asChild>
          <a href={docs} target="_blank" rel="noreferrer">
            <BookOpen aria-hidden /> Documentation
          </a>
        </MenuItem>
      ) : null}
      <MenuSeparator />
      <MenuItem danger disabled={!mayDelete} onSelect={() => onDelete(item)}>
        <Trash2 aria-hidden /> Delete…
      </MenuItem>
    </Menu>
  );
}
