import { CopyButton } from '@/components/ui/copy-button';
import { cn } from '@/lib/class-names';

type Props = { code: string; label: string; caption?: string; className?: string };

export function CodeBlock({ code, label, caption, className }: Props) {
  return (
    <figure className={cn('overflow-hidden rounded-lg border border-line bg-surface-2', className)}>
      <figcaption className="flex h-9 items-center justify-between gap-2 border-b border-line pr-1.5 pl-3">
        <span className="truncate font-mono text-xs text-text-2">{caption ?? label}</span>
        <CopyButton text={code} label={`Copy ${label}`}>
          Copy
        </CopyButton>
      </figcaption>
      <pre
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto px-3 py-2.5 font-mono text-xs leading-5 focus-visible:outline-offset-[-2px]"
      >
        <code>{code}</code>
      </pre>
    </figure>
  );
}
