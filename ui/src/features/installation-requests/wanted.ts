/** What a request asks for, in words. Pure. */
import type { InstallationRequest } from '@/api/mcp';

export function wantedName(request: Pick<InstallationRequest, 'customServerConfig' | 'externalCatalogId'>): string {
  const config = request.customServerConfig;
  if (typeof config === 'object' && config !== null) {
    if ('label' in config && typeof config.label === 'string') return config.label;
    if ('name' in config && typeof config.name === 'string') return config.name;
  }
  return request.externalCatalogId ?? 'A server';
}
