import { useState } from 'react';
import { cn } from '@/lib/class-names';

const CHUNK = 100;
const LONG_TEXT = 600;

/** JSON that folds; what is folded is not rendered, so large bodies open at once. */
export function JsonView({ value, className }: { value: unknown; className?: string }) {
  return (
    <div className={cn('overflow-x-auto font-mono text-xs leading-6', className)}>
      <Node name={null} value={value} depth={0} last />
    </div>
  );
}

type NodeProps = { name: string | null; value: unknown; depth: number; last: boolean };

function Node({ name, value, depth, last }: NodeProps) {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return <Branch name={name} value={value} depth={depth} last={last} />;
  }
  return (
    <div className="pl-4 whitespace-pre-wrap break-words">
      <Name name={name} />
      <Leaf value={value} />
      {last ? '' : ','}
    </div>
  );
}

function Branch({ name, value, depth, last }: NodeProps & { value: object }) {
  const [open, setOpen] = useState(depth < 2);
  const [shown, setShown] = useState(CHUNK);
  const isArray = Array.isArray(value);
  const entries = Object.entries(value);
  const [opening, closing] = isArray ? ['[', ']'] : ['{', '}'];
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-baseline rounded text-left hover:bg-surface-3/60"
      >
        <span
          aria-hidden
          className={cn(
            'inline-block w-4 shrink-0 text-center text-2xs text-text-3 transition-transform',
            open && 'rotate-90',
          )}
        >
          ▸
        </span>
        <span className="min-w-0">
          <Name name={name} />
          {opening}
          {open ? '' : <span className="text-text-3"> {isArray ? `${entries.length} items` : preview(entries)} </span>}
          {open ? '' : `${closing}${last ? '' : ','}`}
        </span>
      </button>
      {open ? (
        <>
          <div className="ml-2 border-l border-line pl-2">
            {entries.slice(0, shown).map(([key, child], index) => (
              <Node
                key={key}
                name={isArray ? null : key}
                value={child}
                depth={depth + 1}
                last={index === entries.length - 1}
              />
            ))}
            {entries.length > shown ? (
              <button
                type="button"
                className="ml-4 text-accent-text hover:underline"
                onClick={() => setShown(shown + CHUNK * 5)}
              >
                {entries.length - shown} more…
              </button>
            ) : null}
          </div>
          <div className="pl-4">
            {closing}
            {last ? '' : ','}
          </div>
        </>
      ) : null}
    </div>
  );
}

function Name({ name }: { name: string | null }) {
  return name === null ? null : <span className="text-accent-text">{`${JSON.stringify(name)}: `}</span>;
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== 'string') return <span className="text-warn-text">{JSON.stringify(value)}</span>;
  const cut = !whole && value.length > LONG_TEXT;
  return (
    <span className="text-ok-text">
      {JSON.stringify(cut ? value.slice(0, LONG_TEXT) : value)}
      {cut ? (
        <button
          type="button"
          className="ml-1 font-sans text-accent-text hover:underline"
          onClick={() => setWhole(true)}
        >
          {value.length - LONG_TEXT} more characters
        </button>
      ) : null}
    </span>
  );
}

function preview(entries: [string, unknown][]): string {
  const keys = entries.slice(0, 4).map(([key]) => key);
  return `${keys.join(', ')}${entries.length > keys.length ? ', …' : ''}`;
}
