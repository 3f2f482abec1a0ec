import { oneOf, type RawSearch, text } from '@/lib/search-params';

const DIALOGS = ['edit', 'profiles', 'rotate', 'models'] as const;

export type ProviderKeysSearch = {
  /** `new`, or the preset that fills the form. */
  add?: string;
  /** The key that `show` is about. */
  key?: string;
  show?: (typeof DIALOGS)[number];
  /** What the explanation is asked for. */
  agent?: string;
  provider?: string;
  model?: string;
};

export function providerKeysSearch(search: RawSearch): ProviderKeysSearch {
  return {
    add: text(search, 'add'),
    key: text(search, 'key'),
    show: oneOf(search, 'show', DIALOGS),
    agent: text(search, 'agent'),
    provider: text(search, 'provider'),
    model: text(search, 'model'),
  };
}
