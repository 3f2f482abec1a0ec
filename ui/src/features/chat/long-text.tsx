import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';

/** A line longer than this is folded into several, since a line is drawn whole. */
const LONGEST_LINE = 2000;

export function LongText({ text, label }: { text: string; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => linesOf(text), [text]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 20,
    overscan: 40,
  });
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="region"
      aria-label={label}
      className="min-h-0 flex-1 overflow-auto px-4 pb-4 font-mono text-xs leading-5 focus-visible:outline-offset-[-2px]"
    >
      <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            ref={virtual.measureElement}
            data-index={item.index}
            className="absolute inset-x-0 break-words whitespace-pre-wrap"
            style={{ transform: `translateY(${item.start}px)` }}
          >
            {lines[item.index] || '\u00a0'}
          </div>
        ))}
      </div>
    </div>
  );
}

function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    if (line.length <= LONGEST_LINE) return [line];
    const pieces: string[] = [];
    for (let at = 0; at < line.length; at += LONGEST_LINE) pieces.push(line.slice(at, at + LONGEST_LINE));
    return pieces;
  });
}
