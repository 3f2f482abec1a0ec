import { Bot, CircleDollarSign, House, Plug, ScrollText, Settings } from 'lucide-react';

/** Every page of the sidebar, the palette and the `g` jumps, in one list. */
export const PAGES = [
  { to: '/', label: 'Home', key: 'h', icon: House, group: 'Overview', words: 'start dashboard spend requests' },
  {
    to: '/connect',
    label: 'Connect',
    key: 'c',
    icon: Plug,
    group: 'Overview',
    words: 'client sdk base url snippet setup',
  },
  {
    to: '/logs',
    label: 'LLM logs',
    key: 'l',
    icon: ScrollText,
    group: 'Activity',
    words: 'interactions calls requests history',
  },
  { to: '/agents', label: 'Agents', key: 'a', icon: Bot, group: 'Manage', words: 'profiles proxies' },
  { to: '/prices', label: 'Prices', key: 'p', icon: CircleDollarSign, group: 'Manage', words: 'cost tokens models' },
  {
    to: '/settings',
    label: 'Settings',
    key: 's',
    icon: Settings,
    group: 'Manage',
    words: 'account password keys sessions theme',
  },
] as const;

export const GROUPS = ['Overview', 'Activity', 'Manage'] as const;
