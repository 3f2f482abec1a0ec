/** What a request asks for, in words. Pure. */
import type { CatalogInput, InstallationRequest, OfferedServer } from '@/api/mcp';

export function wantedName(request: Pick<InstallationRequest, 'customServerConfig' | 'externalCatalogId'>): string {
  const config = request.customServerConfig;
  if (typeof config === 'object' && config !== null) {
    if ('label' in config && typeof config.label === 'string') return config.label;
    if ('name' in config && typeof config.name === 'string') return config.name;
  }
  return request.externalCatalogId ?? 'A server';
}

/** An offered server as the configuration the request carries, so that approving it needs no second look-up. */
export function configOf(item: OfferedServer): CatalogInput {
  const {
    slug: _slug,
    title: _title,
    category: _category,
    testedAt: _tested,
    needs: _needs,
    catalogId: _id,
    ...input
  } = item;
  return input;
}
