/** What a request asks for, in words. Pure. */
import type { CatalogInput, InstallationRequest } from '@/api/mcp';

export function wantedName(request: Pick<InstallationRequest, 'customServerConfig' | 'externalCatalogId'>): string {
  const config = request.customServerConfig;
  if (typeof config === 'object' && config !== null) {
    if ('label' in config && typeof config.label === 'string') return config.label;
    if ('name' in config && typeof config.name === 'string') return config.name;
  }
  return request.externalCatalogId ?? 'A server';
}

/** What can be added to the registry as it was asked for; null when someone has to complete it first. */
export function entryIn(request: Pick<InstallationRequest, 'customServerConfig'>): CatalogInput | null {
  const config = request.customServerConfig as Partial<CatalogInput> | null;
  if (typeof config !== 'object' || config === null || !config.name) return null;
  if (config.serverType === 'remote' && /^https?:\/\//.test(config.serverUrl ?? ''))
    return { ...config, name: config.name, serverType: 'remote' };
  const local = config.localConfig;
  if (config.serverType === 'local' && (local?.command || local?.dockerImage))
    return { ...config, name: config.name, serverType: 'local' };
  return null;
}
