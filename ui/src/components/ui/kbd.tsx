import { cn } from '@/lib/class-names';

export function Kbd({ children, className }: { children: string; className?: string }) {
  return (
    <kbd
      className={cn(
        'inline-grid h-4.5 min-w-4.5 place-items-center rounded border border-line bg-surface-2 px-1 font-sans text-2xs text-text-3',
        className,
      )}
    >
      {children}
    </kbd>
  );
}
