/** Catalogue entries in words. Pure. */
import type { CatalogDescription, CatalogInput, CatalogItem, OfferedServer } from '@/api/mcp';

type Runnable = Pick<CatalogDescription, 'localConfig' | 'serverUrl' | 'serverType'>;

/** What is started or called, as one line. */
export function runLine({ serverUrl, localConfig }: Partial<Runnable>): string {
  if (serverUrl) return serverUrl;
  if (!localConfig) return '';
  const parts = [localConfig.dockerImage, localConfig.command, ...(localConfig.arguments ?? [])];
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' ');
}

export function kindLabel(item: Partial<Runnable>): string {
  if (item.serverType === 'builtin') return 'Built in';
  if (item.serverType === 'remote') return 'Remote';
  return item.localConfig?.dockerImage && !item.localConfig.command ? 'Container image' : 'Container';
}

/** How many things it will ask for. */
export function questionCount(item: Partial<Pick<CatalogDescription, 'localConfig' | 'userConfig'>>): number {
  const environment = item.localConfig?.environment ?? [];
  return (
    environment.filter((variable) => variable.promptOnInstallation).length + Object.keys(item.userConfig ?? {}).length
  );
}

export function matchesWords(text: (string | null | undefined)[], query: string | undefined): boolean {
  const all = text.filter(Boolean).join(' ').toLowerCase();
  return (query ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

export function wordsOf(item: CatalogItem | OfferedServer): (string | null | undefined)[] {
  return [
    item.name,
    'title' in item ? item.title : null,
    item.description,
    'category' in item ? item.category : null,
    runLine(item),
    ...(item.labels ?? []).map((label) => `${label.key} ${label.value}`),
  ];
}

/** The web address in it, if it is one a browser should follow. */
export function webLink(url: string | null | undefined): string | null {
  return url && /^https?:\/\//.test(url) ? url : null;
}

/** An offered server as an entry of the registry: without what only the offer says. */
export function entryOf(offer: OfferedServer): CatalogInput {
  const {
    slug: _slug,
    title: _title,
    category: _category,
    testedAt: _testedAt,
    testedVersion: _testedVersion,
    toolCount: _toolCount,
    needs: _needs,
    catalogId: _catalogId,
    warnings: _warnings,
    ...entry
  } = offer;
  return entry;
}
