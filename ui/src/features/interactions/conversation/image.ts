import type { Part } from '@/features/interactions/conversation/model';

const SHOWABLE = /^image\/(png|jpeg|gif|webp)$/;
const LARGEST_SHOWN = 8_000_000;

/** Only pictures that travelled inside the call are shown; an address is named, never fetched. */
export function imageFromBase64(mediaType: string | null, data: string | null): Part {
  const note = `${mediaType ?? 'image'}${data === null ? '' : `, ${Math.max(1, Math.round((data.length * 3) / 4000))} kB`}`;
  const shown = data !== null && mediaType !== null && SHOWABLE.test(mediaType) && data.length <= LARGEST_SHOWN;
  return { kind: 'image', source: shown ? `data:${mediaType};base64,${data}` : null, note };
}

export function imageFromUrl(url: string | null): Part {
  const inline = url === null ? null : /^data:([^;,]+);base64,(.*)$/s.exec(url);
  if (inline) return imageFromBase64(inline[1] ?? null, inline[2] ?? null);
  return { kind: 'image', source: null, note: url ?? 'image' };
}
