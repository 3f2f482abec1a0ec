import { Switch as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/class-names';

export function Switch({ className, ...rest }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      className={cn(
        'relative h-5 w-9 shrink-0 rounded-full border border-transparent bg-text-3/70 transition-colors disabled:opacity-50 data-[state=checked]:bg-accent',
        className,
      )}
      {...rest}
    >
      <Radix.Thumb className="block size-4 translate-x-px rounded-full bg-white shadow-xs transition-transform data-[state=checked]:translate-x-[1.0625rem] dark:data-[state=checked]:bg-bg" />
    </Radix.Root>
  );
}
