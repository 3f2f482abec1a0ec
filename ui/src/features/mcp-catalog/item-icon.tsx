import { Box, Globe, Sparkles } from 'lucide-react';
import type { ServerType } from '@/api/mcp';

/** Pictures are not fetched from elsewhere: an emoji if the entry has one, else what kind it is. */
export function ItemIcon({ icon, serverType }: { icon: string | null; serverType: ServerType }) {
  const emoji = icon !== null && /^\p{Extended_Pictographic}/u.test(icon) ? icon : null;
  const Icon = serverType === 'remote' ? Globe : serverType === 'builtin' ? Sparkles : Box;
  return (
    <span
      aria-hidden
      className="grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-surface-2 text-base text-text-2"
    >
      {emoji ?? <Icon className="size-4.5" />}
    </span>
  );
}
