/** What fills a model's window, as parts of a picture. Pure. */
import type { Context } from '@/api/chat';

/** `from` and `share` are of the whole, 0 to 1. */
export type Share = { name: string; tokens: number; fill: string; from: number; share: number };

const COLOURS = {
  system: 'var(--copper)',
  tools: 'var(--warn)',
  attachments: 'var(--ok)',
  history: 'var(--accent)',
  free: 'var(--surface-3)',
};

export function shares(context: Context): { percent: number | null; fill: string; parts: Share[] } {
  const { limit, used } = context;
  const percent = limit === null || limit === 0 ? null : Math.min(100, Math.ceil((used / limit) * 100));
  const parts = [
    { name: 'System prompt', tokens: context.system, fill: COLOURS.system },
    { name: 'Tools', tokens: context.tools, fill: COLOURS.tools },
    { name: 'Attachments', tokens: context.attachments, fill: COLOURS.attachments },
    { name: 'Messages', tokens: context.history, fill: COLOURS.history },
    ...(context.free === null ? [] : [{ name: 'Free', tokens: context.free, fill: COLOURS.free }]),
  ];
  return { percent, fill: fillOf(percent ?? 0), parts: placed(parts) };
}

function placed(parts: Pick<Share, 'name' | 'tokens' | 'fill'>[]): Share[] {
  const all = Math.max(
    1,
    parts.reduce((sum, part) => sum + part.tokens, 0),
  );
  return parts.map((part, index) => ({
    ...part,
    from: parts.slice(0, index).reduce((sum, before) => sum + before.tokens, 0) / all,
    share: part.tokens / all,
  }));
}

/** Green below a half, then yellow; from three quarters on one should think of a new conversation. */
function fillOf(percent: number): string {
  return percent >= 90 ? 'var(--bad)' : percent >= 75 ? 'var(--copper)' : percent >= 50 ? 'var(--warn)' : 'var(--ok)';
}
